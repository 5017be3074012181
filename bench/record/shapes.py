"""What the cases of a made-up record are like: pure, and the same for the same seed.

The weights are guesses of a house after a year, written down once: nearly half of what is found is
screened out, a seventh waits for people, a sixth was blocked at some time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar

from domain.states import CaseState as S

T = TypeVar("T")
#: The year that the record tells of, a night each day.
NIGHTS = 365
MODEL = "made-up-1"
#: Everybody has it.
PASSWORD = "correct horse battery 7"
WAITING = frozenset({S.IN_REVIEW, S.ESCALATED})
CONFIRMED = frozenset({S.CONFIRMED, S.REQUESTED, S.EXPIRED, S.LIFTED, S.WITHDRAWN})
ORDERED = frozenset({S.REQUESTED, S.EXPIRED, S.LIFTED})

_STATES: Mapping[S, float] = {
    S.NEW: 3, S.ASSESSED: 0.2, S.SCREENED_OUT: 45, S.IN_REVIEW: 14, S.ESCALATED: 0.6,
    S.ON_HOLD: 0.4, S.DISMISSED: 17, S.CONFIRMED: 3, S.REQUESTED: 10, S.EXPIRED: 2, S.LIFTED: 0.7,
    S.WITHDRAWN: 0.4, S.UNREACHABLE: 3.7,
}  # fmt: skip
_KINDS = {"host": 60.0, "url": 8.0, "onion": 9.0, "telegram": 23.0}
_LANGS = {("ru",): 66.0, ("kk",): 9.0, ("ru", "kk"): 9.0, ("en",): 8.0, ("ru", "en"): 5.0, (): 3.0}
_REGIONS = {
    "KZ-75": 30.0, "KZ-71": 20.0, "KZ-79": 9.0, "KZ-35": 8.0, "KZ-15": 5.0, "KZ-55": 4.0,
    "KZ-63": 4.0, "KZ-39": 3.0, "KZ-19": 3.0, "KZ-23": 2.0, "KZ-27": 2.0, "KZ-31": 2.0,
    "KZ-59": 2.0, "KZ-11": 1.5, "KZ-47": 1.5, "KZ-61": 1.0, "KZ-43": 1.0, "KZ-10": 0.4,
    "KZ-33": 0.4, "KZ-62": 0.2,
}  # fmt: skip
_SUBSTANCES = {
    "cathinones": 30.0, "cannabis": 25.0, "amphetamine": 10.0, "mdma": 8.0, "cocaine": 6.0,
    "opioids": 5.0, "gabapentinoids": 5.0, "synthetic_cannabinoids": 4.0, "psychedelics": 3.0,
    "methamphetamine": 2.0, "sedatives": 1.0, "dissociatives": 0.7, "precursors": 0.3,
}  # fmt: skip
_RESTRICTED = 0.001
_LONG_TAIL = 0.002


@dataclass(frozen=True, slots=True)
class Shape:
    """One case: ``night`` is when it was found, ``weight`` how many of the captures are its,
    beside those of others; ``family`` the number of its operator, or None."""

    number: int
    state: S
    kind: str
    langs: tuple[str, ...]
    regions: tuple[str, ...]
    substances: tuple[str, ...]
    score: float
    restricted: bool
    night: int
    weight: float
    family: int | None


def shape(seed: int, number: int, cases: int) -> Shape:
    """Case ``number`` (from 1) of so many."""
    draw = Random(f"{seed}:{number}")
    state = chosen(draw, _STATES)
    sells = state not in {S.NEW, S.ASSESSED, S.SCREENED_OUT}
    return Shape(
        number=number,
        state=state,
        kind=chosen(draw, _KINDS),
        langs=chosen(draw, _LANGS),
        regions=some(draw, _REGIONS, (0, 0, 0, 1, 1, 1, 1, 2, 3)) if sells else (),
        substances=some(draw, _SUBSTANCES, (1, 1, 1, 2, 2, 3, 4)) if sells else (),
        score=draw.betavariate(8, 1.5) if sells else draw.betavariate(1, 6) * 0.4,
        restricted=state in WAITING and draw.random() < _RESTRICTED * 7,
        night=(number - 1) * NIGHTS // cases,
        weight=_weight(draw, sells=sells),
        family=_family(draw, number, sells=sells),
    )


def _weight(draw: Random, *, sells: bool) -> float:
    """Long-tailed: most cases have few captures, a few have thousands."""
    if draw.random() < _LONG_TAIL:
        return 60.0 + 200 * draw.random()
    return draw.lognormvariate(1.6 if sells else 0.4, 0.9)


def _family(draw: Random, number: int, *, sells: bool) -> int | None:
    """Operators open their shops near each other in time: blocks of numbers share a few."""
    if not sells or draw.random() > 0.25:
        return None
    block = number // 400
    return block * 10 + min(int(draw.expovariate(0.4)), 9)


def chosen(draw: Random, weights: Mapping[T, float]) -> T:
    """One of the keys, by their weights."""
    return draw.choices([*weights], [*weights.values()])[0]


def some(draw: Random, weights: Mapping[str, float], counts: Sequence[int]) -> tuple[str, ...]:
    """As many different keys as one of ``counts`` says."""
    wanted = draw.choice(counts)
    found = dict.fromkeys(draw.choices([*weights], [*weights.values()], k=wanted * 2))
    return tuple(found)[:wanted]


def captures_of(shapes: Sequence[float], total: int) -> list[int]:
    """``total`` shared out by weight, each at least one; the last makes up for rounding."""
    whole = sum(shapes) or 1.0
    left = max(total - len(shapes), 0)
    carried, found = 0.0, list[int]()
    for weight in shapes:
        carried += weight / whole * left
        found.append(1 + int(carried))
        carried -= int(carried)
    if found:
        found[-1] += max(total - sum(found), 0)
    return found


@dataclass(frozen=True, slots=True)
class Year:
    """The nights of the record: the last one began on the evening before ``ends``."""

    ends: datetime

    def moment(self, night: int, hours: float) -> datetime:
        """So many hours after a night began, and never after the year."""
        found = self.ends - timedelta(days=NIGHTS - night) + timedelta(hours=hours)
        return min(found, self.ends)

    def later(self, at: datetime, hours: float) -> datetime:
        """So many hours later; before the end of the year, halfway to it at most."""
        return at + min(timedelta(hours=hours), (self.ends - at) / 2)
