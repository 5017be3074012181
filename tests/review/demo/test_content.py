"""What is made up is whole, made up, and the same in every language."""

from __future__ import annotations

import pytest

from domain.targets import TargetKind
from review.demo.content import MadeUp, made_up
from review.vocabulary import TABLES

ALL = list(made_up().values())


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.slug)
def test_each_is_whole(one: MadeUp) -> None:
    assert {*one.why} == {"en", "ru", "kk"}
    assert all(text.strip() for text in one.why.values())
    assert one.role in TABLES["role"]
    assert {*one.substances} <= {*TABLES["substance"]}
    assert {*one.regions} <= {*TABLES["region"]}
    assert {*one.marks} <= {*TABLES["mark"]}
    assert {kind for kind, _ in one.indicators} <= {*TABLES["indicator"]}
    texts = "\n".join(page.text for page in one.pages).lower()
    missing = [word for words in one.marks.values() for word in words if word.lower() not in texts]
    assert missing == []
    for page in one.pages:
        for span in one.spans_in(page.text):
            assert page.text[span.start : span.end].strip()


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.slug)
def test_each_is_made_up(one: MadeUp) -> None:
    """Hosts of .test exist nowhere (RFC 6761), names of Telegram say what they are for."""
    match one.key.kind:
        case TargetKind.HOST:
            assert one.key.value.endswith(".test")
        case TargetKind.ONION:
            assert "onion:made up" not in str(one.key)
        case TargetKind.TELEGRAM:
            assert one.name.endswith("_tour")


def test_all_that_is_to_be_learnt_is_there() -> None:
    languages = {lang for one in ALL for lang in one.langs}
    assert languages == {"ru", "kk", "en"}
    waiting = [one for one in ALL if one.part == "waiting"]
    assert {one.sells for one in waiting} == {True, False}
    assert {one.role for one in waiting} >= {"shop", "medical", "news", "harm_reduction"}
    assert len([one for one in ALL if one.family == "severnyi"]) == 4
    assert {one.sells for one in ALL if one.part == "second"} == {True, False}
