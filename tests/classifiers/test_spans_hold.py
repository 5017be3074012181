"""Spans lie in the original: under every disguise, among odd characters, in texts of any length."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.augment.disguise import KINDS
from classifiers.cascade import Cascade
from classifiers.normalise import normalise
from domain.assessment import Assessment

OFFER = (
    "Мефедрон кристалл 1 г — 14 000 тг, гашиш 2 г — 18 000 тг. Закладки в Алматы и Қарағандыда, "
    "магнит. Оплата криптой. Пиши оператору @primer_magazin_bot"
)
ODD = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from(
            "\u200b\u0301\u0336\ufe0f\u20e3\r\n\t🔥👨\u200d👩\U0001f1f0İßﬁ½①𝓜Ⅷ\ud83d\udd25\x00"
        ),
    ),
    max_size=60,
)


def hold(text: str, found: Assessment) -> None:
    for span in found.spans:
        assert 0 <= span.start < span.end <= len(text)
    assert all(one.end <= other.start for one, other in pairwise(found.spans))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(5))
def test_the_goods_are_pointed_at_under_every_disguise(
    cascade: Cascade, kind: str, seed: int
) -> None:
    text = KINDS[kind](OFFER, random.Random(seed))
    found = cascade.assess(text)
    hold(text, found)
    goods = [text[s.start : s.end] for s in found.spans if s.kind == "substance"]
    shown = [normalise(one).text for one in goods]
    assert any(one.startswith(("мефедрон", "mefedron", "гашиш", "gashish")) for one in shown), goods


@settings(max_examples=60)
@given(before=ODD, inside=ODD, after=ODD, title=ODD)
def test_odd_characters_shift_nothing(
    cascade: Cascade, before: str, inside: str, after: str, title: str
) -> None:
    text = f"{before}\n{OFFER}\n{inside}\n{OFFER}\n{after}"
    found = cascade.assess(text, title=title)
    hold(text, found)
    named = [text[s.start : s.end] for s in found.spans if s.kind == "substance"]
    assert any("ефедрон" in one or "ашиш" in one for one in named)


@settings(max_examples=60)
@given(ODD)
def test_normalised_places_never_leave_the_text_or_go_back(text: str) -> None:
    aligned = normalise(text)
    assert len(aligned.starts) == len(aligned.ends) == len(aligned.text)
    for start, end in zip(aligned.starts, aligned.ends, strict=True):
        assert 0 <= start < end <= len(text)
    assert all(one <= other for one, other in pairwise(aligned.starts))


@pytest.mark.parametrize("end", ["\r\n", "\n", "\u2028"])
def test_line_ends_of_any_kind_keep_the_places(cascade: Cascade, end: str) -> None:
    text = f"Привет!{end}{end}{OFFER.replace('. ', f'.{end}')}"
    found = cascade.assess(text)
    hold(text, found)
    assert "Закладки" in {text[s.start : s.end] for s in found.spans}


def test_a_very_long_text_points_at_its_selling_paragraph(cascade: Cascade) -> None:
    filler = "Погода в городе сегодня хорошая, дождя не обещают. " * 1200
    text = f"{filler}{OFFER} {filler}"
    found = cascade.assess(text, title="Погода")
    hold(text, found)
    goods = [s for s in found.spans if s.kind == "substance"]
    assert goods
    assert all(len(filler) <= s.start < len(filler) + len(OFFER) for s in goods)
    assert {text[s.start : s.end].split()[0] for s in goods} <= {"Мефедрон", "гашиш"}
