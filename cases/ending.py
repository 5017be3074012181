"""How a case that stands requested ends, also while its target is unreachable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from cases.models import Case
from cases.moves import move
from domain.clock import Clock, utc_now
from domain.states import CaseState


def end(
    case_id: int,
    to: CaseState,
    *,
    actor: str,
    reason: str,
    details: Mapping[str, Any] | None = None,
    clock: Clock = utc_now,
) -> Case:
    """Move a case to ``to`` in one transaction. An unreachable one first goes back to the state in
    which it became so: an absence keeps nothing blocked. Raises MoveError as ``cases.moves.move``.
    """
    with transaction.atomic():
        case = Case.objects.select_for_update().get(pk=case_id)
        if case.state == CaseState.UNREACHABLE and case.came_from:
            back = CaseState(case.came_from)
            move(case_id, back, actor=actor, reason=reason, details=details, clock=clock)
        return move(case_id, to, actor=actor, reason=reason, details=details, clock=clock)
