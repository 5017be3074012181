"""Searching Telegram, as an account, for channels by what they are called."""

from __future__ import annotations

from typing import Any

from telethon.tl import functions, types

from channels.accounts.ledger import RequestClass
from channels.mtproto.addresses import search_url
from channels.mtproto.answers import as_json
from channels.mtproto.asking import Asker
from channels.mtproto.failures import Refused, ServerFailed, Unreadable
from channels.mtproto.fetches import answered, failed
from channels.mtproto.mapping import username_of
from channels.mtproto.peers import remembered
from channels.posts import NamedChannel, SearchAnswer

#: Channels that one search brings at most (https://core.telegram.org/method/contacts.search).
MOST = 50
_METHOD = "contacts.search"


class Search:
    """Searches for the account of ``asker``."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker

    def channels_called(self, query: str) -> SearchAnswer:
        """Public channels and groups in whose title or username ``query`` is found.

        People that the answer names are not kept. The channels are remembered: this account reads
        them without resolving them. Raises what ``Asker.ask`` raises of the account and server.
        """
        url = search_url(query)
        at = self._asker.clock()
        request = functions.contacts.SearchRequest(q=query, limit=MOST)
        try:
            answer = self._asker.ask(RequestClass.SEARCH, request, url)
        except (Refused, ServerFailed, Unreadable) as failure:
            return SearchAnswer(failed(url, _METHOD, at, failure, self._asker.taken(url)))
        hidden = _without_people(answer.value)
        body, sent = as_json(answer.value).body, self._asker.taken(url)
        fetch = answered(url, _METHOD, answer.at, body, sent, redacted=hidden)
        named = tuple(
            NamedChannel(chat.id, username_of(chat))
            for chat in remembered(answer.value.chats, self._asker.ledger)
            if username_of(chat)
        )
        return SearchAnswer(fetch, named)


def _without_people(answer: Any) -> str:
    """Take everybody out of an answer, and whatever the account itself belongs to; say how many."""
    hidden = {"users": len(answer.users), "own": len(answer.my_results)}
    found = [one for one in answer.results if isinstance(one, types.PeerChannel)]
    numbers = {one.channel_id for one in found}
    answer.users, answer.my_results, answer.results = [], [], found
    answer.chats = [one for one in answer.chats if one.id in numbers]
    return " ".join(f"{kind}={n}" for kind, n in hidden.items() if n)
