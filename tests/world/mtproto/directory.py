"""What exists on the server: chats and their messages, users, accounts. Guarded by one lock."""

from __future__ import annotations

import struct
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from telethon import types
from telethon.tl.tlobject import TLObject

from tests.world.mtproto.faults import RpcFault
from tests.world.mtproto.signing_in import CODE


class UnknownMessage(TLObject):
    """A message of a kind that no client knows: a constructor from the future."""

    def __init__(self, id: int) -> None:
        self.id = id

    def _bytes(self) -> bytes:
        return struct.pack("<II", 0xF00DF00D, self.id)


@dataclass(slots=True)
class Person:
    """A user or a bot."""

    id: int
    username: str
    name: str
    bot: bool = False
    phone: str = ""
    last: str = ""

    def shown(self) -> TLObject:
        return types.User(
            id=self.id,
            access_hash=self.id * 31,
            first_name=self.name,
            last_name=self.last or None,
            username=self.username or None,
            bot=self.bot or None,
            bot_info_version=1 if self.bot else None,
            phone=self.phone or None,
            status=types.UserStatusEmpty(),
        )


@dataclass(slots=True)
class Chat:
    """A channel, or a public group where ``group`` is set; ``people`` are users that come with what
    is said of it, ``flags`` are shown in place of what follows from the rest; an ``untold`` one is
    left out of answers about its messages. ``messages`` by id; ``unknown`` ids are
    of a kind no client knows, over ``broken`` ones the server fails. ``log`` is what happened, one
    entry for each step of ``pts``; what came before the step ``forgotten`` is told no more."""

    id: int
    username: str
    title: str
    about: str = ""
    group: bool = False
    members: int = 0
    preview: bool = True
    private: bool = False
    restricted: str = ""
    similar: tuple[str, ...] = ()
    people: tuple[int, ...] = ()
    flags: dict[str, Any] = field(default_factory=dict)
    untold: bool = False
    messages: dict[int, Any] = field(default_factory=dict)
    unknown: set[int] = field(default_factory=set)
    broken: set[int] = field(default_factory=set)
    log: list[TLObject] = field(default_factory=list)
    forgotten: int = 0

    @property
    def pts(self) -> int:
        return 1 + len(self.log)

    @property
    def peer(self) -> TLObject:
        return types.PeerChannel(self.id)

    def access_hash(self, account: str) -> int:
        """An access hash is good for one account alone."""
        return self.id * 1_000_003 + sum(account.encode())

    def shown(self, account: str) -> TLObject:
        """The chat as ``account`` is told of it."""
        if self.private:
            return types.ChannelForbidden(self.id, self.access_hash(account), self.title)
        values = {
            "username": self.username or None,
            "broadcast": None if self.group else True,
            "megagroup": True if self.group else None,
            **self.flags,
        }
        reasons = [types.RestrictionReason("all", self.restricted, "not available here")]
        return types.Channel(
            id=self.id,
            title=self.title,
            photo=types.ChatPhotoEmpty(),
            date=datetime(2024, 1, 1, tzinfo=UTC),
            access_hash=self.access_hash(account),
            left=True,
            restricted=bool(self.restricted) or None,
            restriction_reason=reasons if self.restricted else None,
            participants_count=self.members,
            **values,
        )


@dataclass(slots=True)
class Account:
    """Somebody who can sign in, by ``code``. ``lost`` is the error that all its requests get from
    now on."""

    name: str
    phone: str
    id: int
    password: str = ""
    code: str = CODE
    lost: str = ""


class Directory:
    """Chats by numeric id, people by id, accounts by name. ``lock`` guards all of it."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.lock = threading.RLock()
        self.clock = clock
        self.chats: dict[int, Chat] = {}
        self.people: dict[int, Person] = {}
        self.accounts: dict[str, Account] = {}
        self.photos: dict[int, bytes] = {}
        self.listeners: list[Callable[[Chat, TLObject], None]] = []

    def add_chat(self, chat: Chat) -> Chat:
        with self.lock:
            self.chats[chat.id] = chat
            return chat

    def add_person(self, person: Person) -> Person:
        with self.lock:
            self.people[person.id] = person
            return person

    def add_account(self, name: str, phone: str, password: str = "", code: str = CODE) -> Account:
        with self.lock:
            account = Account(name, phone, 7_000 + len(self.accounts), password, code)
            self.accounts[name] = account
            return account

    def named(self, username: str) -> Chat | Person | None:
        """Whoever bears ``username`` now."""
        wanted = username.lower()
        with self.lock:
            everybody: Iterable[Chat | Person] = (*self.chats.values(), *self.people.values())
            return next((one for one in everybody if one.username.lower() == wanted), None)

    def chat_of(self, given: Any, account: str) -> Chat:
        """The chat that a request means. Raises RpcFault as the API does."""
        chat = self.chats.get(getattr(given, "channel_id", 0))
        if chat is None or given.access_hash != chat.access_hash(account):
            raise RpcFault(400, "CHANNEL_INVALID")
        if chat.private:
            raise RpcFault(400, "CHANNEL_PRIVATE")
        return chat

    def post(self, chat: Chat, text: str, *, id: int | None = None, **more: Any) -> Any:
        """Write a message in ``chat``; ``more`` is passed on to telethon's ``Message``."""
        with self.lock:
            number = id or max(chat.messages, default=0) + 1
            values: dict[str, Any] = {"date": self.clock(), **more}
            if not chat.group:
                values.setdefault("views", 5)
                values.setdefault("forwards", 1)
            message = types.Message(
                id=number,
                peer_id=chat.peer,
                message=text,
                post=None if chat.group else True,
                **values,
            )
            chat.messages[number] = message
            self._happened(chat, lambda pts: types.UpdateNewChannelMessage(message, pts, 1))
            return message

    def edit(self, chat: Chat, number: int, text: str) -> None:
        """Change the text of a message."""
        with self.lock:
            message = chat.messages[number]
            message.message, message.edit_date = text, self.clock()
            message.entities = None
            self._happened(chat, lambda pts: types.UpdateEditChannelMessage(message, pts, 1))

    def delete(self, chat: Chat, *numbers: int) -> None:
        """Take messages away."""
        with self.lock:
            for number in numbers:
                del chat.messages[number]
            self._happened(
                chat,
                lambda pts: types.UpdateDeleteChannelMessages(chat.id, list(numbers), pts, 1),
            )

    def fill(self, chat: Chat, messages: Iterable[Any]) -> None:
        """Put messages in as they are, without telling anybody."""
        with self.lock:
            for message in messages:
                chat.messages[message.id] = message

    def _happened(self, chat: Chat, update: Callable[[int], TLObject]) -> None:
        told = update(chat.pts + 1)
        chat.log.append(told)
        for listener in self.listeners:
            listener(chat, told)
