"""The one clock. Everything that needs the time gets a ``Clock`` passed in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The time now, with zone UTC."""
    return datetime.now(UTC)


def iso(moment: datetime) -> str:
    """``moment`` as RFC 3339 in UTC with a ``Z``, to the second."""
    return moment.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")
