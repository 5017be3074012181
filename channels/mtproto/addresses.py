"""Under which URLs requests of accounts stand in the journal and in the record.

``mtproto://telegram/METHOD?…`` names a method of the API (https://core.telegram.org/methods) and
what it was asked for. Channels are called by the name that they were asked for by.
"""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode, urlsplit

SCHEME = "mtproto"
_BASE = f"{SCHEME}://telegram/"


def resolve_url(channel: str, account: str) -> str:
    """Asking who bears a username; the answer is good for one account."""
    return _url("contacts.resolveUsername", username=channel, account=account)


def info_url(channel: str, account: str) -> str:
    """Asking what a channel says of itself."""
    return _url("channels.getFullChannel", channel=channel, account=account)


def history_url(channel: str, before: int | None, limit: int = 0, skipped: int = 0) -> str:
    """Asking for the posts before the id ``before``; ``limit`` is given where it is not the
    usual one, ``skipped`` counts posts left out below ``before``."""
    more = {"offset_id": before, "add_offset": skipped, "limit": limit}
    given = {name: str(value) for name, value in more.items() if value}
    return _url("messages.getHistory", channel=channel, **given)


def difference_url(channel: str, pts: int, account: str) -> str:
    """Asking what has changed in a channel after the change ``pts``."""
    return _url("updates.getChannelDifference", channel=channel, pts=str(pts), account=account)


def update_url(channel: str, pts: int, account: str) -> str:
    """What was told of a channel unasked, up to the change ``pts``."""
    return _url("updates", channel=channel, pts=str(pts), account=account)


def similar_url(channel: str) -> str:
    """Asking which channels Telegram calls similar."""
    return _url("channels.getChannelRecommendations", channel=channel)


def search_url(query: str) -> str:
    """Asking for channels that are called so."""
    return _url("contacts.search", q=query)


def own_url(method: str, account: str) -> str:
    """What a client asks for itself, for no channel."""
    return _url(method, account=account, own="1")


def is_request(url: str) -> bool:
    """Whether ``url`` stands for a request to Telegram and for no page."""
    return url.startswith(_BASE)


def is_own(url: str) -> bool:
    """Whether ``url`` belongs to no channel."""
    parts = urlsplit(url)
    return parts.scheme == SCHEME and "own" in parse_qs(parts.query)


def channel_of(url: str) -> str:
    """The name that a channel was asked for by; empty for other URLs."""
    parts = urlsplit(url)
    if parts.scheme != SCHEME:
        return ""
    query = parse_qs(parts.query)
    (name,) = query.get("channel") or query.get("username") or ("",)
    return name


def _url(method: str, **query: str) -> str:
    return f"{_BASE}{method}?{urlencode(query)}"
