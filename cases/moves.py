"""The one function through which a case changes its state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from cases import audit
from cases.models import Case
from domain.clock import Clock, utc_now
from domain.states import CaseState, check_move, check_undo

_REMEMBERS = frozenset({CaseState.ON_HOLD, CaseState.UNREACHABLE})


def move(
    case_id: int,
    to: CaseState,
    *,
    actor: str,
    reason: str,
    details: Mapping[str, Any] | None = None,
    clock: Clock = utc_now,
) -> Case:
    """Move a case and write the audit event, in one transaction.

    ``actor`` is a username or ``system:<stage>``. Raises MoveError when the table of moves does
    not allow it.
    """
    with transaction.atomic():
        case = Case.objects.select_for_update().get(pk=case_id)
        state = CaseState(case.state)
        came_from = CaseState(case.came_from) if case.came_from else None
        check_move(state, to, came_from=came_from, case=str(case.pk))
        case.came_from = _came_from(case, state, to)
        case.state = to
        case.changed_at = clock()
        if to is CaseState.IN_REVIEW and state not in _REMEMBERS:
            case.review_round += 1
        case.save(update_fields=["state", "came_from", "changed_at", "review_round"])
        audit.append(
            f"case.{to}",
            f"case:{case.pk}",
            actor=actor,
            details={
                "from": state.value,
                "to": to.value,
                "target": str(case.target),
                "reason": reason,
                **(details or {}),
            },
            clock=clock,
        )
    return case


def move_back(case_id: int, to: CaseState, *, actor: str, clock: Clock = utc_now) -> Case:
    """Take a case back to where it stood before a verdict that is undone, in the same round of
    review. Raises MoveError when no verdict leads from there to where it is."""
    with transaction.atomic():
        case = Case.objects.select_for_update().get(pk=case_id)
        state = CaseState(case.state)
        check_undo(state, to, case=str(case.pk))
        case.state, case.came_from, case.changed_at = to, "", clock()
        case.save(update_fields=["state", "came_from", "changed_at"])
        details = {"from": state.value, "to": to.value, "target": str(case.target), "undone": True}
        audit.append(f"case.{to}", f"case:{case.pk}", actor=actor, details=details, clock=clock)
    return case


def _came_from(case: Case, state: CaseState, to: CaseState) -> str:
    """What the case must remember: where a hold or an absence began."""
    if state is CaseState.UNREACHABLE and to is CaseState.ON_HOLD:
        return case.held_from
    return state.value if to in _REMEMBERS else ""
