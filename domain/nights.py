"""When a night is over, and under which names its budgets end it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

#: Why a whole night leaves pages out: none of it is a source's own doing.
PAGES, BYTES = "run budget", "byte budget of the run"
MINUTES, NIGHT = "time budget of the run", "the night is over"
CUT_SHORT = frozenset({PAGES, BYTES, MINUTES, NIGHT})
#: The kind of a run that listens to channels by day: what it reads is no look of a night's.
LISTEN = "listen"


def end_of(started: datetime, ends: str, timezone: str) -> datetime | None:
    """The first moment after ``started`` at which clocks in ``timezone`` show ``ends`` (HH:MM).

    None for empty ``ends``. Where that time is skipped or shown twice on one day (summer time),
    the standard library's first reading of it counts (PEP 495, fold 0).
    """
    if not ends:
        return None
    zone = ZoneInfo(timezone)
    hour, minute = (int(part) for part in ends.split(":"))
    local = started.astimezone(zone)
    end = local.replace(hour=hour, minute=minute, second=0, microsecond=0, fold=0)
    while end.astimezone(UTC) <= started:
        end += timedelta(days=1)
    return end.astimezone(UTC)
