"""The coverage contract: a source that fell silent is named. Silence is never success."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from typing import Generic, TypeVar

from domain.captures import Outcome
from domain.seeds import DOCUMENTS

#: Below this share of its own usual yield a source counts as fallen silent.
SILENT_SHARE = 0.2
#: Nights of its own history that a source is compared with, newest first.
HISTORY = 7
#: Redirects from one source to the next that are followed when a source is judged.
LONGEST_WAY = 20
_K = TypeVar("_K", bound=Hashable)


class CoverageState(StrEnum):
    """What the contract says of one source; nothing of one that the run does not read."""

    KEPT = "kept"
    BROKEN = "broken"
    LEFT_OUT = "left_out"


@dataclass(frozen=True, slots=True)
class Yield:
    """What one source brought in one night: documents, and captures by outcome.

    ``stuck`` says why a redirect of its first page was not followed, ``cut`` what that is not its
    own doing left pages of it out (a bound of the whole run, Tor).
    """

    documents: int
    outcomes: Mapping[Outcome, int]
    stuck: str = ""
    cut: str = ""


@dataclass(frozen=True, slots=True)
class Move(Generic[_K]):
    """Where the first page of a source redirects to: the source ``to``, or nowhere further for
    the reason ``stuck``."""

    to: _K | None
    stuck: str = ""


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
    if now.cut:  # fewer than usual, because the operator wanted fewer
        return Coverage(CoverageState.KEPT, f"cut short: {now.cut}")
    if now.documents < usual * SILENT_SHARE:
        return Coverage(
            CoverageState.BROKEN,
            f"{now.documents} documents, usually {usual:g}: {_why_silent(now)}",
        )
    return Coverage(CoverageState.KEPT)


def follow(start: _K, moves: Mapping[_K, Move[_K]]) -> tuple[_K, str]:
    """Where the redirects of the source ``start`` end, and why they could not be followed there.

    A way that leads in a circle, or is too long, ends where it began.
    """
    at, seen = start, {start}
    while (move := moves.get(at)) is not None:
        if move.to in seen:
            return start, "redirect loop"
        if len(seen) > LONGEST_WAY:
            return start, "too many redirects"
        if move.to is not None:
            at = move.to
            seen.add(at)
        if move.stuck or move.to is None:
            return at, move.stuck
    return at, ""


def together(here: Yield, there: Yield) -> Yield:
    """What a source and the one it moved to brought."""
    outcomes = Counter(here.outcomes) + Counter(there.outcomes)
    documents = here.documents + there.documents
    return Yield(documents, outcomes, there.stuck, here.cut or there.cut)


def moved(coverage: Coverage, name: str) -> Coverage:
    """The judgement of a source that redirects to the one called ``name``."""
    reason = f": {coverage.reason}" if coverage.reason else ""
    return Coverage(coverage.state, f"moves to {name}{reason}")


def _judge_announced(expected: Outcome, now: Yield) -> Coverage:
    if now.outcomes.get(expected, 0):
        return Coverage(CoverageState.KEPT)
    if now.documents:
        return Coverage(CoverageState.KEPT, f"expected {expected}, now gives documents")
    return Coverage(CoverageState.BROKEN, f"expected {expected}: {_why_silent(now)}")


def _why_silent(now: Yield) -> str:
    failures = {o: n for o, n in now.outcomes.items() if o is not Outcome.OK and n}
    if failures:
        why = ", ".join(f"{o} {n}" for o, n in sorted(failures.items(), key=lambda pair: -pair[1]))
    else:
        why = "no document" if now.outcomes else "never fetched"
    because = now.stuck or now.cut
    return f"{why} ({because})" if because else why
