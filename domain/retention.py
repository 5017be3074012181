"""How long evidence is kept: by its class, and by what became of the case it belongs to. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.states import CaseState

_S = CaseState
_OPEN = frozenset({_S.IN_REVIEW, _S.ESCALATED})
_LIVE = frozenset({_S.CONFIRMED, _S.REQUESTED})
_ENDED = frozenset({_S.EXPIRED, _S.LIFTED, _S.WITHDRAWN})


class Class(StrEnum):
    """What is kept apart, so that each can go in its own time."""

    PAGES = "pages"
    POSTS = "posts"
    SCREENS = "screens"
    IMAGES = "images"


@dataclass(frozen=True, slots=True)
class Days:
    """Days for which each is kept. ``pages`` and ``posts`` are those of targets that nobody was
    asked about; ``dismissed`` and ``ended`` count from the day of the decision or the case's end.
    """

    pages: int
    posts: int
    dismissed: int
    ended: int
    screens: int
    images: int
    journals: int
    logs: int
    requests: int
    tips: int
    dossiers: int = 365

    def of(self, kind: Class) -> int:
        """Those of a class where no case in people's hands says otherwise."""
        return {
            Class.PAGES: self.pages,
            Class.POSTS: self.posts,
            Class.SCREENS: self.screens,
            Class.IMAGES: self.images,
        }[kind]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the case stands: its state since ``changed_at``, the state that it will come back to
    where it is unreachable or on hold. ``proved`` says that it was confirmed once."""

    state: CaseState
    changed_at: datetime
    came_from: CaseState | None = None
    held: bool = False
    restricted: bool = False
    proved: bool = False


@dataclass(frozen=True, slots=True)
class Fate:
    """What was taken ``before`` goes; where that is None nothing does, and ``reason`` says why."""

    before: datetime | None
    reason: str = ""


def fate(case: Standing, kind: Class, days: Days, now: datetime) -> Fate:
    """What becomes of a case's evidence of one class."""
    state = case.came_from if case.state is _S.UNREACHABLE and case.came_from else case.state
    if case.held or _S.ON_HOLD in (case.state, state):
        return Fate(None, "on hold")
    if case.restricted:
        return Fate(None, "restricted")
    if state in _OPEN:
        return Fate(None, "waits for people")
    if state in _LIVE:
        return Fate(None, "of a confirmed case")
    if state in _ENDED or (state is _S.DISMISSED and case.proved):
        return _after(case, days.ended, now, "of a case that ended lately")
    if state is _S.DISMISSED and kind in (Class.PAGES, Class.POSTS):
        return _after(case, days.dismissed, now, "of a case that was dismissed lately")
    return Fate(now - timedelta(days=days.of(kind)))


def _after(case: Standing, days: int, now: datetime, reason: str) -> Fate:
    """Kept so many days after the case came to its state; what was taken since, from then on."""
    before = now - timedelta(days=days)
    return Fate(before) if case.changed_at < before else Fate(None, reason)
