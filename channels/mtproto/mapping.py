"""Raw messages and chats of the API as the records that the preview gives, too. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from telethon.tl import types

from channels.channel_answers import PERSONAL_PAGE
from channels.mtproto.entities import absolute, links_in_plain, links_of, once, tidy
from channels.mtproto.media import kind_of, words_on
from channels.mtproto.rich import links_in_rich, text_of_rich
from channels.posts import ChannelInfo, Forward, Post
from domain.documents import Link

#: Telegram's own words for what the preview shows of service messages.
_SERVICE: dict[type[Any], str] = {
    types.MessageActionChannelCreate: "Channel created",
    types.MessageActionChatEditPhoto: "Channel photo updated",
    types.MessageActionChatDeletePhoto: "Channel photo removed",
    types.MessageActionPinMessage: "pinned a message",
}
_ON_A_PAGE = ("site_name", "title", "description")
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")


class Origin(NamedTuple):
    """A channel or bot that messages come from. ``username`` is in lower case."""

    name: str
    username: str
    numeric_id: int | None = None


class People:
    """The chats and users that came with an answer, to name who messages speak of."""

    def __init__(self, chats: Iterable[Any], users: Iterable[Any]) -> None:
        self._chats = {chat.id: chat for chat in chats}
        self._users = {user.id: user for user in users}

    def origin(self, peer: Any) -> Origin | None:
        """Which channel or bot ``peer`` is; None for a person, of whom nothing is read, and where
        the answer does not tell."""
        match peer:
            case types.PeerChannel():
                chat = self._chats.get(peer.channel_id)
                name = getattr(chat, "title", "") or ""
                return Origin(name, username_of(chat), peer.channel_id)
            case types.PeerUser():
                user = self._users.get(peer.user_id)
                if user is None or not getattr(user, "bot", False):
                    return None
                return Origin(" ".join((user.first_name or "").split()), username_of(user))
        return None

    def bot(self, number: int | None) -> str:
        """The username of a bot as it is written, empty where it is not told."""
        return _username(self._users.get(number)) if number is not None else ""


def username_of(chat: Any) -> str:
    """The present username in lower case: the first active one, empty for none."""
    return _username(chat).lower()


def _username(chat: Any) -> str:
    if (name := getattr(chat, "username", None)) is not None:
        return str(name)
    for one in getattr(chat, "usernames", None) or ():
        if one.active:
            return str(one.username)
    return ""


def info_of(chat: Any, full: Any = None) -> ChannelInfo:
    """What a channel says of itself. ``full`` (of GetFullChannel) has description and counters."""
    about = tidy(getattr(full, "about", "") or "")
    members = getattr(full, "participants_count", None)
    return ChannelInfo(
        title=" ".join(chat.title.split()),
        username=username_of(chat),
        numeric_id=chat.id,
        description=about,
        links=once(links_in_plain(about)),
        counters=(("subscribers", members),) if members is not None else (),
    )


def posts_of(messages: Iterable[Any], people: People) -> tuple[Post, ...]:
    """Posts by rising id, albums made one. Empty messages (deleted ones) are left out."""
    groups: dict[tuple[int, int], list[Any]] = {}
    for message in sorted(messages, key=lambda one: one.id):
        if isinstance(message, types.MessageEmpty):
            continue
        grouped = getattr(message, "grouped_id", None)
        groups.setdefault((grouped or 0, 0 if grouped else message.id), []).append(message)
    return tuple(_post(group, people) for group in groups.values())


def _post(group: Sequence[Any], people: People) -> Post:
    first = group[0]
    if isinstance(first, types.MessageService):
        return Post(first.id, _utc(first.date), _service_text(first.action), service=True)
    if len(group) == 1:
        return _single(first, people)
    parts = [_single(one, people) for one in group]
    return replace(
        parts[0],
        text="\n".join(part.text for part in parts if part.text),
        links=once(link for part in parts for link in part.links),
        buttons=tuple(link for part in parts for link in part.buttons),
        views=next((part.views for part in parts if part.views is not None), None),
        album=tuple(part.id for part in parts),
        media=tuple(dict.fromkeys(kind for part in parts for kind in part.media)),
        edited=any(part.edited for part in parts),
    )


def _single(message: Any, people: People) -> Post:
    rich, attached = message.rich_message is not None, message.media is not None
    kind = kind_of(message.media) if attached else ""
    leads = message.entities or rich or attached or message.via_bot_id is not None
    markup = message.reply_markup
    return Post(
        id=message.id,
        posted_at=_utc(message.date),
        text="\n".join(_texts(message)) if rich or attached else tidy(message.message or ""),
        links=once(_links(message, people)) if leads else (),
        buttons=() if markup is None else tuple(_buttons(markup)),
        views=message.views,
        forward=None if message.fwd_from is None else _forward(message.fwd_from, people),
        reply_to=None if message.reply_to is None else _reply_to(message.reply_to),
        media=(kind,) if kind else (),
        edited=message.edit_date is not None and not message.edit_hide,
    )


def _utc(moment: datetime | None) -> datetime:
    """The date of a message; the epoch for one that the API dates 0."""
    return datetime.fromtimestamp(0, UTC) if moment is None else moment


def _service_text(action: Any) -> str:
    if isinstance(action, types.MessageActionCustomAction):
        return tidy(action.message)
    name = type(action).__name__.removeprefix("MessageAction").removeprefix("Chat")
    return _SERVICE.get(type(action)) or _CAPITAL.sub(" ", name).lower()


def _texts(message: Any) -> Iterator[str]:
    if message.message and (text := tidy(message.message)):
        yield text
    if message.rich_message is not None and (text := tidy(text_of_rich(message.rich_message))):
        yield text
    if message.media is not None:
        yield from filter(None, words_on(message.media))


def _links(message: Any, people: People) -> Iterator[Link]:
    if message.entities:
        yield from links_of(message.message, message.entities)
    if message.rich_message is not None:
        yield from links_in_rich(message.rich_message)
    if isinstance(message.media, types.MessageMediaWebPage):
        page = message.media.webpage
        if url := absolute(getattr(page, "url", "")):
            told = () if getattr(page, "type", "") == PERSONAL_PAGE else _ON_A_PAGE
            words = (getattr(page, name, None) for name in told)
            yield Link(url, " ".join(" ".join(filter(None, words)).split()))
    if bot := people.bot(message.via_bot_id):
        yield Link(f"https://t.me/{bot}", f"@{bot}")


def _buttons(markup: Any) -> Iterator[Link]:
    """Inline buttons that lead somewhere; others answer the bot that made them."""
    if not isinstance(markup, types.ReplyInlineMarkup):
        return
    for row in markup.rows:
        for button in row.buttons:
            if url := absolute(getattr(button.type, "url", "")):
                yield Link(url, tidy(button.text))


def _forward(header: Any, people: People) -> Forward:
    """Who hides behind a name (``from_name``) is somebody, not a channel: no name of theirs."""
    origin = people.origin(header.from_id) or Origin("", "")
    return Forward(" ".join(origin.name.split()), origin.username, origin.numeric_id)


def _reply_to(header: Any) -> int | None:
    """The post replied to in the channel itself."""
    if not isinstance(header, types.MessageReplyHeader) or header.reply_to_peer_id is not None:
        return None
    number: int | None = header.reply_to_msg_id
    return number
