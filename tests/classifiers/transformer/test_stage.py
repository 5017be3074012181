"""The second stage: reads what the first rates highest, and shows where the text says so."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.augment.disguise import disguise
from classifiers.augment.writer import generate, load_grammar
from classifiers.calibration import ANY, Calibration, Line
from classifiers.cascade import Band, Cascade
from classifiers.prepared import MAX_CHARS, prepare
from classifiers.stage import Judgement
from classifiers.store import load
from classifiers.transformer.network import Floats, Network
from classifiers.transformer.passages import MOST
from classifiers.transformer.stage import TransformerStage
from domain.lexicon import Lexicon
from tests.classifiers.encoders import write_model

GRAMMAR = load_grammar()
OFFER = "Гашиш 1 г 9000 тг, закладки в районе вокзала."
WORDS = {"гашиш": (9.0, 2.0, 0.0), "кузнечики": (9.0, 0.0, 0.0), "погода": (0.0, 0.0, 1.0)}
NEWS = (
    "Погода в городе обещает быть тёплой. Жители выходят в парки, автобусы идут по расписанию. "
    "В музее открылась выставка, билеты стоят 500 тенге. "
)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory, lexicon: Lexicon) -> Path:
    return write_model(tmp_path_factory.mktemp("two") / "model", lexicon, WORDS)


@pytest.fixture(scope="module")
def two_stages(model: Path, lexicon: Lexicon) -> Cascade:
    return load(model, lexicon)


class Counting(Network):
    """Counts what it is given to read."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.read: list[int] = []

    def logits(self, texts: Sequence[str]) -> Floats:
        self.read.append(len(texts))
        return super().logits(texts)


def stage_of(network: Network) -> TransformerStage:
    return TransformerStage(network, Calibration({ANY: Line((0.0, 1.0), 0.0)}))


def test_the_encoder_has_the_last_word_where_the_first_passes_on(two_stages: Cascade) -> None:
    one = two_stages.assess("Ловим кузнечики, недорого")
    assert one.stage == "transformer"
    assert one.probability > 0.9


def test_what_is_not_passed_on_is_the_first_stages(
    model: Path, lexicon: Lexicon, tmp_path: Path
) -> None:
    only = load(write_model(tmp_path / "m", lexicon, WORDS, passed_on=[0.4, 1.0]), lexicon)
    assert only.assess("Ловим кузнечики, недорого").stage == "linear"
    assert only.assess(OFFER).stage == "transformer"


@settings(max_examples=12)
@given(st.floats(0, 1))
def test_one_selling_paragraph_of_a_long_page_is_read_wherever_it_stands(
    two_stages: Cascade, place: float
) -> None:
    page = NEWS * 145
    at = page.rfind(" ", 0, int(place * len(page)) + 1) + 1
    buried = page[:at] + OFFER + " " + page[at:]
    assert len(buried) > 20_000
    assert two_stages.assess(page).probability < two_stages.threshold
    found = two_stages.assess(buried)
    assert found.probability > 0.9
    assert any(at <= one.start < at + len(OFFER) and one.weight > 1 for one in found.spans)


def test_of_the_longest_page_sixteen_passages_are_read(model: Path, lexicon: Lexicon) -> None:
    network = Counting(model)
    first = load(model, lexicon)._first
    further = [(Band(0, 1), stage_of(network))]
    whole = Cascade(first, lexicon, threshold=0.5, version="test", further=further)
    page = (NEWS * (MAX_CHARS // len(NEWS) + 2))[:MAX_CHARS]
    found = whole.assess(page + OFFER)  # beyond what is looked at
    assert found.stage == "transformer"
    assert network.read[0] == MOST
    assert all(count <= 16 for count in network.read)
    assert len(network.read) <= 2


def test_it_stands_behind_another_stage(model: Path, lexicon: Lexicon) -> None:
    with pytest.raises(ValueError, match="behind another"):
        stage_of(Network(model)).judge(prepare(OFFER, "", lexicon))


def test_scores_of_both_stages_are_weighed(model: Path, lexicon: Lexicon) -> None:
    prepared = prepare("Кузнечики", "", lexicon)
    earlier = Judgement(0.0, -4.0, (), (2.0,), (2.0,))
    stage = TransformerStage(Network(model), Calibration({ANY: Line((10.0, 1.0), 100.0)}))
    found = stage.judge(prepared, earlier)
    assert found.raw[0] == 2.0
    assert found.selling == pytest.approx(120 + found.raw[1])
    assert found.about_drugs > -4.0


def test_a_sentence_without_a_word_of_the_lexicon_is_shown_whole(two_stages: Cascade) -> None:
    text = "Тихо тут. Ловим кузнечики вдвоём! Дождь идёт."
    one = max(two_stages.assess(text).spans, key=lambda span: span.weight)
    assert one.kind == "passage"
    assert text[one.start : one.end].strip() == "Ловим кузнечики вдвоём!"


def test_marks_keep_their_names_in_a_sentence_that_sells(two_stages: Cascade) -> None:
    text = "Добрый день всем. " + OFFER + " Хорошего вечера."
    found = {text[one.start : one.end]: one for one in two_stages.assess(text).spans}
    assert found["Гашиш"].kind == "substance"
    assert "passage" not in {one.kind for one in found.values()}
    # What the sentence adds to the log-odds is shared out among the marks in it.
    assert sum(one.weight for one in found.values()) > 8


@settings(max_examples=30)
@given(st.integers(0, 10**6))
def test_spans_are_places_of_the_text_as_it_came(two_stages: Cascade, seed: int) -> None:
    (row,) = generate(1, seed, GRAMMAR)
    rng = random.Random(seed)
    text = "Вот. Гашиш!\u200b\n" + disguise(row.text, rng)
    found = two_stages.assess(text, title="Кузнечики. Погода.")
    assert found.stage == "transformer"
    assert all(0 <= one.start < one.end <= len(text) for one in found.spans)
    assert all(a.end <= b.start for a, b in pairwise(found.spans))
