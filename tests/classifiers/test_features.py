"""Windows, n-grams and signals; training and scoring compute the same row."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.features import NARROW, WIDE, featurise, windows
from classifiers.ngrams import BUCKETS, grams
from classifiers.normalise import normalise
from classifiers.rows import Row
from classifiers.signals import NAMES, find_marks, signals_of, vector
from domain.assessment import Label
from domain.lexicon import Lexicon

TEXTS = (
    "чайник электрический 1,7 л - 9 000 тг, доставка по городу",
    "короткий",
    "x",
    "гашиш 1г 9000тг @some_bot " * 60,
)


@pytest.mark.parametrize("text", TEXTS)
def test_training_and_scoring_compute_the_same_row(text: str, lexicon: Lexicon) -> None:
    matrix = pytest.importorskip("classifiers.training.matrix", reason="needs the extra train")
    rng = np.random.default_rng(1)
    idf = rng.uniform(0.5, 4, BUCKETS).astype(np.float16).astype(np.float32)
    built = matrix.build([Row(text, Label.OTHER, "ru", "test")], lexicon)
    stacked = matrix.weighted(built, idf)[0].toarray()[0]
    aligned = normalise(text)
    marks = find_marks(aligned, lexicon)
    window = windows(aligned.text)[0]
    part = aligned.text[window.start : window.end]
    row = featurise(part, marks.within(window.start, window.end), idf)
    scored = np.zeros_like(stacked)
    np.add.at(scored, row.columns, row.values)
    np.testing.assert_allclose(scored, stacked, rtol=1e-3, atol=1e-6)


@given(st.text(max_size=5000))
def test_windows_cover_the_whole_text(text: str) -> None:
    found = windows(text)
    for size, _ in (WIDE, NARROW):
        part = [one for one in found if one.end - one.start <= size] if size == NARROW[0] else found
        if len(text) > 700 or part is found:
            covered = np.zeros(len(text), dtype=bool)
            for one in part:
                covered[one.start : one.end] = True
            assert covered.all()
    assert all(one.end - one.start <= WIDE[0] for one in found)


@given(st.text(alphabet="абв 1xyz.,", max_size=60))
def test_grams_stand_where_their_characters_stand(text: str) -> None:
    for kind in grams(text):
        again = {}
        for bucket, start, end in zip(kind.buckets, kind.starts, kind.ends, strict=True):
            assert -1 <= start < end <= len(text) + 1
            again.setdefault(int(bucket), text[max(start, 0) : end])
        assert all(0 <= bucket < BUCKETS for bucket in again)


def test_digits_and_contacts_leave_no_trace_in_ngrams() -> None:
    one, two = grams("цена 15 HOST")[0], grams("цена 27 HANDLE")[0]
    assert one.buckets.tolist() == two.buckets.tolist()


def test_the_same_word_has_the_same_bucket_anywhere() -> None:
    first = set(grams("чайник")[1].buckets.tolist())
    assert first <= set(grams("большой чайник и чашка")[1].buckets.tolist())


def test_goods_next_to_a_weight_and_a_price_are_seen_as_such(lexicon: Lexicon) -> None:
    def features(text: str) -> dict[str, float]:
        marks = find_marks(normalise(text), lexicon).marks
        return dict(zip(NAMES, vector(marks), strict=True))

    near = features("гашиш 1г 9000тг")
    far = features("гашиш" + " и вот так далее, и тому подобное" * 5 + " 1г 9000тг")
    assert near["drug~priced_amount"] > 0
    assert far["drug~priced_amount"] == 0
    assert far["drug&price"] == near["drug&price"] == 1


def test_every_feature_names_its_signals() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert all(signals_of(number) for number in range(len(NAMES)))
