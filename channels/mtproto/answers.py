"""Answers of the API as canonical JSON, for the WARC. Pure.

Canonical: keys sorted, no blanks, UTF-8; fields that the answer leaves out are left out, bytes are
base64, times ISO 8601 in UTC. Of a channel's answer other people are taken out before it is written
(see ``channel_answers``), of a group's all but who advertises (see ``redaction``).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from telethon.tl.tlobject import TLObject

from channels.channel_answers import header_of, without_people

CONTENT_TYPE = "application/json"
_KEPT_OF_PEOPLE = ("_", "id", "bot", "username", "usernames", "first_name", "last_name")
_AS_THEY_ARE = frozenset({str, int, bool, float})
#: Where a batch holds messages that an album began with in the batch before.
CARRIED = "narcowatch_carried_over"


class Written(NamedTuple):
    """An answer as it is written; ``redacted`` says what was hidden in it, by kind."""

    body: bytes
    redacted: str


def as_json(answer: Any, carried: Iterable[Any] = ()) -> Written:
    """``answer`` (an object of the API) about channels as JSON, without other people. ``carried``
    messages came with the batch before and are read with this one."""
    packed = as_it_came(answer, carried)
    hidden = without_people(packed)
    return Written(_canonical(packed), header_of(hidden))


def as_it_came(answer: Any, carried: Iterable[Any] = ()) -> dict[str, Any]:
    """``answer`` with all that it tells of people, to be redacted and not to be written."""
    packed: dict[str, Any] = _plain(answer)
    if over := [_plain(message) for message in carried]:
        packed[CARRIED] = over
    return packed


def redacted_as_json(kept: dict[str, Any]) -> bytes:
    """What redaction left of a group's answer, as ``as_json`` writes others."""
    users = [_only_names(user) for user in kept.get("users", ())]
    return _canonical({**kept, "users": users} if "users" in kept else kept)


def error_as_json(code: int, name: str) -> bytes:
    """An error that the API answered with."""
    return _canonical({"_": "RpcError", "error_code": code, "error_message": name})


def _only_names(user: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in user.items() if name in _KEPT_OF_PEOPLE}


def _canonical(packed: Any) -> bytes:
    text = json.dumps(packed, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def _plain(value: Any) -> Any:
    """What JSON can hold of ``value``. Fields that an object leaves out are left out here, too;
    the client's own, which begin with an underscore, are none of the API's."""
    if isinstance(value, TLObject):
        packed: dict[str, Any] = {"_": type(value).__name__}
        for name, field in vars(value).items():
            if field is None or name[0] == "_":
                continue
            known = type(field) in _AS_THEY_ARE
            packed[name] = field if known else _plain(field)
        return packed
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value
