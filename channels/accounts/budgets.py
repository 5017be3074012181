"""How often an account may ask, and from when on it may ask again; pure.

Requests are counted in slots, a sixtieth of the budget's window each. A slot counts until its end
lies a whole window back, so that no window, wherever it begins, holds more than the budget.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

_SLOTS = 60
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class RequestClass(StrEnum):
    """Requests that Telegram counts together, each with a budget and flood waits of its own."""

    RESOLVE = "resolve"
    HISTORY = "history"
    INFO = "info"
    SIMILAR = "similar"
    SEARCH = "search"
    DIFFERENCE = "difference"
    OTHER = "other"

    @property
    def setting(self) -> str:
        """The key below ``channels.telegram.budgets`` that holds its budget."""
        return _SETTINGS[self]


_SETTINGS = {
    RequestClass.RESOLVE: "resolves_per_day",
    RequestClass.HISTORY: "history_calls_per_hour",
    RequestClass.INFO: "infos_per_day",
    RequestClass.SIMILAR: "similar_per_day",
    RequestClass.SEARCH: "searches_per_day",
    RequestClass.DIFFERENCE: "differences_per_hour",
    RequestClass.OTHER: "others_per_hour",
}


@dataclass(frozen=True, slots=True)
class Budget:
    """``most`` requests within any time of length ``window``; none at all where it is 0."""

    most: int
    window: timedelta


class Slot(NamedTuple):
    """``used`` requests that were sent before ``ends_at``."""

    ends_at: datetime
    used: int


def slot_end(budget: Budget, now: datetime) -> datetime:
    """The end of the slot in which a request that is sent ``now`` counts."""
    length = budget.window / _SLOTS
    return _EPOCH + ((now - _EPOCH) // length + 1) * length


def counting(budget: Budget, slots: Iterable[Slot], now: datetime) -> list[Slot]:
    """The slots that still count, oldest first; those of a clock that was ahead count too."""
    return sorted(slot for slot in slots if slot.ends_at > now - budget.window)


def free_from(budget: Budget, slots: Iterable[Slot], now: datetime) -> datetime | None:
    """From when on one more request fits the budget; None when it does now."""
    live = counting(budget, slots, now)
    used = sum(slot.used for slot in live)
    if used < budget.most:
        return None
    for slot in live:
        used -= slot.used
        if used < budget.most:
            return slot.ends_at + budget.window
    return now + budget.window  # a budget of nothing
