"""Updates: what a connection brings unasked, and what there is to ask for where some are missing.

Changes of a channel are numbered: one with ``pts`` and ``count`` follows the one with
``pts - count`` (https://core.telegram.org/api/updates). So it can be told whether one came before,
or is missing.
Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from telethon.tl import types

_MESSAGES = (types.UpdateNewChannelMessage, types.UpdateEditChannelMessage)


@dataclass(frozen=True, slots=True)
class Change:
    """One numbered change of the channel ``number``; ``update`` is what was told."""

    number: int
    pts: int
    count: int
    update: Any


@dataclass(frozen=True, slots=True)
class Pushed:
    """What came unasked. Changes of the channels ``unsure`` are missing; of all, where
    ``unsure_of_all``. ``chats`` and ``users`` are told along."""

    changes: tuple[Change, ...] = ()
    unsure: frozenset[int] = frozenset()
    unsure_of_all: bool = False
    chats: tuple[Any, ...] = ()
    users: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class News:
    """What changes of one channel amount to, up to ``pts``: messages that are new or were edited,
    numbers of those that were deleted. ``chat`` is the channel as it was told, None where it was
    not. ``raw`` is all of it as an object of the API."""

    pts: int
    raw: Any
    new: tuple[Any, ...] = ()
    edited: tuple[Any, ...] = ()
    deleted: tuple[int, ...] = ()
    chats: tuple[Any, ...] = ()
    users: tuple[Any, ...] = ()
    chat: Any = None


def pushed(told: Any) -> Pushed:
    """What ``told`` (an ``Updates`` object of the API) says of channels."""
    match told:
        case types.Updates() | types.UpdatesCombined():
            updates, chats, users = told.updates, tuple(told.chats), tuple(told.users)
        case types.UpdateShort():
            updates, chats, users = [told.update], (), ()
        case types.UpdatesTooLong():
            return Pushed(unsure_of_all=True)
        case _:
            return Pushed()
    unsure = (one.channel_id for one in updates if isinstance(one, types.UpdateChannelTooLong))
    changes = tuple(filter(None, map(_change, updates)))
    return Pushed(changes, frozenset(unsure), chats=chats, users=users)


def _change(update: Any) -> Change | None:
    if isinstance(update, _MESSAGES):
        peer = getattr(update.message, "peer_id", None)
        number = getattr(peer, "channel_id", None)
    else:
        number = getattr(update, "channel_id", None)
    pts, count = getattr(update, "pts", None), getattr(update, "pts_count", None)
    if number is None or pts is None or count is None:
        return None
    return Change(number, pts, count, update)


@dataclass(slots=True)
class Row:
    """Changes put in order: those that are ``next``, in a row, those ``known`` before, and those
    that ``wait`` for others that are missing."""

    next: list[Change] = field(default_factory=list)
    wait: list[Change] = field(default_factory=list)
    known: int = 0


def in_a_row(have: int, changes: Iterable[Change]) -> Row:
    """Put ``changes`` of one channel in order, of which those up to ``have`` are known."""
    row = Row()
    for change in sorted(changes, key=lambda one: one.pts):
        if change.pts <= have:
            row.known += 1
        elif change.pts - change.count == have:
            row.next.append(change)
            have = change.pts
        else:
            row.wait.append(change)
    return row


def news_of(changes: Iterable[Change], chats: Iterable[Any], users: Iterable[Any]) -> News:
    """What ``changes`` of one channel, in order and at least one, amount to. Of ``chats`` and
    ``users`` those are kept that its messages speak of: others are no business of the channel's."""
    taken = [*changes]
    updates = [one.update for one in taken]
    number = taken[-1].number
    messages = [one.message for one in updates if isinstance(one, _MESSAGES)]
    spoken_of = {number, *(found for one in messages for found in _speaks_of(one))}
    chats = tuple(one for one in chats if one.id in spoken_of)
    users = tuple(one for one in users if one.id in spoken_of)
    raw = types.Updates(updates, [*users], [*chats], datetime.now(UTC), 0)
    return _news(number, taken[-1].pts, raw, updates, chats, users)


def news_in(number: int, answer: Any) -> News:
    """What the answer ``ChannelDifference`` for the channel ``number`` amounts to."""
    chats, users = tuple(answer.chats), tuple(answer.users)
    found = _news(number, answer.pts, answer, answer.other_updates, chats, users)
    messages = tuple(answer.new_messages)
    return News(
        found.pts, answer, (*messages, *found.new), found.edited, found.deleted, chats, users,
        found.chat,
    )  # fmt: skip


def _news(
    number: int,
    pts: int,
    raw: Any,
    updates: Iterable[Any],
    chats: tuple[Any, ...],
    users: tuple[Any, ...],
) -> News:
    new: list[Any] = []
    edited: list[Any] = []
    deleted: list[int] = []
    for one in updates:
        match one:
            case types.UpdateNewChannelMessage():
                new.append(one.message)
            case types.UpdateEditChannelMessage():
                edited.append(one.message)
            case types.UpdateDeleteChannelMessages() if one.channel_id == number:
                deleted.extend(one.messages)
    chat = next((one for one in chats if one.id == number), None)
    return News(pts, raw, tuple(new), tuple(edited), tuple(deleted), chats, users, chat)


def _speaks_of(message: Any) -> Iterable[int]:
    """The chats and users that a message is from, forwarded from, or made by."""
    header = getattr(message, "fwd_from", None)
    for peer in (getattr(message, "from_id", None), getattr(header, "from_id", None)):
        for name in ("channel_id", "user_id"):
            if (found := getattr(peer, name, None)) is not None:
                yield found
    if (bot := getattr(message, "via_bot_id", None)) is not None:
        yield bot


def latest(messages: Iterable[Any], unless: Callable[[Any], bool]) -> list[Any]:
    """The last version of each message by rising number, without those that ``unless`` says."""
    found = {one.id: one for one in messages if not unless(one)}
    return [found[number] for number in sorted(found)]
