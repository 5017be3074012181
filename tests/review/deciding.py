"""Cases that people decide, with their times."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from cases.decisions import Verdict, decide
from cases.models import Case, Person
from cases.moves import move
from domain.decisions import Jurisdiction, VerdictKind
from domain.states import CaseState
from tests.records import new_case

START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)  # a Monday, 11 o'clock in Almaty


def at(hours: float):
    """A clock that stands so many hours after the start."""
    return lambda: START + timedelta(hours=hours)


def queued(name: str, *, opened: float = 0, asked: float = 1, **fields: object) -> Case:
    """A case found and put before people so many hours after the start."""
    case = new_case(name if ":" in name else f"host:{name}.test")
    Case.objects.filter(pk=case.pk).update(opened_at=at(opened)(), **fields)
    for step in (CaseState.ASSESSED, CaseState.IN_REVIEW):
        move(case.pk, step, actor="system:assess", reason="set up", clock=at(asked))
    return case


def say(
    case: Case,
    person: Person,
    word: str,
    hours: float = 2,
    *,
    seconds: int = 0,
    drawn_share: float = 0.0,
    draw: Callable[[], float] = lambda: 1.0,
) -> Case:
    """A verdict so many hours after the start."""
    kind = VerdictKind(word)
    tie = Jurisdiction.SELLS_IN if kind is VerdictKind.CONFIRM else None
    verdict = Verdict(kind, "seen", tie, seconds=seconds, drawn_share=drawn_share)
    return decide(case.pk, person, verdict, clock=at(hours), draw=draw)


def decided(name: str, said: Iterable[tuple[Person, str]], **fields: object) -> Case:
    """A case on which these people said these words, one after the other."""
    case = queued(name, **fields)
    for person, word in said:
        case = say(case, person, word)
    return case
