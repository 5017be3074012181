"""The coverage contract: a source that fell silent is named. Silence is never success."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from domain.captures import Outcome
from domain.seeds import DOCUMENTS

#: Below this share of its own usual yield a source counts as fallen silent.
SILENT_SHARE = 0.2
#: Nights of its own history that a source is compared with, newest first.
HISTORY = 7


class CoverageState(StrEnum):
    """What the contract says of one source."""

    KEPT = "kept"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Yield:
    """What one source brought in one night: documents, and captures by outcome."""

    documents: int
    outcomes: Mapping[Outcome, int]


@dataclass(frozen=True, slots=True)
class Coverage:
    """The judgement of one source, with the reason when it is broken."""

    state: CoverageState
    reason: str = ""


def judge(expect: str, now: Yield, history: Sequence[int]) -> Coverage:
    """Compare tonight's yield with what is expected and with earlier nights.

    ``expect`` is ``documents`` or the outcome that the seed announces; ``history`` holds the
    documents of earlier nights, newest first.
    """
    if expect != DOCUMENTS:
        return _judge_announced(Outcome(expect), now)
    if now.documents == 0:
        return Coverage(CoverageState.BROKEN, _why_silent(now))
    usual = median(history[:HISTORY]) if history else 0
    if now.documents < usual * SILENT_SHARE:
        return Coverage(
            CoverageState.BROKEN,
            f"{now.documents} documents, usually {usual:g}: {_why_silent(now)}",
        )
    return Coverage(CoverageState.KEPT)


def _judge_announced(expected: Outcome, now: Yield) -> Coverage:
    if now.outcomes.get(expected, 0):
        return Coverage(CoverageState.KEPT)
    if now.documents:
        return Coverage(CoverageState.KEPT, f"expected {expected}, now gives documents")
    return Coverage(CoverageState.BROKEN, f"expected {expected}: {_why_silent(now)}")


def _why_silent(now: Yield) -> str:
    failures = {o: n for o, n in now.outcomes.items() if o is not Outcome.OK and n}
    if not failures:
        return "never fetched" if not now.outcomes else "no document"
    return ", ".join(f"{o} {n}" for o, n in sorted(failures.items(), key=lambda pair: -pair[1]))
