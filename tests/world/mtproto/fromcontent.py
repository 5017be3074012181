"""The world's channels as the API shows them: the same posts as on the preview pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from zlib import crc32

from telethon import helpers, types
from telethon.tl.tlobject import TLObject

from tests.world.addresses import Addresses
from tests.world.content import Channel, Content, Post
from tests.world.messages import Message, messages_of
from tests.world.mtproto.directory import Chat, Directory, Person

_PLACEHOLDER = re.compile(r"\{(site|channel):([\w-]+)\}")
_MENTION = re.compile(r"(?<![\w@/])@[A-Za-z][A-Za-z0-9_]{3,31}")
_HOST = re.compile(r"(?<![\w@/.])[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:test|example)\b")


class Chats:
    """Puts channels into a directory, dating their posts back from its clock."""

    def __init__(self, directory: Directory, content: Content, addresses: Addresses) -> None:
        self._directory = directory
        self._content = content
        self._addresses = addresses
        self._now = directory.clock()

    def add_all(self) -> None:
        """Every channel of the world."""
        for channel in self._content.channels.values():
            self.add(channel)

    def add(self, channel: Channel) -> Chat:
        """One channel with all its messages."""
        chat = Chat(
            id=channel.numeric_id,
            username=channel.name,
            title=channel.title,
            about=self._plain(channel.description),
            group=channel.group,
            members=channel.subscribers,
            preview=channel.shows_itself,
            private=channel.private,
            similar=channel.similar,
        )
        self._directory.add_chat(chat)
        self._directory.fill(chat, self._messages(chat, channel))
        return chat

    def rename(self, after: Content) -> None:
        """Let channels have the names that they have in ``after``; those that took names over
        come in."""
        self._content = after
        for channel in after.channels.values():
            if (chat := self._directory.chats.get(channel.numeric_id)) is not None:
                chat.username, chat.similar = channel.name, channel.similar
        for channel in after.channels.values():
            if channel.numeric_id not in self._directory.chats:
                self.add(channel)

    def _messages(self, chat: Chat, channel: Channel) -> Iterator[Any]:
        for message in messages_of(channel):
            yield from self._message(chat, message)

    def _message(self, chat: Chat, message: Message) -> Iterator[Any]:
        date = self._now - timedelta(hours=message.hours_ago)
        post = message.post
        if post is None:
            yield types.MessageService(
                id=message.id,
                peer_id=chat.peer,
                date=date,
                post=not chat.group,
                action=types.MessageActionCustomAction(message.service),
                reactions_are_possible=None,
            )
            return
        text = self._plain(post.text)
        told = {"views": post.views, "forwards": 1}
        for number in range(message.album):
            yield types.Message(
                id=message.id + number,
                peer_id=chat.peer,
                date=date,
                message=text if number == 0 else "",
                entities=[*_entities(text)] if number == 0 else None,
                from_id=self._author(post) if chat.group else None,
                post=None if chat.group else True,
                **({} if chat.group else told),
                fwd_from=self._origin(post, date),
                reply_to=_reply(message),
                reply_markup=self._buttons(post, chat.username) if number == 0 else None,
                grouped_id=chat.id * 1000 + message.id if message.album > 1 else None,
                media=_photo(message.id + number, date) if message.album > 1 else None,
            )

    def _author(self, post: Post) -> TLObject | None:
        """Who wrote a message in a group; nobody where the group itself speaks."""
        if not (post.author or post.author_name):
            return None
        number = crc32(f"{post.author} {post.author_name}".encode())
        if number not in self._directory.people:
            bot = post.author.lower().endswith("bot")
            self._directory.add_person(
                Person(number, post.author, post.author_name or post.author, bot)
            )
        return types.PeerUser(number)

    def _plain(self, text: str) -> str:
        return _PLACEHOLDER.sub(
            lambda match: (
                f"@{match[2]}" if match[1] == "channel" else self._addresses.hosts[match[2]]
            ),
            text,
        )

    def _origin(self, post: Post, date: Any) -> TLObject | None:
        if not post.forwarded_from:
            return None
        origin = self._content.origin(post.forwarded_from)
        if post.id % 7 == 0:  # some authors hide themselves, as on the preview pages
            return types.MessageFwdHeader(date=date, from_name=origin.title)
        return types.MessageFwdHeader(
            date=date,
            from_id=types.PeerChannel(origin.numeric_id),
            channel_post=origin.posts[-1].id,
        )

    def _buttons(self, post: Post, name: str) -> TLObject | None:
        if not post.buttons:
            return None
        buttons = [
            types.KeyboardInlineButton(label, types.InlineButtonTypeUrl(self._url(target, name)))
            for label, target in post.buttons
        ]
        return types.ReplyInlineMarkup([types.KeyboardInlineButtonRow(buttons)])

    def _url(self, target: str, channel: str) -> str:
        """Where a button leads, with the same marks as on the preview page."""
        match = _PLACEHOLDER.fullmatch(target)
        if match is None:
            return target
        kind, name = match.groups()
        if kind == "channel":
            return self._addresses.channel_url(name)
        url = self._addresses.site_url(name)
        return url if ".onion" in url else f"{url}?from=tg&ref={channel}"


def _entities(text: str) -> Iterator[TLObject]:
    """Mentions and hosts, measured in UTF-16 units as Telegram does."""
    for pattern, kind in (
        (_MENTION, types.MessageEntityMention),
        (_HOST, types.MessageEntityUrl),
    ):
        for found in pattern.finditer(text):
            before = len(helpers.add_surrogate(text[: found.start()]))
            yield kind(before, len(helpers.add_surrogate(found[0])))


def _reply(message: Message) -> TLObject | None:
    if message.reply_to is None:
        return None
    return types.MessageReplyHeader(reply_to_msg_id=message.reply_to.id)


def _photo(number: int, date: Any) -> TLObject:
    photo = types.Photo(
        id=number,
        access_hash=number,
        file_reference=b"reference",
        date=date,
        sizes=[types.PhotoSize("x", 640, 640, 1)],
        dc_id=2,
    )
    return types.MessageMediaPhoto(photo=photo)
