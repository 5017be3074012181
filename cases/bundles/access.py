"""Who may have a bundle of which case, or a picture from it."""

from __future__ import annotations

from collections.abc import Collection

from cases import decisions
from cases.models import AssessmentRow, Case, DecisionRow, Person
from cases.people import DECIDERS, RELEASERS, require, roles_of
from domain.errors import AccessError
from domain.states import CaseState


def check_access(case: Case, person: Person) -> None:
    """Raise AccessError unless ``person`` may take the evidence of ``case`` out of the house.

    Restricted cases are for nobody. A case on hold is for the owner of the hold and supervisors:
    the bundle serves the very investigation that the hold protects. While a case is open, only
    those who have decided it may: the bundle shows the verdicts given so far.
    """
    check_seeing(case, person, "take evidence")
    if case.state in decisions.OPEN_STATES and not _has_decided(case, person):
        raise AccessError(
            f"case {case.pk} is {case.state}: decide it first, since its evidence shows what "
            "others decided"
        )


def check_seeing(case: Case, person: Person, what: str) -> None:
    """Raise AccessError unless ``person`` may have what a case is proved by, apart from what was
    decided. ``what`` is what they are about to do."""
    require(person, DECIDERS, what)
    if case.restricted or _restricted_page(case):
        raise AccessError(f"case {case.pk} is in the restricted queue")
    if on_hold(case) and case.hold_owner_id != person.pk:
        require(person, RELEASERS, f"{what} of case {case.pk}, which is on hold")


def allowed(cases: Collection[Case], person: Person) -> set[int]:
    """The numbers of those that ``check_access`` lets ``person`` have, in a fixed number of
    queries."""
    roles = roles_of(person)
    if not roles & DECIDERS:
        return set()
    rows = AssessmentRow.objects.filter(
        document__target__in=[case.target_id for case in cases], restricted=True
    )
    hidden = set(rows.values_list("document__target_id", flat=True))
    open_ones = [case.pk for case in cases if case.state in decisions.OPEN_STATES]
    mine = DecisionRow.objects.filter(case__in=open_ones, person=person)
    decided = set(mine.values_list("case_id", "review_round"))
    return {
        case.pk
        for case in cases
        if not case.restricted
        and case.target_id not in hidden
        and (not on_hold(case) or case.hold_owner_id == person.pk or roles & RELEASERS)
        and (case.pk not in open_ones or (case.pk, case.review_round) in decided)
    }


def on_hold(case: Case) -> bool:
    """Whether a hold stands, also while its target is unreachable."""
    held = CaseState.ON_HOLD.value
    return held in (case.state, case.came_from) or case.hold_owner_id is not None


def _restricted_page(case: Case) -> bool:
    return AssessmentRow.objects.filter(document__target=case.target, restricted=True).exists()


def _has_decided(case: Case, person: Person) -> bool:
    return DecisionRow.objects.filter(
        case=case, review_round=case.review_round, person=person
    ).exists()
