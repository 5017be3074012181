"""Asking Telegram, as an account, which channels it calls similar to one."""

from __future__ import annotations

from typing import Any

from telethon.tl import functions, types

from channels.accounts.ledger import Ledger, RequestClass
from channels.mtproto.addresses import similar_url
from channels.mtproto.answers import as_json
from channels.mtproto.asking import Asker
from channels.mtproto.failures import Refused, ServerFailed, Unreadable
from channels.mtproto.fetches import answered, failed, unkept
from channels.mtproto.finding import Finder
from channels.mtproto.mapping import username_of
from channels.mtproto.peers import remembered
from channels.posts import Fetch, NamedChannel
from channels.snowball.similar import Asked, Similar
from domain.captures import Outcome

_METHOD = "channels.getChannelRecommendations"


class Recommendations:
    """Implements ``SimilarSource`` for the account of ``asker``; ``finder`` is its own, too."""

    def __init__(self, asker: Asker, finder: Finder) -> None:
        self._asker, self._finder = asker, finder

    def similar_of(self, channel: str) -> Asked:
        """See ``SimilarSource``. Raises what ``Asker.ask`` raises of the account and the server.

        Where another channel has the name by now, it is not asked about. The channels of an answer
        are remembered: this account reads them without resolving them.
        """
        found = self._finder.find(channel, described=False)
        if found.peer is None:
            return Asked(found.fetches)
        if (meant := self._finder.number_of(channel)) not in (None, found.peer.numeric_id):
            return Asked(_of_a_stranger(found.fetches, f"{channel} is no longer {meant}"))
        url = similar_url(channel)
        request = functions.channels.GetChannelRecommendationsRequest(
            channel=types.InputChannel(found.peer.numeric_id, found.peer.access_hash)
        )
        at = self._asker.clock()
        try:
            answer = self._asker.ask(RequestClass.SIMILAR, request, url)
        except (Refused, ServerFailed, Unreadable) as failure:
            fetch = failed(url, _METHOD, at, failure, self._asker.taken(url))
            return Asked((*found.fetches, fetch), again=not isinstance(failure, Refused))
        body, hidden = as_json(answer.value)
        sent = self._asker.taken(url)
        fetch = answered(url, _METHOD, answer.at, body, sent, redacted=hidden)
        return Asked((*found.fetches, fetch), similar_in(answer.value, self._asker.ledger))


def _of_a_stranger(fetches: tuple[Fetch, ...], why: str) -> tuple[Fetch, ...]:
    """What was asked, without the answers: they are about a channel that nobody asked about."""
    return tuple(
        unkept(one.url, one.fetched_at, Outcome.FAILED, why, one.attempts) for one in fetches
    )


def similar_in(answer: Any, ledger: Ledger) -> Similar:
    """What an answer shows; ``ledger`` remembers how its account addresses each channel."""
    shown = remembered(answer.chats, ledger)
    channels = tuple(NamedChannel(chat.id, username_of(chat)) for chat in shown)
    total = answer.count if isinstance(answer, types.messages.ChatsSlice) else len(answer.chats)
    return Similar(channels, max(total, len(channels)))
