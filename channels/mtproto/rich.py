"""Rich messages (blocks as of instant-view pages) as plain text and links. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from telethon.tl import types
from telethon.tl.tlobject import TLObject

from channels.mtproto.entities import absolute, tidy
from domain.documents import Link

_PLAIN = (types.TextPlain, types.TextCustomEmoji)


def text_of_rich(message: Any) -> str:
    """The words of a rich message, each block on lines of its own."""
    return "".join(_pieces(message.blocks))


def links_in_rich(message: Any) -> Iterator[Link]:
    """Where its texts and buttons lead."""
    for node in _nodes(message.blocks):
        words = tidy("".join(_pieces(getattr(node, "text", None))))
        if isinstance(node, types.TextMention):
            yield Link(f"https://t.me/{words.removeprefix('@')}", words)
        elif url := absolute(words if isinstance(node, types.TextAutoUrl) else _address(node)):
            yield Link(url, words)


def _address(node: Any) -> str:
    """Where a link, or a button, leads; empty for what is neither."""
    for one in (node, getattr(node, "type", None)):
        if isinstance(url := getattr(one, "url", None), str):
            return url
    return ""


def _pieces(node: Any) -> Iterator[str]:
    """The words below ``node`` in order; what is no text is a block and breaks the line."""
    if isinstance(node, _PLAIN):
        yield node.text if isinstance(node, types.TextPlain) else node.alt
    elif isinstance(node, list):
        for one in node:
            yield from _pieces(one)
    elif isinstance(node, TLObject):
        block = not type(node).__name__.startswith("Text")
        if block:
            yield "\n"
        for one in vars(node).values():
            if isinstance(one, TLObject | list):
                yield from _pieces(one)
        if block:
            yield "\n"


def _nodes(node: Any) -> Iterator[Any]:
    if isinstance(node, list):
        for one in node:
            yield from _nodes(one)
    elif isinstance(node, TLObject):
        yield node
        for one in vars(node).values():
            if isinstance(one, TLObject | list):
                yield from _nodes(one)
