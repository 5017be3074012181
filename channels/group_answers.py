"""Who and what is in an answer of the API, read from the dicts that telethon's ``to_dict`` makes.
Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from channels.masking import Persons

Raw = Mapping[str, Any]

#: Where an answer has its messages; the last is what a reader carried over from the batch before.
LISTS = ("messages", "new_messages", "narcowatch_carried_over")
UPDATES = ("updates", "other_updates")
USER, CHANNEL = "PeerUser", "PeerChannel"
_NUMBERS = ("user_id", "channel_id", "chat_id")
_TEXTS = frozenset({"text", "title", "description", "file_name"})
_NAMES_IN_FORWARDS = ("from_name", "post_author", "saved_from_name")


class Author(NamedTuple):
    """Who wrote a message: ``PeerUser``, ``PeerChannel`` or ``PeerChat``, and its number."""

    kind: str
    number: int


def author_of(message: Raw) -> Author:
    """A message without an author is the group's own: an administrator who hides behind it."""
    return peer_of(message.get("from_id") or message.get("peer_id"))


def is_own(message: Raw) -> bool:
    """Whether its author wrote it, and did not forward what stands elsewhere."""
    header = message.get("fwd_from")
    return not header or peer_of(header.get("from_id")) == author_of(message)


def peer_of(peer: Any) -> Author:
    """The peer in a dict such as ``{"_": "PeerUser", "user_id": 5}``; number 0 for none."""
    if not isinstance(peer, Mapping):
        return Author("", 0)
    number = next((peer[key] for key in _NUMBERS if key in peer), 0)
    return Author(str(peer.get("_", "")), int(number))


def chat_of(message: Raw) -> int:
    """The bare number of the chat that a message stands in."""
    return peer_of(message.get("peer_id")).number


def words_of(message: Raw) -> str:
    """All that a message says: its text, what its media say, its buttons."""
    parts = (message.get(key) for key in ("media", "rich_message", "reply_markup"))
    words = (word for part in parts for word in _words_in(part))
    return "\n".join((str(message.get("message") or ""), *words)).strip()


def _words_in(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, one in value.items():
            if key in _TEXTS and isinstance(one, str):
                yield one
            else:
                yield from _words_in(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _words_in(one)


def messages_in(raw: Raw) -> Iterator[Raw]:
    """The messages of a history call's answer, or of updates."""
    for name in LISTS:
        yield from raw.get(name) or ()
    for update in (raw, *(one for name in UPDATES for one in raw.get(name) or ())):
        if isinstance(update.get("message"), Mapping):
            yield update["message"]


def main_chats(raw: Raw) -> set[int]:
    """The chats that an answer is about."""
    about = {chat_of(message) for message in messages_in(raw)}
    if raw.get("full_chat"):
        about.add(raw["full_chat"]["id"])
    if raw.get("peer"):
        about.add(peer_of(raw["peer"]).number)
    return about or {chat["id"] for chat in raw.get("chats") or ()}


def is_broadcast(chat: Raw) -> bool:
    """Whether only the owners of ``chat`` write there."""
    return bool(chat.get("broadcast")) and not (chat.get("megagroup") or chat.get("gigagroup"))


def persons_in(raw: Raw, messages: Collection[Raw], advertisers: Collection[Author]) -> Persons:
    """Everybody in an answer who does not advertise: users, channels under whose name somebody
    writes, and names in the headers of the groups' ``messages``."""
    users = raw.get("users") or ()
    own = {name.lower() for user in users if Author(USER, user["id"]) in advertisers
           for name in _handles(user)}  # fmt: skip
    others = [user for user in users if Author(USER, user["id"]) not in advertisers]
    people = [user for user in others if not user.get("bot")]
    writing = {author_of(one) for one in messages} - {*advertisers}
    groups = {chat_of(one) for one in messages}
    channels = [chat for chat in raw.get("chats") or ()
                if Author(CHANNEL, chat["id"]) in writing and chat["id"] not in groups]  # fmt: skip
    contacts = [*_contacts(messages, advertisers)]
    handles = {name for one in (*people, *channels) for name in _handles(one)}
    names = {
        *(one.get(key) for one in (*people, *contacts) for key in ("first_name", "last_name")),
        *(chat.get("title") for chat in channels),
        *_names_in_headers(messages, advertisers),
    }
    phones = {*(one.get("phone") for one in people), *(c.get("phone_number") for c in contacts)}
    numbers = {
        *(one["id"] for one in (*people, *channels)),
        *(author.number for author in writing),
        *(contact.get("user_id") for contact in contacts),
    }
    return Persons(
        frozenset(name for name in handles if name.lower() not in own),
        frozenset(str(name) for name in names if name),
        frozenset(str(phone) for phone in phones if phone),
        frozenset(number for number in numbers - groups if number),
    )


def usernames_in(raw: Raw) -> dict[Author, str]:
    """The username of each user and channel that came with an answer, in lower case; of several
    the first active one."""
    return {author: names[0] for author, names in handles_in(raw).items() if names}


def handles_in(raw: Raw) -> dict[Author, list[str]]:
    """All usernames, in lower case, of the users and channels that came with an answer."""
    found = {Author(USER, one["id"]): one for one in raw.get("users") or ()}
    found |= {Author(CHANNEL, one["id"]): one for one in raw.get("chats") or ()}
    return {author: _in_order(one) for author, one in found.items()}


def _in_order(one: Raw) -> list[str]:
    more = sorted(one.get("usernames") or (), key=lambda name: not name.get("active"))
    names = (one.get("username"), *(name.get("username") for name in more))
    return [str(name).lower() for name in names if name]


def _handles(one: Raw) -> set[str]:
    more = (name.get("username") for name in one.get("usernames") or ())
    return {str(name) for name in (one.get("username"), *more) if name}


def _contacts(messages: Iterable[Raw], advertisers: Collection[Author]) -> Iterator[Raw]:
    for message in messages:
        media = message.get("media") or {}
        theirs = Author(USER, media.get("user_id") or 0) not in advertisers
        if media.get("_") == "MessageMediaContact" and theirs:
            yield media


def _names_in_headers(messages: Iterable[Raw], advertisers: Collection[Author]) -> Iterator[Any]:
    for message in messages:
        header = message.get("fwd_from") or {}
        yield from (header.get(key) for key in _NAMES_IN_FORWARDS)
        if author_of(message) not in advertisers:
            yield message.get("post_author")
