"""Asking what has changed in a channel after a change that is known.

Asking again and again is also how a client that is no member says that it wants to be told of
changes (https://core.telegram.org/api/updates, *Subscribing to updates of channels/supergroups*).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from telethon.tl import functions, types

from channels.accounts.ledger import Peer, RequestClass
from channels.mtproto.addresses import difference_url
from channels.mtproto.answers import as_json
from channels.mtproto.asking import Asker
from channels.mtproto.failures import Refused, ServerFailed, Unreadable
from channels.mtproto.fetches import answered, failed
from channels.mtproto.updates import News, news_in
from channels.posts import Fetch

_METHOD = "updates.getChannelDifference"
_MOST = 100
#: The API no longer knows (or never knew) the change that was named.
_LOST_TRACK = ("PERSISTENT_TIMESTAMP", "HISTORY_GET_FAILED")


@dataclass(frozen=True, slots=True)
class Difference:
    """One answer. ``news`` is None where nothing is new or it cannot be told; ``pts`` is then the
    change up to which all is known, None where that is lost: the channel is read anew. ``more``
    says that there is more to ask for, ``rest_s`` for how long the API wants not to be asked
    again, ``failed`` that ``fetch`` failed for the channel's sake.
    """

    fetch: Fetch
    news: News | None = None
    pts: int | None = None
    more: bool = False
    rest_s: int = 0
    failed: bool = False


def ask_difference(asker: Asker, peer: Peer, channel: str, pts: int) -> Difference:
    """What has changed in the channel of ``peer``, called ``channel``, since ``pts``.

    Raises as ``Asker.ask`` does, but not for what the channel alone is refused.
    """
    url = difference_url(channel, pts, asker.ledger.account)
    request = functions.updates.GetChannelDifferenceRequest(
        channel=types.InputChannel(peer.numeric_id, peer.access_hash),
        filter=types.ChannelMessagesFilterEmpty(),
        pts=pts,
        limit=_MOST,
        force=False,
    )
    at = asker.clock()
    try:
        answer = asker.ask(RequestClass.DIFFERENCE, request, url)
    except (Refused, ServerFailed, Unreadable) as failure:
        fetch = failed(url, _METHOD, at, failure, asker.taken(url))
        return Difference(fetch, pts=_after(failure, pts), failed=True)
    value: Any = answer.value
    body, hidden = as_json(value)
    fetch = answered(url, _METHOD, answer.at, body, asker.taken(url), redacted=hidden)
    rest_s = value.timeout or 0
    match value:
        case types.updates.ChannelDifference():
            news = news_in(peer.numeric_id, value)
            return Difference(fetch, news, value.pts, more=not value.final, rest_s=rest_s)
        case types.updates.ChannelDifferenceEmpty():
            return Difference(fetch, pts=value.pts, rest_s=rest_s)
    return Difference(fetch, pts=None)  # too long: reading the channel tells more than it does


def _after(failure: Refused | ServerFailed | Unreadable, pts: int) -> int | None:
    if isinstance(failure, Unreadable):
        return None
    return None if failure.name.startswith(_LOST_TRACK) else pts
