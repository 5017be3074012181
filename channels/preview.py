"""The public preview ``t.me/s/<name>``, read page by page without an account."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx

from channels.landing import LandingKind, parse_landing
from channels.parsing import ChannelPage, LayoutChanged, parse_page
from channels.posts import Batch, Fetch
from channels.wire import Answer, Hop, Wire
from domain.captures import Egress, Outcome
from net.client import Fetched

#: The transport's reasons as outcomes; any other is FAILED.
_FAILURES = {
    "timeout": Outcome.TIMEOUT,
    "dns": Outcome.DNS,
    "connection": Outcome.CONNECTION,
    "tls": Outcome.CONNECTION,
    "protocol": Outcome.CONNECTION,
    "proxy": Outcome.CONNECTION,
    "truncated": Outcome.TRUNCATED,
    "address_refused": Outcome.ADDRESS_REFUSED,
    "onion_refused": Outcome.ADDRESS_REFUSED,
    "bomb": Outcome.BOMB,
    "too_large": Outcome.TOO_LARGE,
    "undecodable": Outcome.UNDECODABLE,
    "redirects": Outcome.REDIRECT,
}
_STATUSES = {
    403: Outcome.FORBIDDEN,
    404: Outcome.NOT_FOUND,
    429: Outcome.THROTTLED,
    451: Outcome.FORBIDDEN,
}
_OK = 200
#: The first post that is a channel's own: number 1 is Telegram's word that it was created.
_FIRST = 2
#: What an account may be able to read.
_FOR_ACCOUNTS = frozenset({LandingKind.CHANNEL, LandingKind.GROUP, LandingKind.UNTOLD})


class PreviewReader:
    """Implements ``ChannelReader``. ``base_url`` is what a username is appended to."""

    def __init__(self, wire: Wire, base_url: str) -> None:
        self._wire = wire
        self._base = base_url

    @property
    def egress(self) -> Egress:
        return Egress.PREVIEW

    @property
    def by_number(self) -> bool:
        return False

    def address(self, channel: str, before: int | None = None) -> str:
        """The address of a channel's newest page, or of the page before post ``before``."""
        page = f"{self._base}{channel}" + (f"?before={before}" if before else "")
        return str(httpx.URL(page))

    def read(
        self,
        channel: str,
        since_id: int = 0,
        *,
        before: int | None = None,
        at_most: int | None = None,
    ) -> Iterator[Batch]:
        """See ``ChannelReader.read``. Each page is asked for when it is wanted."""
        while True:
            batch = self._page(channel, before)
            yield batch
            if batch.outcome is not Outcome.OK or batch.older is None or batch.reaches(since_id):
                return
            before = batch.older

    def _page(self, channel: str, before: int | None) -> Batch:
        answer = self._wire.get(self.address(channel, before))
        if answer.fetched is None:
            outcome = _FAILURES.get(answer.reason, Outcome.FAILED)
            return Batch(_fetches(answer, outcome, answer.failure))
        fetched = answer.fetched
        if fetched.truncated:
            return Batch(_fetches(answer, Outcome.TRUNCATED, "the page was cut off"))
        if fetched.status != _OK:
            outcome = _STATUSES.get(fetched.status, Outcome.HTTP_ERROR)
            return Batch(_fetches(answer, outcome, f"HTTP status {fetched.status}"))
        if not self._is_preview(fetched.url):
            return _landed(answer, fetched)
        return _read(answer, fetched, before)

    def _is_preview(self, url: str) -> bool:
        folder = urlsplit(self._base).path
        return urlsplit(url).path.startswith(folder)


def _read(answer: Answer, fetched: Fetched, before: int | None) -> Batch:
    try:
        page = parse_page(fetched.body.decode("utf-8", "replace"), fetched.url)
        _check_paging(page, before)
    except LayoutChanged as error:
        return Batch(_fetches(answer, Outcome.LAYOUT_CHANGED, str(error)))
    outcome = Outcome.EMPTY if not page.posts and before is None else Outcome.OK
    first = page.posts[0].id if page.posts else 0
    # Ids are known without the mark: an end that is none would lose all that is older.
    unmarked = page.older is None and first > _FIRST
    return Batch(
        _fetches(answer, outcome),
        page.info,
        page.posts,
        first if unmarked else page.older if page.posts else None,
        page.unreadable,
        unmarked=unmarked,
    )


def _check_paging(page: ChannelPage, before: int | None) -> None:
    """A page of older posts must hold older posts, or reading would turn in circles."""
    if before is not None and page.posts and page.posts[-1].id >= before:
        raise LayoutChanged(f"asked for posts before {before}, got {page.posts[-1].id}")
    if page.older is not None and page.posts and page.older > page.posts[-1].id:
        raise LayoutChanged(f"older posts are said to come before {page.older}")


def _landed(answer: Answer, fetched: Fetched) -> Batch:
    try:
        landing = parse_landing(fetched.body.decode("utf-8", "replace"))
    except LayoutChanged as error:
        return Batch(_fetches(answer, Outcome.LAYOUT_CHANGED, str(error)))
    if landing.kind is LandingKind.ACCOUNT:
        return Batch(_unkept(answer, landing.outcome, landing.kind))
    members = f", {landing.members} members" if landing.members is not None else ""
    return Batch(
        _fetches(answer, landing.outcome, f"{landing.kind}{members}"),
        by_account=landing.kind in _FOR_ACCOUNTS,
    )


def _fetches(answer: Answer, outcome: Outcome, detail: str = "") -> tuple[Fetch, ...]:
    *way, last = answer.hops
    hops = [_fetch(hop, Outcome.REDIRECT) for hop in way]
    return (*hops, _fetch(last, outcome, detail))


def _unkept(answer: Answer, outcome: Outcome, detail: str) -> tuple[Fetch, ...]:
    """Requests that led to somebody's personal page: of it nothing is kept."""
    *way, last = answer.hops
    page = Fetch(last.url, last.at, outcome, detail=detail, attempts=last.attempts)
    return (*(_fetch(hop, Outcome.REDIRECT) for hop in way), page)


def _fetch(hop: Hop, outcome: Outcome, detail: str = "") -> Fetch:
    return Fetch(hop.url, hop.at, outcome, hop.exchange, detail, hop.attempts)
