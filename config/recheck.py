"""The settings of looking again at known cases."""

from __future__ import annotations

from pydantic import PositiveInt

from config.section import Section, key
from config.values import Share


def _days(default: float, which: str) -> float:
    text = f"Time between two looks at {which}; 0 for every night."
    days: float = key(default, text, "days", ge=0, le=3650)
    return days


class Recheck(Section):
    in_review_days: float = _days(1, "a case that is in review or escalated")
    confirmed_days: float = _days(1, "a case that is confirmed and not yet requested")
    requested_days: float = _days(1, "a case that is requested and not yet ordered")
    ordered_days: float = _days(7, "a case that a recipient was ordered to block")
    verified_days: float = _days(14, "a case that was seen to be blocked by all who were ordered")
    dismissed_days: float = _days(30, "a dismissed case")
    ended_days: float = _days(30, "a case that is expired, lifted or withdrawn")
    unreachable_days: float = key(
        3,
        "Time between the first looks at an unreachable target; it doubles with each that fails.",
        "days",
        ge=0,
        le=3650,
    )
    unreachable_max_days: float = key(
        60, "Longest time between two looks at an unreachable target.", "days", ge=0, le=3650
    )
    spread: Share = key(
        0.25,
        "Share by which an interval may be shorter, so that what was found in one night does not "
        "fall due in one night.",
        "share",
    )
    max_per_night: PositiveInt = key(
        500, "Known cases that one night looks at again; the rest waits and is counted.", "cases"
    )
    unreachable_after: PositiveInt = key(
        3, "Failed looks in a row, in as many nights, that make a target unreachable.", "nights"
    )
    gone_after: PositiveInt = key(
        5,
        "Nights in a row in which a target is down, parked or seized until people are asked "
        "whether it is gone.",
        "nights",
    )
    cleaned_after: PositiveInt = key(
        3,
        "Nights in a row in which a target is up and does not sell until people are asked "
        "whether it is cleaned.",
        "nights",
    )
    new_evidence: Share = key(
        0.3,
        "Share of the selling pages' lines that must be new since the decision for a dismissed "
        "case to go back to review.",
        "share",
    )
    proposal_days: PositiveInt = key(
        7, "After how long an open proposal that nobody answered counts as overdue.", "days"
    )
