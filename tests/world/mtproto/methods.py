"""What each request of the API answers. One function for each, found by the request's name."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from telethon import types
from telethon.tl.tlobject import TLObject

from tests.world.mtproto.directory import Account, Chat, Directory, Person, UnknownMessage
from tests.world.mtproto.faults import RpcFault
from tests.world.mtproto.signing_in import PasswordCheck, no_password

Answer = TLObject | bytes
_MOST = 100
_CAPPED = 2


class Caller:
    """The state of one authorization key: whose it is, and how far signing in has come."""

    def __init__(self, account: Account | None = None) -> None:
        self.account = account
        self.asked: Account | None = None
        self.check: PasswordCheck | None = None

    @property
    def name(self) -> str:
        return self.account.name if self.account else ""


class Methods:
    """Answers requests over a directory. Anything that writes is refused: account readers read."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self.most = _MOST
        self._by_name: dict[str, Callable[[Any, Caller], Answer]] = {
            "GetConfig": self._config,
            "SendCode": self._send_code,
            "SignIn": self._sign_in,
            "GetPassword": self._password,
            "CheckPassword": self._check_password,
            "LogOut": self._log_out,
            "GetUsers": self._users,
            "GetState": self._state,
            "GetDifference": self._difference,
            "GetChannelDifference": self._channel_difference,
            "ResolveUsername": self._resolve,
            "GetFullChannel": self._full,
            "GetChannels": self._channels,
            "GetHistory": self._history,
            "GetMessages": self._messages,
            "Search": self._search,
            "GetChannelRecommendations": self._similar,
            "CheckChatInvite": self._invite,
            "GetFile": self._file,
        }
        self._open = {"GetConfig", "SendCode", "SignIn", "GetPassword", "CheckPassword"}

    def call(self, method: str, request: Any, caller: Caller) -> Answer:
        """The answer to a request. Raises RpcFault for an error of the API."""
        handler = self._by_name.get(method)
        if handler is None:
            raise RpcFault(400, f"METHOD_NOT_SERVED_{method.upper()}")
        with self._directory.lock:
            if method not in self._open:
                if caller.account is None:
                    raise RpcFault(401, "AUTH_KEY_UNREGISTERED")
                if caller.account.lost:
                    raise RpcFault(401, caller.account.lost)
            return handler(request, caller)

    # signing in

    def _send_code(self, request: Any, caller: Caller) -> Answer:
        accounts = self._directory.accounts.values()
        known = (one for one in accounts if one.phone == request.phone_number.lstrip("+"))
        caller.asked = next(known, None)
        if caller.asked is None:
            raise RpcFault(400, "PHONE_NUMBER_INVALID")
        return types.auth.SentCode(types.auth.SentCodeTypeApp(len(caller.asked.code)), "hash")

    def _sign_in(self, request: Any, caller: Caller) -> Answer:
        if caller.asked is None or request.phone_code != caller.asked.code:
            raise RpcFault(400, "PHONE_CODE_INVALID")
        if caller.asked.password:
            caller.check = PasswordCheck.of(caller.asked.password)
            raise RpcFault(401, "SESSION_PASSWORD_NEEDED")
        return self._signed_in(caller)

    def _password(self, request: Any, caller: Caller) -> Answer:
        return caller.check.offer() if caller.check else no_password()

    def _check_password(self, request: Any, caller: Caller) -> Answer:
        if caller.check is None:
            raise RpcFault(400, "PASSWORD_EMPTY")
        caller.check.check(request.password)
        return self._signed_in(caller)

    def _signed_in(self, caller: Caller) -> Answer:
        caller.account = caller.asked
        assert caller.account is not None
        return types.auth.Authorization(user=_me(caller.account))

    def _log_out(self, request: Any, caller: Caller) -> Answer:
        caller.account = None
        return types.auth.LoggedOut()

    # the account and its updates

    def _config(self, request: Any, caller: Caller) -> Answer:
        return _config(self._directory.clock())

    def _users(self, request: Any, caller: Caller) -> Answer:
        assert caller.account is not None
        return _vector([_me(caller.account)])

    def _state(self, request: Any, caller: Caller) -> Answer:
        return types.updates.State(1, 0, self._directory.clock(), 1, 0)

    def _difference(self, request: Any, caller: Caller) -> Answer:
        return types.updates.DifferenceEmpty(self._directory.clock(), 1)

    def _channel_difference(self, request: Any, caller: Caller) -> Answer:
        chat = self._directory.chat_of(request.channel, caller.name)
        if request.pts < chat.forgotten:
            return _too_long(chat, caller.name)
        missed = [one for one in chat.log if one.pts > request.pts]
        if not missed:
            return types.updates.ChannelDifferenceEmpty(chat.pts, final=True, timeout=1)
        taken = missed[: request.limit]
        new = [one.message for one in taken if isinstance(one, types.UpdateNewChannelMessage)]
        other = [one for one in taken if not isinstance(one, types.UpdateNewChannelMessage)]
        return types.updates.ChannelDifference(
            pts=taken[-1].pts,
            new_messages=new,
            other_updates=other,
            chats=[chat.shown(caller.name)],
            users=[],
            final=len(taken) == len(missed),
            timeout=1,
        )

    # finding

    def _resolve(self, request: Any, caller: Caller) -> Answer:
        found = self._directory.named(request.username)
        match found:
            case None:
                raise RpcFault(400, "USERNAME_NOT_OCCUPIED")
            case Person():
                return types.contacts.ResolvedPeer(types.PeerUser(found.id), [], [found.shown()])
            case Chat():
                shown = found.shown(caller.name)
                return types.contacts.ResolvedPeer(found.peer, [shown], self._shown(found.people))

    def _search(self, request: Any, caller: Caller) -> Answer:
        """``messages.Search`` within a chat, ``contacts.Search`` for chats by their titles."""
        wanted = request.q.casefold()
        if hasattr(request, "peer"):
            chat = self._directory.chat_of(request.peer, caller.name)
            hits = [
                one for one in chat.messages.values() if wanted in (one.message or "").casefold()
            ]
            return self._page(chat, window(hits, request), len(hits), caller)
        found = [
            chat
            for chat in self._directory.chats.values()
            if not chat.private and wanted in f"{chat.title} {chat.username}".casefold()
        ][: request.limit]
        people = [
            one
            for one in self._directory.people.values()
            if wanted in f"{one.name} {one.username}".casefold()
        ][: request.limit]
        return types.contacts.Found(
            [],
            [*(chat.peer for chat in found), *(types.PeerUser(one.id) for one in people)],
            [chat.shown(caller.name) for chat in found],
            [one.shown() for one in people],
        )

    def _similar(self, request: Any, caller: Caller) -> Answer:
        chat = self._directory.chat_of(request.channel, caller.name)
        named = [self._directory.named(name) for name in chat.similar]
        found = [one.shown(caller.name) for one in named if isinstance(one, Chat)]
        return types.messages.ChatsSlice(len(found), found[:_CAPPED])

    def _invite(self, request: Any, caller: Caller) -> Answer:
        raise RpcFault(400, "INVITE_HASH_EXPIRED")

    # reading

    def _channels(self, request: Any, caller: Caller) -> Answer:
        chats = [self._directory.chat_of(one, caller.name) for one in request.id]
        return types.messages.Chats([chat.shown(caller.name) for chat in chats])

    def _full(self, request: Any, caller: Caller) -> Answer:
        chat = self._directory.chat_of(request.channel, caller.name)
        full = types.ChannelFull(
            id=chat.id,
            about=chat.about,
            read_inbox_max_id=0,
            read_outbox_max_id=0,
            unread_count=0,
            chat_photo=types.PhotoEmpty(0),
            notify_settings=types.PeerNotifySettings(),
            bot_info=[],
            pts=chat.pts,
            participants_count=chat.members,
        )
        users = self._shown(chat.people)
        return types.messages.ChatFull(full, [chat.shown(caller.name)], users)

    def _history(self, request: Any, caller: Caller) -> Answer:
        chat = self._directory.chat_of(request.peer, caller.name)
        messages = window(_near(chat.messages, request), request)[: self.most]
        return self._page(chat, messages, len(chat.messages), caller)

    def _messages(self, request: Any, caller: Caller) -> Answer:
        chat = self._directory.chat_of(request.channel, caller.name)
        empty = [types.MessageEmpty(one.id, chat.peer) for one in request.id]
        found = [
            chat.messages.get(one.id, nothing)
            for one, nothing in zip(request.id, empty, strict=True)
        ]
        return self._page(chat, found, len(found), caller)

    def _page(self, chat: Chat, found: list[Any], count: int, caller: Caller) -> Answer:
        if any(one.id in chat.broken for one in found):
            raise RpcFault(500, "INTERNAL")
        messages = [UnknownMessage(one.id) if one.id in chat.unknown else one for one in found]
        return types.messages.ChannelMessages(
            pts=chat.pts,
            count=count,
            messages=messages,
            topics=[],
            chats=self._chats_of(chat, found, caller),
            users=self._people_of(found, everybody=chat.group),
        )

    def _chats_of(self, chat: Chat, messages: list[Any], caller: Caller) -> list[TLObject]:
        """The chat itself and those that messages came from or were written or answered as."""
        ids = {} if chat.untold else {chat.id: None}
        for message in messages:
            for peer in _peers_of(message):
                if isinstance(peer, types.PeerChannel):
                    ids[peer.channel_id] = None
        known = (self._directory.chats.get(id) for id in ids)
        return [one.shown(caller.name) for one in known if one is not None]

    def _people_of(self, messages: list[Any], *, everybody: bool) -> list[TLObject]:
        """Who wrote messages, whom they came from and who answered last; ``everybody`` whom they
        name, too."""
        if everybody:
            return self._shown(id for one in messages for id in _users_in(one.to_dict()))
        peers = (peer for message in messages for peer in _peers_of(message))
        return self._shown(peer.user_id for peer in peers if isinstance(peer, types.PeerUser))

    def _shown(self, ids: Iterable[int]) -> list[TLObject]:
        known = (self._directory.people.get(id) for id in dict.fromkeys(ids))
        return [one.shown() for one in known if one is not None]

    def _file(self, request: Any, caller: Caller) -> Answer:
        body = self._directory.photos.get(request.location.id)
        if body is None:
            raise RpcFault(400, "LOCATION_INVALID")
        part = body[request.offset : request.offset + request.limit]
        return types.upload.File(types.storage.FileJpeg(), 0, part)


def _peers_of(message: Any) -> Iterator[Any]:
    yield getattr(getattr(message, "fwd_from", None), "from_id", None)
    yield getattr(message, "from_id", None)
    yield from getattr(getattr(message, "replies", None), "recent_repliers", None) or ()


def _near(messages: Mapping[int, Any], request: Any) -> Iterable[Any]:
    """All that a history request can mean; of a large channel not everything for each page."""
    if not request.offset_id or request.add_offset < 0:
        return messages.values()
    below = (messages[id] for id in range(request.offset_id - 1, 0, -1) if id in messages)
    return islice(below, request.add_offset + _MOST)


def window(messages: Iterable[Any], request: Any) -> list[Any]:
    """The messages that a history request means, newest first
    (https://core.telegram.org/api/offsets)."""
    newest_first = sorted(messages, key=lambda message: -message.id)
    start = 0
    if request.offset_id:
        below = (at for at, one in enumerate(newest_first) if one.id < request.offset_id)
        start = next(below, len(newest_first))
    elif (date := getattr(request, "offset_date", None)) is not None and date.timestamp() > 0:
        before = (at for at, one in enumerate(newest_first) if one.date < date)
        start = next(before, len(newest_first))
    first = start + request.add_offset
    last = first + min(request.limit, _MOST)
    page = newest_first[max(first, 0) : max(last, 0)]
    return [
        one
        for one in page
        if one.id > request.min_id and (not request.max_id or one.id < request.max_id)
    ]


def _too_long(chat: Chat, account: str) -> Answer:
    """More has changed than the server tells: where the channel stands now."""
    dialog = types.Dialog(
        peer=chat.peer,
        top_message=max(chat.messages, default=0),
        read_inbox_max_id=0,
        read_outbox_max_id=0,
        unread_count=0,
        unread_mentions_count=0,
        unread_reactions_count=0,
        unread_poll_votes_count=0,
        notify_settings=types.PeerNotifySettings(),
        pts=chat.pts,
    )
    chats = [chat.shown(account)]
    return types.updates.ChannelDifferenceTooLong(dialog, [], chats, [], final=True, timeout=1)


def _users_in(value: Any) -> Iterator[int]:
    """The numbers of users anywhere in an object that ``to_dict`` made."""
    if isinstance(value, dict):
        for key, one in value.items():
            if key in {"user_id", "via_bot_id"} and isinstance(one, int):
                yield one
            else:
                yield from _users_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from _users_in(one)


def _vector(objects: Iterable[TLObject]) -> bytes:
    packed = [bytes(one) for one in objects]
    return struct.pack("<II", 0x1CB5C415, len(packed)) + b"".join(packed)


def _me(account: Account) -> TLObject:
    return types.User(
        id=account.id,
        is_self=True,
        access_hash=1,
        first_name=account.name,
        phone=account.phone,
        status=types.UserStatusEmpty(),
    )


_NUMBERS = (
    "forwarded_count_max",
    "online_update_period_ms",
    "offline_blur_timeout_ms",
    "offline_idle_timeout_ms",
    "online_cloud_timeout_ms",
    "notify_cloud_delay_ms",
    "notify_default_delay_ms",
    "push_chat_period_ms",
    "push_chat_limit",
    "edit_time_limit",
    "revoke_time_limit",
    "revoke_pm_time_limit",
    "rating_e_decay",
    "stickers_recent_limit",
    "channels_read_media_period",
    "call_receive_timeout_ms",
    "call_ring_timeout_ms",
    "call_connect_timeout_ms",
    "call_packet_timeout_ms",
)


def _config(now: datetime) -> TLObject:
    """Nothing in it matters to a reader but the number of the data centre."""
    numbers = dict.fromkeys(_NUMBERS, 1)
    return types.Config(
        date=now,
        expires=now + timedelta(hours=1),
        test_mode=False,
        this_dc=2,
        dc_options=[],
        dc_txt_domain_name="telegram.test",
        chat_size_max=200,
        megagroup_size_max=200_000,
        me_url_prefix="https://t.me/",
        caption_length_max=1024,
        message_length_max=4096,
        webfile_dc_id=2,
        **numbers,
    )
