"""Finding a channel for an account: by the id it remembers, or else by resolving its username."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from telethon.tl import functions, types

from channels.accounts.ledger import Peer, RequestClass, Spent
from channels.advertising import GroupRules
from channels.mtproto.addresses import history_url, info_url, resolve_url
from channels.mtproto.answers import as_json
from channels.mtproto.asking import Answer, Asker
from channels.mtproto.failures import Refused, ServerFailed, Unreadable
from channels.mtproto.fetches import answered, ended, failed, shut, unkept
from channels.mtproto.groups import Group, Kept
from channels.mtproto.mapping import info_of, username_of
from channels.posts import ChannelInfo, Fetch
from domain.captures import Outcome

_RESOLVE, _INFO = "contacts.resolveUsername", "channels.getFullChannel"
#: Of whom no answer is kept: people, and groups that are not read.
_UNKEPT = frozenset({Outcome.NO_CHANNEL, Outcome.GROUP})
#: What the API says of an access hash that is not (or no longer) good.
_STALE = "CHANNEL_INVALID"


@dataclass(frozen=True, slots=True)
class Found:
    """How a channel is addressed, and what was asked to find it. ``peer`` is None where it cannot
    be read: the last of ``fetches`` says why. ``info`` is None where nothing was asked."""

    fetches: tuple[Fetch, ...] = ()
    peer: Peer | None = None
    info: ChannelInfo | None = None

    @property
    def input_peer(self) -> Any:
        assert self.peer is not None
        return types.InputPeerChannel(self.peer.numeric_id, self.peer.access_hash)


class Finder:
    """Finds channels for the account of ``asker``; see ``AccountReader`` for what it raises."""

    def __init__(
        self,
        asker: Asker,
        number_of: Callable[[str], int | None],
        rules: GroupRules | None = None,
    ) -> None:
        self._asker, self._number_of, self._rules = asker, number_of, rules

    def number_of(self, channel: str) -> int | None:
        """Whose number the record has under ``channel``, a username or a bare id."""
        return int(channel) if channel.isdecimal() else self._number_of(channel)

    def find(self, channel: str, *, described: bool) -> Found:
        """Find ``channel``, a username or a bare id; ask for its description if ``described``.

        A username is resolved once: then its id and access hash are in the ledger.
        """
        number = self.number_of(channel)
        peer = self._asker.ledger.peer(number) if number is not None else None
        if peer is None and channel.isdecimal():
            url = history_url(channel, None)
            why = "this account does not know the channel, and its username is not known"
            return Found((unkept(url, self._asker.clock(), Outcome.FAILED, why, 0),))
        if peer is None:
            return self._resolved(channel, described=described)
        found = self._described(channel, Found(peer=peer)) if described else Found(peer=peer)
        stale = bool(found.fetches) and found.fetches[-1].detail == _STALE
        if stale and not channel.isdecimal():
            again = self._resolved(channel, described=described)
            return replace(again, fetches=(*found.fetches, *again.fetches))
        return found

    def _resolved(self, channel: str, *, described: bool) -> Found:
        url = resolve_url(channel, self._asker.ledger.account)
        request = functions.contacts.ResolveUsernameRequest(channel)
        at = self._asker.clock()
        try:
            answer = self._asker.ask(RequestClass.RESOLVE, request, url)
        except (Refused, ServerFailed, Unreadable) as failure:
            return Found((failed(url, _RESOLVE, at, failure, self._asker.taken(url)),))
        resolved, sent = answer.value, self._asker.taken(url)
        chat = next(iter((*resolved.chats, *resolved.users)), None)
        closed = shut(chat, groups=self._rules is not None)
        info = info_of(chat) if isinstance(chat, types.Channel) else None
        if closed is not None and closed[0] in _UNKEPT:
            return Found((unkept(url, answer.at, *closed, sent),), None, info)
        fetches = (self._answered(url, _RESOLVE, answer, chat, sent)[0],)
        if closed is not None:
            return Found(ended(fetches, *closed), None, info)
        peer = self._remembered(chat)
        found = Found(fetches, peer, info)
        return self._described(channel, found) if described else found

    def _remembered(self, chat: Any) -> Peer:
        peer = Peer(chat.id, chat.access_hash, username_of(chat))
        self._asker.ledger.remember(peer.numeric_id, peer.access_hash, peer.username)
        return peer

    def _described(self, channel: str, found: Found) -> Found:
        """What the channel says of itself. Posts are read without it where it cannot be had."""
        assert found.peer is not None
        url = info_url(channel, self._asker.ledger.account)
        request = functions.channels.GetFullChannelRequest(
            types.InputChannel(found.peer.numeric_id, found.peer.access_hash)
        )
        at = self._asker.clock()
        try:
            answer = self._asker.ask(RequestClass.INFO, request, url)
        except Spent as spent:
            if spent.kind is not RequestClass.INFO:
                raise
            return found
        except (Refused, ServerFailed, Unreadable) as failure:
            fetch = failed(url, _INFO, at, failure, self._asker.taken(url))
            peer = None if fetch.outcome is Outcome.PRIVATE else found.peer
            return Found((*found.fetches, fetch), peer, found.info)
        full, number = answer.value, found.peer.numeric_id
        chat = next((one for one in full.chats if one.id == number), None)
        sent = self._asker.taken(url)
        if (closed := shut(chat, groups=self._rules is not None)) is not None:
            fetch = unkept(url, answer.at, *closed, sent)
            if closed[0] not in _UNKEPT:
                fetch = ended(self._answered(url, _INFO, answer, chat, sent)[:1], *closed)[0]
            return Found((*found.fetches, fetch), None, found.info)
        if username_of(chat) != found.peer.username:
            self._remembered(chat)
        fetch, kept = self._answered(url, _INFO, answer, chat, sent)
        info = info_of(chat, full.full_chat)
        return Found((*found.fetches, fetch), found.peer, kept.info(info) if kept else info)

    def _answered(
        self, url: str, method: str, answer: Answer, chat: Any, sent: int
    ) -> tuple[Fetch, Kept | None]:
        """An answer about ``chat`` as it is kept: of a group, redacted."""
        if (group := Group.of(chat, self._rules)) is None:
            body, hidden = as_json(answer.value)
            return answered(url, method, answer.at, body, sent, redacted=hidden), None
        kept = group.keep(answer.value)
        return answered(url, method, answer.at, kept.body, sent, redacted=kept.redacted), kept
