from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from domain.nights import end_of

ZONES = ["Asia/Almaty", "UTC", "America/New_York", "Australia/Lord_Howe", "Pacific/Chatham"]
STARTED = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)  # 01:00 of the next day in Almaty
SOME_DAY = datetime(2000, 1, 1, tzinfo=UTC)


def test_the_first_such_time_after_the_start() -> None:
    assert end_of(STARTED, "06:30", "Asia/Almaty") == datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
    assert end_of(STARTED, "00:59", "Asia/Almaty") == datetime(2026, 3, 2, 19, 59, tzinfo=UTC)
    assert end_of(STARTED, "01:00", "Asia/Almaty") == datetime(2026, 3, 2, 20, 0, tzinfo=UTC)
    assert end_of(STARTED, "", "Asia/Almaty") is None


@given(st.integers(0, 50 * 366 * 24 * 60), st.times(), st.sampled_from(ZONES))
def test_clocks_show_it_at_the_end_which_comes_within_a_day(
    minutes: int, ends: time, zone: str
) -> None:
    """A time that clocks skip in spring is the one an hour beside it."""
    started = SOME_DAY + timedelta(minutes=minutes)
    end = end_of(started, f"{ends:%H:%M}", zone)
    assert end is not None
    assert timedelta(0) < end - started <= timedelta(hours=26)
    shown = end.astimezone(ZoneInfo(zone))
    apart = abs((shown.hour - ends.hour) * 60 + shown.minute - ends.minute)
    assert min(apart, 1440 - apart) in (0, 30, 60)
