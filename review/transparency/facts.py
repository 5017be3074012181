"""What the report is computed from: times and codes, no names, no addresses, no people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Requested:
    """One request: how wide, what for, whether it renews another, when, in which month."""

    scope: str
    category: str
    renewal: bool
    month: str


@dataclass(frozen=True, slots=True)
class Appealed:
    """One appeal; ``decided_at`` is None while it is open, ``outcome`` then "open"."""

    received_at: datetime
    decided_at: datetime | None
    outcome: str


@dataclass(frozen=True, slots=True)
class Span:
    """How long one step took for one request."""

    step: str
    began_at: datetime
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """A period. ``identified``, ``sent``, ``executed`` and ``verified`` count different things and
    are never added up: cases that two people confirmed, requests that left the house, requests that
    a recipient says it blocks, and requests that were seen to be blocked."""

    identified: int = 0
    sent: int = 0
    executed: int = 0
    verified: int = 0
    requests: Sequence[Requested] = ()
    exports_refused: int = 0
    findings: Sequence[str] = ()
    safeguards: Sequence[tuple[str, int]] = ()
    recipients_refused: int = 0
    appeals: Sequence[Appealed] = ()
    appeals_open: int = 0
    lift_sent: int = 0
    lift_executed: int = 0
    ended: Sequence[str] = ()
    spans: Sequence[Span] = field(default=())
