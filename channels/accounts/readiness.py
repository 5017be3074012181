"""Whether there is something that an account may do now."""

from __future__ import annotations

from channels.accounts.ledger import Ledger, RequestClass
from domain.clock import utc_now


def may_ask(ledger: Ledger, kind: RequestClass, longest_wait_s: float) -> bool:
    """Whether the account may ask for ``kind`` now, or in a while that is short enough."""
    until = ledger.not_before(kind)
    return until is None or (until - utc_now()).total_seconds() <= longest_wait_s


def may_read(ledger: Ledger, longest_wait_s: float) -> bool:
    """Whether the account can read any channel at all now."""
    needed = (RequestClass.HISTORY, RequestClass.OTHER)
    return all(may_ask(ledger, kind, longest_wait_s) for kind in needed)
