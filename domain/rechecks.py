"""Looking again at known targets: when, what a look amounts to, and what several amount to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from domain.captures import Outcome
from domain.digests import sha256_hex
from domain.states import CaseState

#: A night may begin somewhat earlier than the one before; the interval has passed all the same.
EARLY = timedelta(hours=8)
_DOUBLINGS = 12


class CheckResult(StrEnum):
    """What a look at a known target met."""

    UP = "up"
    DOWN = "down"
    BLOCKED = "blocked"
    UNREADABLE = "unreadable"
    PARKED = "parked"
    SEIZED = "seized"
    MOVED = "moved"


class Ordering(StrEnum):
    """How far the blocking of a requested case has come: a recipient holds an order, or each that
    holds one was seen to block."""

    ORDERED = "ordered"
    VERIFIED = "verified"


class ProposalKind(StrEnum):
    """What looks propose to people, *protected*, that the never-block list has come to cover what
    was requested, *lift*, where an appeal was upheld, and *expiring*, that a request is about to
    run out."""

    GONE = "gone"
    CLEANED = "cleaned"
    REAPPEARED = "reappeared"
    MOVED = "moved"
    LIFT = "lift"
    PROTECTED = "protected"
    EXPIRING = "expiring"


#: What becomes of a case that stands requested when a person accepts a proposal.
ENDS: Mapping[ProposalKind, CaseState] = {
    ProposalKind.LIFT: CaseState.LIFTED,
    ProposalKind.GONE: CaseState.LIFTED,
    ProposalKind.CLEANED: CaseState.LIFTED,
    ProposalKind.PROTECTED: CaseState.WITHDRAWN,
}
#: Proposals about a block, which have no ground any more once the case has ended.
OF_BLOCKS = frozenset({*ENDS, ProposalKind.EXPIRING})


class ProposalState(StrEnum):
    """Where a proposal stands; *lapsed* when a later look took its ground away."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    LAPSED = "lapsed"


_R = CheckResult
#: The first that occurs says what a look met, where no document and no redirect did. None is for
#: what is on our side or on the way: it says nothing of the target, and what else failed neither.
_MET: tuple[tuple[Outcome, CheckResult | None], ...] = (
    (Outcome.SEIZED, _R.SEIZED),
    (Outcome.PARKED, _R.PARKED),
    (Outcome.CAPTCHA, _R.BLOCKED),
    (Outcome.INTERSTITIAL, _R.BLOCKED),
    (Outcome.LOGIN_WALL, _R.BLOCKED),
    (Outcome.DEFAULT_PAGE, _R.DOWN),  # a server that was wiped forbids and misses the rest
    (Outcome.FORBIDDEN, _R.BLOCKED),
    (Outcome.THROTTLED, _R.BLOCKED),
    (Outcome.PRIVATE, _R.BLOCKED),
    (Outcome.RESTRICTED, _R.BLOCKED),
    (Outcome.NO_CHANNEL, _R.DOWN),
    (Outcome.NO_SUCH_NAME, _R.DOWN),
    (Outcome.GROUP, _R.UNREADABLE),
    (Outcome.NO_PREVIEW, _R.BLOCKED),
    (Outcome.NOT_TEXT, _R.UNREADABLE),
    (Outcome.TOO_LARGE, _R.UNREADABLE),
    (Outcome.BOMB, _R.UNREADABLE),
    (Outcome.HEADER_FLOOD, _R.UNREADABLE),
    (Outcome.NOT_RENDERED, _R.UNREADABLE),
    (Outcome.TRUNCATED, _R.UNREADABLE),
    (Outcome.UNDECODABLE, _R.UNREADABLE),
    (Outcome.REDIRECT, _R.UNREADABLE),
    (Outcome.BLOCKED_ON_THE_WAY, None),
    (Outcome.TOR_DOWN, None),
    (Outcome.NOT_FOUND, _R.DOWN),
    (Outcome.HTTP_ERROR, _R.DOWN),
    (Outcome.EMPTY, _R.DOWN),
    (Outcome.DNS, _R.DOWN),
    (Outcome.CONNECTION, _R.DOWN),
    (Outcome.ONION_DOWN, _R.DOWN),
    (Outcome.TIMEOUT, _R.DOWN),
    (Outcome.OK, _R.UNREADABLE),
)
#: Outcomes of pages that were seen, whatever they hold by now.
SHOWN = frozenset(
    {
        Outcome.OK,
        Outcome.REDIRECT,
        Outcome.NOT_FOUND,
        Outcome.EMPTY,
        Outcome.DEFAULT_PAGE,
        Outcome.PARKED,
        Outcome.SEIZED,
    }
)
#: Results under which the target's own content is not there any more.
GONE = frozenset({_R.DOWN, _R.PARKED, _R.SEIZED})


def result_of(
    outcomes: Mapping[Outcome, int], *, documents: int, moved: bool
) -> tuple[CheckResult, str] | None:
    """What a look met, and the outcome that says so.

    ``outcomes`` are those of pages (not of robots.txt, sitemaps or icons), ``documents`` counts
    pages of the target's own read and posts seen, ``moved`` says that the first page redirects
    to another target. None where the look failed on our side or on the way (Tor down, an address
    that our guard refuses, a layout that our reader does not know, a provider's page in place of
    the site): it says nothing of the target.
    """
    if moved:
        return CheckResult.MOVED, Outcome.REDIRECT
    if documents:
        return CheckResult.UP, Outcome.OK
    for outcome, result in _MET:
        if outcomes.get(outcome):
            return (result, outcome) if result is not None else None
    return None


@dataclass(frozen=True, slots=True)
class Schedule:
    """How often known targets are looked at, by the state of their cases, in days.

    0 means every night; a state that is not named is not looked at again. ``spread`` is the
    share by which an interval may be shorter, so that what was found in one night does not fall
    due in one night. An unreachable target's interval doubles with each further failed look up
    to ``unreachable_max_days``. ``ordered`` holds for a requested case instead, once its orders
    have come so far.
    """

    days: Mapping[CaseState, float]
    unreachable_max_days: float
    spread: float
    max_per_night: int
    ordered: Mapping[Ordering, float] = field(default_factory=dict)

    def interval(
        self, state: CaseState, *, order: Ordering | None = None, failed_before: int = 0
    ) -> timedelta:
        """The time between two looks; ``failed_before`` failed since it counts as unreachable."""
        days = self.days[state]
        if state is CaseState.REQUESTED and order is not None:
            days = self.ordered.get(order, days)
        if state is CaseState.UNREACHABLE:
            days = min(days * 2 ** min(failed_before, _DOUBLINGS), self.unreachable_max_days)
        return timedelta(days=days)

    def due(
        self,
        case_id: int,
        state: CaseState,
        last: datetime | None,
        *,
        order: Ordering | None = None,
        failed_before: int = 0,
    ) -> datetime | None:
        """When to look again after a look at ``last``; None for at once (never looked at)."""
        if last is None:
            return None
        whole = self.interval(state, order=order, failed_before=failed_before)
        share = self.spread * _fraction(f"{case_id}:{last.date().isoformat()}")
        return last + whole * (1 - share)


def is_due(due: datetime | None, now: datetime) -> bool:
    """Whether the night that begins ``now`` is the one for what falls due at ``due``."""
    return due is None or due <= now + EARLY


def _fraction(text: str) -> float:
    """A number from 0 to 1 (exclusive), always the same for ``text``."""
    return int(sha256_hex(text.encode())[:8], 16) / 2**32


@dataclass(frozen=True, slots=True)
class Rules:
    """How many looks in a row, each in another night, say something of the target.

    ``unreachable_after`` failed ones make it unreachable, ``gone_after`` without its content let
    people be asked whether it is gone, ``cleaned_after`` up and not selling whether it is
    cleaned. A dismissed target goes back to review when it sells and at least the share
    ``new_evidence`` of the lines that say so was not there before.
    """

    unreachable_after: int
    gone_after: int
    cleaned_after: int
    new_evidence: float
