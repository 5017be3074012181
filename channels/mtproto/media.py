"""What is attached to a message, by the names that the preview reader uses, and words on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from telethon.tl import types

_SIMPLE: dict[type[Any], str] = {
    types.MessageMediaPhoto: "photo",
    types.MessageMediaGeo: "location",
    types.MessageMediaGeoLive: "location",
    types.MessageMediaVenue: "location",
    types.MessageMediaContact: "contact",
    types.MessageMediaPoll: "poll",
    types.MessageMediaInvoice: "invoice",
}
#: A web-page preview is no attachment; its address is among the links.
_NONE = (types.MessageMediaEmpty, types.MessageMediaWebPage)


def kind_of(media: Any) -> str:
    """The name of what is attached; empty for nothing, ``not shown`` for what has no name."""
    if media is None or isinstance(media, _NONE):
        return ""
    if isinstance(media, types.MessageMediaDocument):
        return _kind_of_file(media)
    return _SIMPLE.get(type(media), "not shown")


def _kind_of_file(media: Any) -> str:
    if media.round:
        return "round video"
    if media.voice:
        return "voice"
    attributes = getattr(media.document, "attributes", None) or ()
    if any(isinstance(one, types.DocumentAttributeSticker) for one in attributes):
        return "sticker"
    if media.video or any(isinstance(one, types.DocumentAttributeVideo) for one in attributes):
        return "video"
    return "document"


def words_on(media: Any) -> Iterator[str]:
    """Words of the channel that stand outside of the message's own text."""
    match media:
        case types.MessageMediaPoll():
            yield _one_line(media.poll.question)
            yield from (_one_line(getattr(one, "text", "")) for one in media.poll.answers)
        case types.MessageMediaDocument():
            for one in getattr(media.document, "attributes", None) or ():
                if isinstance(one, types.DocumentAttributeFilename):
                    yield _one_line(one.file_name)
        case types.MessageMediaVenue():
            yield _one_line(f"{media.title} {media.address}")
        case types.MessageMediaInvoice():
            yield _one_line(media.title)
        case types.MessageMediaToDo():
            yield _one_line(media.todo.title)
            yield from (_one_line(one.title) for one in media.todo.list)


def _one_line(text: Any) -> str:
    """Plain words of a string or of a text with entities."""
    return " ".join(str(getattr(text, "text", text)).split())
