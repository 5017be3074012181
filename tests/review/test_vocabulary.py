"""Every code that the record keeps has a name for people."""

from __future__ import annotations

import re

import pytest

from blocking.covered import Follows
from blocking.models import Appeal
from blocking.neverblock import CATEGORIES
from blocking.reach.measurement import Failure
from blocking.reach.targets import Tie
from blocking.reach.verdicts import Verdict
from blocking.reach.verdicts import Why as BlockWhy
from cases.families import OWN_INDICATORS
from cases.models import Run, StageRun
from cases.people import Role as Group
from classifiers.spans import _KINDS, PASSAGE
from config.schema import CHECKOUT
from domain.assessment import Role
from domain.bands import ReviewBand
from domain.candidates import Why
from domain.captures import Egress, Outcome
from domain.decisions import Jurisdiction, VerdictKind
from domain.lexicon import TermKind
from domain.rechecks import CheckResult, ProposalState
from domain.regions import REGION_NAMES
from domain.retention import Class
from domain.states import CaseState
from domain.targets import TargetKind
from domain.told import Asks
from nightly.learning.adopting import ACTIONS
from nightly.stages import NIGHT
from review import vocabulary
from review.excerpts import NGRAM
from review.tokens import Scope

SUBSTANCES = CHECKOUT / "config" / "lexicons" / "substances.toml"


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        ("state", set(CaseState)),
        ("kind", set(TargetKind)),
        ("verdict", set(VerdictKind)),
        ("role", set(Role)),
        ("region", set(REGION_NAMES)),
        ("group", set(Group)),
        ("look", set(CheckResult)),
        ("why", set(Why)),
        ("egress", set(Egress)),
        ("outcome", set(Outcome)),
        ("jurisdiction", set(Jurisdiction)),
        ("run", {*Run.State.values, *StageRun.State.values}),
        ("scope", set(Scope)),
        ("block", set(Verdict)),
        ("block_reason", {*Failure, *BlockWhy}),
        ("tie", set(Tie)),
        ("appeal", set(Appeal.State.values)),
        ("asks", set(Asks)),
        ("category", set(CATEGORIES)),
        ("band", {band.name for band in ReviewBand}),
        ("model", set(ACTIONS)),
        ("grant", {"waits", "holds", "ended", "expired"}),
        (
            "evidence",
            {
                *Class,
                "journals",
                "lines of the log",
                "account requests",
                "notes of tips",
                "texts of tips",
                "advertisers in groups",
            },
        ),
        ("follows", set(Follows)),
        ("proposal", set(ProposalState)),
        ("stage", {stage.name for stage in NIGHT}),
        ("substance", set(re.findall(r"^\[(\w+)\]", SUBSTANCES.read_text(), re.MULTILINE))),
    ],
)
def test_every_code_has_a_name_and_no_name_is_of_no_code(table: str, codes: set[str]) -> None:
    assert vocabulary.TABLES[table].keys() == codes


def test_regions_are_called_alike_everywhere() -> None:
    assert {code: str(name) for code, name in vocabulary.REGIONS.items()} == REGION_NAMES


def test_a_code_without_a_name_is_shown_as_it_is() -> None:
    assert vocabulary.called("shop", "role") == "shop"
    assert vocabulary.called("something_new", "role") == "something_new"
    assert vocabulary.called("", "role") == "not known"


def test_what_ties_families_and_marks_texts_has_a_name() -> None:
    assert vocabulary.INDICATORS.keys() >= OWN_INDICATORS | {"card", "onion"}
    assert vocabulary.MARKS.keys() >= {*TermKind, *_KINDS.values(), PASSAGE} - {NGRAM}
