"""Whether there is something that an account may do now."""

from __future__ import annotations

from channels.accounts.ledger import Ledger, RequestClass
from domain.clock import utc_now


def may_ask(ledger: Ledger, kind: RequestClass, longest_wait_s: float) -> bool:
    """Whether the account may ask for ``kind`` now, or in a while that is short enough."""
    until = ledger.not_before(kind)
    return until is None or (until - utc_now()).total_seconds() <= longest_wait_s


def allowed(ledger: Ledger, longest_wait_s: float) -> frozenset[RequestClass]:
    """What the account may ask for now; nothing where it may not even connect."""
    able = frozenset(kind for kind in RequestClass if may_ask(ledger, kind, longest_wait_s))
    return able if RequestClass.OTHER in able else frozenset()
