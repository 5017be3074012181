"""How the fetch of a page ended: by its status, and by whether it is about an obstacle. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from crawlers.extraction import Page
from crawlers.fetches import ROBOTS, Fetch
from crawlers.softblocks import Block, Standing, has_own_text, recognise
from domain.captures import Outcome

_GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_AUTHENTICATION = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.PROXY_AUTHENTICATION_REQUIRED})
#: RFC 9110, section 15.5.4, and RFC 7725.
_REFUSED = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS})
#: Obstacles that say more than the error status that they are sent with.
_SHOWN_WITH_ERRORS = frozenset(
    {
        Outcome.SEIZED,
        Outcome.BLOCKED_ON_THE_WAY,
        Outcome.INTERSTITIAL,
        Outcome.CAPTCHA,
        Outcome.LOGIN_WALL,
        Outcome.PARKED,
        Outcome.DEFAULT_PAGE,
    }
)


@dataclass(frozen=True, slots=True)
class Ending:
    """``alone`` says that the page is nothing but what ``outcome`` names."""

    outcome: Outcome
    detail: str = ""
    alone: bool = False


def by_status(status: int) -> Outcome | None:
    """What an error status says; None for success."""
    if status in _GONE:
        return Outcome.NOT_FOUND
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Outcome.THROTTLED
    if status in _AUTHENTICATION:
        return Outcome.LOGIN_WALL
    if status in _REFUSED:
        return Outcome.FORBIDDEN
    return None if 200 <= status < 300 else Outcome.HTTP_ERROR


def ending_of(fetch: Fetch, page: Page, markup: str) -> Ending:
    """How the fetch of ``page``, read from ``markup``, ended."""
    url = fetch.job.url
    headers = {name.lower(): value for name, value in fetch.response_headers}
    block = recognise(page, markup, headers, url) if fetch.complete else None
    failed = by_status(fetch.status)
    if failed is not None:
        return _of_error(fetch, failed, block, own=has_own_text(page, markup, url))
    if block is not None and block.standing is not Standing.BESIDE:
        return Ending(block.outcome, block.detail, block.standing is Standing.ALONE)
    if not fetch.complete:
        return Ending(Outcome.TRUNCATED, fetch.detail or "the connection ended early")
    if page.cut:
        return Ending(Outcome.OK, "reading was cut short")
    return Ending(Outcome.OK, f"beside it: {block.detail}" if block else "")


def _of_error(fetch: Fetch, failed: Outcome, block: Block | None, *, own: bool) -> Ending:
    """An error may be shown with a page of the site's own: that is read, whatever the status."""
    status = f"status {fetch.status}"
    if fetch.job.why == ROBOTS:
        return Ending(failed, status, alone=True)
    if block is None:
        return Ending(failed, status, alone=not own)
    alone = block.standing is Standing.ALONE
    if block.standing is not Standing.BESIDE and block.outcome in _SHOWN_WITH_ERRORS:
        return Ending(block.outcome, f"{block.detail}, {status}", alone)
    return Ending(failed, status, alone)
