"""Why a page that was rendered is empty all the same, in words for who reads the capture. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from domain.captures import Outcome

#: What the guard proxy says of requests that send something.
_SENDING = ("method POST", "method PUT", "method PATCH")


def explained(
    outcome: Outcome, detail: str, left_out: Iterable[tuple[str, int]]
) -> tuple[Outcome, str]:
    """Outcome and detail of a rendered page, of which ``left_out`` was not fetched, by reason.

    A page that asks for its content by POST, as GraphQL shops do, shows nothing: nothing is ever
    sent. What is empty for that counts as not rendered; a page with some text keeps its outcome.
    """
    unsent = sum(n for reason, n in left_out if reason in _SENDING)
    if not unsent or outcome not in (Outcome.OK, Outcome.EMPTY):
        return outcome, detail
    why = f"{unsent} requests by POST were not sent: what they ask for is missing"
    told = "; ".join(filter(None, (detail, why)))
    return (Outcome.NOT_RENDERED if outcome is Outcome.EMPTY else outcome), told
