"""The substance head: a group for offers without a plain name, and never for anything else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from classifiers.cascade import Cascade
from classifiers.linear import Contribution
from classifiers.prepared import Prepared, prepare
from classifiers.stage import Judgement
from classifiers.store import read_card
from classifiers.substances import FILE, FOLDED, SubstanceHead, load_head, save_head
from domain.errors import ModelError
from domain.lexicon import Lexicon

MODEL = Path(__file__).resolve().parents[2] / "classifiers" / "model"


class Says:
    """A stage that says the same of every text."""

    name = "says"

    def __init__(self, selling: float) -> None:
        self._selling = selling

    def judge(self, prepared: Prepared) -> Judgement:
        why: tuple[Contribution, ...] = ()
        return Judgement(self._selling, 1.0, why)

    def glance(self, prepared: Prepared) -> tuple[float, float]:
        return self._selling, 1.0


@pytest.fixture(scope="module")
def head() -> SubstanceHead:
    return load_head(MODEL / FILE)


def cascade_with(lexicon: Lexicon, head: SubstanceHead | None, selling: float = 3.0) -> Cascade:
    return Cascade(Says(selling), lexicon, threshold=0.5, version="v", substances=head)


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("5g Columbian Cocainne uncut", "cocaine"),
        ("100 x 2mg Xannax bars", "sedatives"),
        ("1/4 oz indoor hydro top shelf Bubba OG", "cannabis"),
    ],
)
def test_an_offer_without_a_plain_name_gets_its_group(
    lexicon: Lexicon, head: SubstanceHead, text: str, group: str
) -> None:
    assert cascade_with(lexicon, None).assess(text).substances in {(), (group,)}
    assert cascade_with(lexicon, head).assess(text).substances == (group,)


def test_a_plain_name_is_believed(lexicon: Lexicon, head: SubstanceHead) -> None:
    found = cascade_with(lexicon, head).assess("Columbian Cocainne, трамадол 50 мг")
    assert found.substances == ("pharma_opioids",)


def test_what_sells_nothing_gets_no_group(lexicon: Lexicon, head: SubstanceHead) -> None:
    quiet = cascade_with(lexicon, head, selling=-3.0)
    assert quiet.assess("5g Columbian Cocainne uncut").substances == ()


def test_a_group_that_it_is_not_sure_of_is_not_named(lexicon: Lexicon, head: SubstanceHead) -> None:
    text = "30 x Zandrolin pills"
    assert 0.1 < head.shares(text.lower(), ()).max() < 0.5
    assert cascade_with(lexicon, head).assess(text).substances == ()


def test_shares_add_up_and_an_empty_text_is_named_nothing(
    lexicon: Lexicon, head: SubstanceHead
) -> None:
    prepared = prepare("", "", lexicon)
    assert head.shares("", ()).sum() == pytest.approx(1.0, abs=1e-5)
    assert head.named(prepared) == ""
    assert cascade_with(lexicon, head).assess("12345 !!!").substances == ()


def test_every_group_is_of_the_taxonomy(lexicon: Lexicon, head: SubstanceHead) -> None:
    assert set(head.groups) <= {one.name for one in lexicon.concepts}
    assert len(head.groups) >= 12


def test_the_shipped_head_is_small_and_named_by_the_card() -> None:
    card = read_card(MODEL)
    assert FILE in card["files"]
    assert (MODEL / FILE).stat().st_size <= 1 << 20
    assert card["substances"]["accuracy"]["share"] >= 0.90
    assert (
        card["substances"]["accuracy"]["share"] > card["substances"]["baseline_accuracy"]["share"]
    )


def test_it_is_the_same_after_saving_and_a_wrong_one_is_refused(
    tmp_path: Path, head: SubstanceHead, lexicon: Lexicon
) -> None:
    path = tmp_path / FILE
    save_head(path, head)
    again = load_head(path)
    text = "golden teachers dried"
    assert np.array_equal(again.shares(text, ()), head.shares(text, ()))
    save_head(path, replace(head, weights=head.weights[:, :FOLDED]))
    with pytest.raises(ModelError, match="cannot be read"):
        load_head(path)
    path.write_bytes(b"no archive")
    with pytest.raises(ModelError, match="cannot be read"):
        load_head(path)
