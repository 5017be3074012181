"""Names of restricted targets stand on no page of another case."""

from __future__ import annotations

import pytest

from cases import intake, proposals
from cases.models import CandidateRow, Case, Person
from cases.people import Role
from domain.errors import InputError
from domain.rechecks import ProposalKind
from domain.states import CaseState
from domain.targets import parse_key
from review import proposals as listed
from review.service import case_view
from review.unnamed import without_restricted
from tests.people import person
from tests.records import NOON, case_in, new_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def analyst(db: None) -> Person:
    return person("analyst1", Role.ANALYST)


@pytest.fixture
def hidden() -> Case:
    target, _ = intake.target_row(parse_key("host:hidden.test"))
    Case.objects.filter(target=target).update(restricted=True)
    return target.case


def test_what_led_to_a_case_is_told_without_them(analyst: Person, hidden: Case) -> None:
    case = case_in(CaseState.IN_REVIEW)
    shown, _ = intake.target_row(parse_key("host:shown.test"))
    for parent in (hidden.target, shown):
        CandidateRow.objects.create(
            run=new_run(), target=case.target, why="link", parent=parent, noted_at=NOON
        )
    Case.objects.filter(pk=case.pk).update(tied_to=["host:hidden.test", "host:shown.test"])
    told = str(case_view(case.pk, analyst))
    assert "shown[.]test" in told
    assert "hidden" not in told


def test_a_proposal_that_names_one_is_none(analyst: Person, hidden: Case) -> None:
    case = case_in(CaseState.CONFIRMED)
    row = proposals.propose(
        case, new_run(), ProposalKind.MOVED, {"says": "moves to hidden.test"}, other=hidden.target
    )
    assert row
    assert listed.open_proposals(analyst) == []
    assert listed.proposals_page(analyst).rows == ()
    assert case_view(case.pk, analyst).proposals == ()
    with pytest.raises(InputError, match=f"there is no proposal {row.pk}$"):
        listed.decide_proposal(row.pk, analyst, accept=True, reason="")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("near copy of host:hidden.test (0.9)", "near copy of host:what is not shown (0.9)"),
        ("HIDDEN.test, shown.test", "what is not shown, shown.test"),
        ("hidden.tests and a.hidden.test stay", "hidden.tests and a.hidden.test stay"),
        ("", ""),
    ],
)
def test_names_are_left_out_whole(hidden: Case, text: str, told: str) -> None:
    assert without_restricted(text) == told
