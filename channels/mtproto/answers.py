"""Answers of the API as canonical JSON, for the WARC. Pure.

Canonical: keys sorted, no blanks, UTF-8; bytes are base64, times ISO 8601 in UTC. Of people no more
is kept than what they are called: no phone number, picture, or time when they were last seen.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from telethon.tl import types

CONTENT_TYPE = "application/json"
#: Said in the WARC record of every answer.
NOTE = "an answer of the API as JSON; of people no more than names"
_KEPT_OF_PEOPLE = ("id", "bot", "username", "usernames", "first_name", "last_name")
#: Where a batch holds messages that an album began with in the batch before.
CARRIED = "narcowatch_carried_over"


def as_json(answer: Any, carried: Iterable[Any] = ()) -> bytes:
    """``answer`` (an object of the API) as JSON. ``carried`` messages came with the batch before
    and are read with this one."""
    packed = answer.to_dict()
    if (users := getattr(answer, "users", None)) is not None:
        packed["users"] = [_named(user) for user in users]
    if over := [message.to_dict() for message in carried]:
        packed[CARRIED] = over
    return _canonical(packed)


def error_as_json(code: int, name: str) -> bytes:
    """An error that the API answered with."""
    return _canonical({"_": "RpcError", "error_code": code, "error_message": name})


def _named(user: Any) -> dict[str, Any]:
    if not isinstance(user, types.User):
        return {"_": type(user).__name__, "id": user.id}
    packed = user.to_dict()
    return {"_": "User", **{name: packed[name] for name in _KEPT_OF_PEOPLE}}


def _canonical(packed: Any) -> bytes:
    text = json.dumps(
        packed, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain
    )
    return text.encode("utf-8", "surrogatepass")


def _plain(value: Any) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    raise TypeError(f"{type(value).__name__} is nothing that the API answers with")
