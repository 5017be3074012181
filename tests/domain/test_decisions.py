from __future__ import annotations

import pytest

from domain.decisions import Jurisdiction, VerdictKind, check_verdict, outcome_of
from domain.errors import FourEyesError, InputError
from domain.states import CaseState as S

CONFIRM, DISMISS = VerdictKind.CONFIRM, VerdictKind.DISMISS
ESCALATE, HOLD = VerdictKind.ESCALATE, VerdictKind.HOLD


@pytest.mark.parametrize(
    ("state", "verdict", "earlier", "to"),
    [
        (S.IN_REVIEW, CONFIRM, [], None),
        (S.IN_REVIEW, CONFIRM, [CONFIRM], S.CONFIRMED),
        (S.IN_REVIEW, DISMISS, [], S.DISMISSED),
        (S.IN_REVIEW, DISMISS, [CONFIRM], S.ESCALATED),
        (S.IN_REVIEW, ESCALATE, [], S.ESCALATED),
        (S.IN_REVIEW, HOLD, [CONFIRM], S.ON_HOLD),
        (S.ESCALATED, CONFIRM, [], None),
        (S.ESCALATED, CONFIRM, [ESCALATE], None),
        (S.ESCALATED, CONFIRM, [CONFIRM, DISMISS], S.CONFIRMED),
        (S.ESCALATED, DISMISS, [CONFIRM, DISMISS], S.DISMISSED),
        (S.ESCALATED, ESCALATE, [CONFIRM], None),
    ],
)
def test_what_follows_from_a_verdict(state, verdict, earlier, to) -> None:
    assert outcome_of(state, verdict, earlier) is to


@pytest.mark.parametrize(
    ("state", "verdict", "earlier", "to"),
    [
        (S.IN_REVIEW, DISMISS, [], None),
        (S.IN_REVIEW, DISMISS, [DISMISS], S.DISMISSED),
        (S.IN_REVIEW, DISMISS, [CONFIRM], S.ESCALATED),
        (S.IN_REVIEW, CONFIRM, [], None),
        (S.IN_REVIEW, CONFIRM, [DISMISS], S.ESCALATED),
        (S.ESCALATED, CONFIRM, [DISMISS, CONFIRM], S.CONFIRMED),
        (S.ESCALATED, DISMISS, [DISMISS, CONFIRM], S.DISMISSED),
        (S.ESCALATED, DISMISS, [ESCALATE], S.DISMISSED),
    ],
)
def test_a_drawn_dismissal_needs_a_second_person(state, verdict, earlier, to) -> None:
    assert outcome_of(state, verdict, earlier, drawn=True) is to


def test_one_person_cannot_be_both_pairs_of_eyes() -> None:
    with pytest.raises(FourEyesError):
        check_verdict(CONFIRM, "", Jurisdiction.SELLS_IN, decided_before=True)


def test_grounds_are_asked_for() -> None:
    with pytest.raises(InputError, match="jurisdiction"):
        check_verdict(CONFIRM, "sells", None, decided_before=False)
    with pytest.raises(InputError, match="dismiss needs a reason"):
        check_verdict(DISMISS, "  ", None, decided_before=False)
    check_verdict(DISMISS, "a pharmacy", None, decided_before=False)
