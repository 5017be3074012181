"""Figures over the whole of a large record, kept for some minutes in each process of the console.

A record of ordinary size is counted anew each time. In a large one that takes a second or more:
then everybody is shown the same figures for a while, and told of when they are. A case that comes
into the restricted queue ends that at once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar

from django.db.models import Max

from cases.models import Case
from domain.clock import Clock, utc_now

#: From so many cases on. By size and not by the time that counting took: that hangs on the machine.
LARGE = 20_000
LASTING = timedelta(minutes=5)
_MOST = 16


class Figures(Protocol):
    """What can be kept: ``read`` reads all of it from the record, once."""

    def read(self) -> None:
        """Have everything at hand."""


F = TypeVar("F", bound=Figures)


class Kept(Generic[F]):
    """Figures by what they are of. Of several who ask at once, one reads and the others wait."""

    def __init__(self) -> None:
        self._found: dict[Hashable, tuple[datetime, F]] = {}
        self._one_at_a_time = threading.Lock()

    def of(
        self, key: Hashable, make: Callable[[], F], *, clock: Clock = utc_now
    ) -> tuple[F, datetime | None]:
        """The figures, and of when they are where that may not be now."""
        size, restricted = _measures()
        if size < LARGE:
            return make(), None
        with self._one_at_a_time:
            at, figures = self._found.get((key, restricted), (None, None))
            if at is None or figures is None or clock() - at > LASTING:
                if len(self._found) >= _MOST:
                    self._found.clear()
                at, figures = clock(), make()
                figures.read()
                self._found[key, restricted] = at, figures
        return figures, at


def _measures() -> tuple[int, int]:
    """About how many cases there are, and how many are restricted; both off an index."""
    newest = Case.objects.aggregate(newest=Max("pk"))["newest"] or 0
    return newest, Case.objects.filter(restricted=True).count()
