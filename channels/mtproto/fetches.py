"""Answers and failures of the API as fetches of the record. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from telethon.tl import types

from channels.mtproto.answers import CONTENT_TYPE, error_as_json
from channels.mtproto.failures import Refused, ServerFailed, Unreadable
from channels.mtproto.mapping import username_of
from channels.posts import Fetch
from domain.captures import Exchange, Outcome

#: Success, as HTTP numbers it: the API has numbers for errors alone, those of HTTP.
_OK = 200
_REFUSALS = {
    "USERNAME_NOT_OCCUPIED": Outcome.NO_SUCH_NAME,
    "USERNAME_INVALID": Outcome.NO_SUCH_NAME,
    "CHANNEL_PRIVATE": Outcome.PRIVATE,
    "CHANNEL_INVALID": Outcome.PRIVATE,
    "CHANNEL_PUBLIC_GROUP_NA": Outcome.PRIVATE,
    "CHAT_ID_INVALID": Outcome.PRIVATE,
    "CHAT_FORBIDDEN": Outcome.PRIVATE,
    "USER_BANNED_IN_CHANNEL": Outcome.PRIVATE,
}
#: Platforms whose restrictions hold for every client (https://core.telegram.org/type/RestrictionReason).
_EVERYWHERE = "all"


def answered(
    url: str, method: str, at: datetime, body: bytes, attempts: int, *, redacted: str = ""
) -> Fetch:
    """A request that was answered with ``body``, JSON; ``redacted`` says what was hidden in it."""
    exchange = _exchange(url, method, _OK, "OK", body)
    return Fetch(url, at, Outcome.OK, exchange, attempts=attempts, redacted=redacted)


def unkept(url: str, at: datetime, outcome: Outcome, detail: str, attempts: int) -> Fetch:
    """A request whose answer is not kept."""
    return Fetch(url, at, outcome, detail=detail, attempts=attempts)


def failed(
    url: str,
    method: str,
    at: datetime,
    failure: Refused | ServerFailed | Unreadable,
    attempts: int,
) -> Fetch:
    """A request that was refused, or whose answer could not be read."""
    if isinstance(failure, Unreadable):
        return Fetch(url, at, Outcome.LAYOUT_CHANGED, None, str(failure), attempts)
    body = error_as_json(failure.code, failure.name)
    outcome = Outcome.HTTP_ERROR
    if isinstance(failure, Refused):
        outcome = _REFUSALS.get(failure.name, Outcome.FAILED)
    exchange = _exchange(url, method, failure.code, failure.name, body)
    return Fetch(url, at, outcome, exchange, failure.name, attempts)


def ended(fetches: tuple[Fetch, ...], outcome: Outcome, detail: str = "") -> tuple[Fetch, ...]:
    """``fetches``, of which the last ended with ``outcome``."""
    *way, last = fetches
    return (*way, replace(last, outcome=outcome, detail=detail))


def is_group(chat: Any) -> bool:
    """Whether others than its owners may write in ``chat``, or that is not told."""
    broadcast = getattr(chat, "broadcast", False)
    return not broadcast or bool(chat.megagroup or getattr(chat, "gigagroup", False))


def shut(chat: Any, *, groups: bool = False) -> tuple[Outcome, str] | None:
    """Why ``chat`` is no channel to be read, and how it is said; None where it is one. With
    ``groups`` public groups are read, too."""
    match chat:
        case types.ChannelForbidden():
            return Outcome.PRIVATE, "closed to this account"
        case types.Channel():
            if is_group(chat) and (why := _no_public_group(chat) if groups else "a group"):
                return Outcome.GROUP, why
            for reason in chat.restriction_reason or ():
                if chat.restricted and reason.platform == _EVERYWHERE:
                    return Outcome.RESTRICTED, f"{reason.reason}: {reason.text}"
            return None
        case types.Chat() | types.ChatForbidden():
            return Outcome.GROUP, "a group"
        case types.User():
            return Outcome.NO_CHANNEL, "a bot" if chat.bot else "a person's account"
    return Outcome.NO_CHANNEL, type(chat).__name__


def _no_public_group(chat: Any) -> str:
    """Why a group is not read; empty for one that is public and no comments of a channel."""
    if not (chat.megagroup or chat.gigagroup):
        return "a group of a kind that is not known"
    if not username_of(chat):
        return "a group without a public name"
    return "the comments of a channel" if chat.has_link else ""


def _exchange(url: str, method: str, status: int, reason: str, body: bytes) -> Exchange:
    return Exchange(
        url=url,
        method=method,
        request_headers=(),
        status=status,
        reason=reason,
        response_headers=(("Content-Type", CONTENT_TYPE),),
        body=body,
    )
