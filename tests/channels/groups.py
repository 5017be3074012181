"""A public group as the API gives it, made of telethon's own types."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from telethon import helpers
from telethon.tl import types

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
GROUP, CHANNEL, SELLER = 2_207_715_346, 1_555_000_111, 5_100_200_300
OFFER = "☀️ наличие: мефедрон 1 г 13,5, гашиш 1 г 6. Орбита, Мамыр. Пишите @sunny_dos, @sunny_dos2"


def decides(text: str) -> bool:
    """The first stage's word, as far as these tests need one."""
    return "мефедрон" in text.lower()


@dataclass(frozen=True)
class Somebody:
    """Who does not advertise."""

    id: int
    username: str = ""
    first: str = ""
    last: str = ""
    phone: str = ""

    def shown(self) -> Any:
        return types.User(
            id=self.id,
            access_hash=77,
            first_name=self.first or None,
            last_name=self.last or None,
            username=self.username or None,
            phone=self.phone or None,
            photo=types.UserProfilePhoto(photo_id=3, dc_id=2),
            status=types.UserStatusOffline(AT),
        )


def seller() -> Any:
    return types.User(id=SELLER, access_hash=1, first_name="Dos", username="sunny_dos")


def group(**more: Any) -> Any:
    values = {"megagroup": True, "username": "orbita_baraholka", **more}
    return types.Channel(GROUP, "Барахолка", types.ChatPhotoEmpty(), AT, **values)


def broadcast(number: int = CHANNEL, **more: Any) -> Any:
    values = {"title": "Новости города", "broadcast": True, "username": "gorod_news", **more}
    return types.Channel(number, photo=types.ChatPhotoEmpty(), date=AT, **values)


def message(number: int, author: int | None, text: str, *, chat: int = GROUP, **more: Any) -> Any:
    values = {"from_id": types.PeerUser(author) if author else None, **more}
    return types.Message(number, types.PeerChannel(chat), AT, message=text, **values)


def entity(kind: Any, text: str, part: str, *more: Any) -> Any:
    """An entity of ``kind`` over ``part`` of ``text``, measured in UTF-16 units."""
    start = len(helpers.add_surrogate(text[: text.index(part)]))
    return kind(start, len(helpers.add_surrogate(part)), *more)


def answer(messages: Sequence[Any], users: Iterable[Any], chats: Iterable[Any] = ()) -> Any:
    """What a history call brings, as ``to_dict`` makes it."""
    return types.messages.ChannelMessages(
        pts=1, count=len(messages), messages=[*messages], topics=[],
        chats=[group(), *chats], users=[*users],
    ).to_dict()  # fmt: skip


def as_bytes(value: Any) -> str:
    """What would be written, as text."""
    return json.dumps(value, ensure_ascii=False, default=str)
