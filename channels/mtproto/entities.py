"""Text with entities as plain text and links, as the preview page shows them. Pure.

Offsets and lengths of entities count UTF-16 units (https://core.telegram.org/api/entities).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from telethon.tl import types

from domain.documents import Link
from domain.names_in_text import hosts_in

_SPACES = re.compile(r"[ \t\r\f\v]+")
_MANY_BREAKS = re.compile(r"\n{3,}")
_NEEDS_TIDYING = re.compile(r"[\t\r\f\v]|  |\n\n\n| \n|\n |^\s|\s$")
_SCHEMES = ("http://", "https://", "tg://")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?!\d)", re.IGNORECASE)
_OWN_HOSTS = frozenset({"t.me", "telegram.me", "telegram.dog"})
#: What Telegram links by itself in a text that comes without entities.
_IN_PLAIN = re.compile(
    r"https?://[^\s<>\"'«»]{3,2000}"
    r"|(?<![\w@/.\-])@[A-Za-z][A-Za-z0-9_]{3,31}(?![\w@])"
    r"|(?<![\w@/.\-])[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}(?:/[^\s<>\"'«»]{0,2000})?",
    re.IGNORECASE,
)
_TRAILING = ".,;:!?…)»”"


def tidy(text: str) -> str:
    """``text`` as a reader sees it on the preview page: no blanks at the ends of lines, none in a
    row, at most one empty line."""
    if _NEEDS_TIDYING.search(text) is None:
        return text
    lines = (_SPACES.sub(" ", line).strip() for line in text.split("\n"))
    return _MANY_BREAKS.sub("\n\n", "\n".join(lines)).strip()


def links_of(text: str, entities: Iterable[Any] | None) -> Iterator[Link]:
    """Where the entities of ``text`` lead: mentions, addresses, and words with a link behind."""
    cut: Callable[[int, int], str] | None = None
    for entity in entities or ():
        if not isinstance(entity, _LEADING):
            continue
        cut = cut or _cutter(text)
        words = cut(entity.offset, entity.length)
        if url := _target(entity, words):
            yield Link(url, tidy(words))


def links_in_plain(text: str) -> Iterator[Link]:
    """The links that Telegram makes of a text without entities, such as a description."""
    hosts = {*hosts_in(text), *_OWN_HOSTS}
    for found in _IN_PLAIN.finditer(text):
        words = found[0].rstrip(_TRAILING)
        if words.startswith("@"):
            yield Link(f"https://t.me/{words[1:]}", words)
        elif "://" in words or words.partition("/")[0].lower() in hosts:
            yield Link(absolute(words), words)


def once(links: Iterable[Link]) -> tuple[Link, ...]:
    """Each address once, with the words that it stood behind first."""
    found: dict[str, Link] = {}
    for link in links:
        found.setdefault(link.url, link)
    return tuple(found.values())


def absolute(address: str) -> str:
    """``address`` with a scheme and, where it has none, the path of the front page. Empty for a
    scheme that is not watched."""
    address = address.strip()
    if not address:
        return ""
    if _SCHEME.match(address) is None:
        host = re.split(r"[/?#]", address, maxsplit=1)[0].lower()
        address = f"{'https' if host in _OWN_HOSTS else 'http'}://{address}"
    if not address.lower().startswith(_SCHEMES):
        return ""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    bare = not (parts.path or parts.query or parts.fragment)
    return f"{address}/" if bare and parts.scheme != "tg" else address


def _cutter(text: str) -> Callable[[int, int], str]:
    """What an offset and a length in UTF-16 units stand for in ``text``."""
    units = text.encode("utf-16-le", "surrogatepass")
    if len(units) == 2 * len(text):
        return lambda offset, length: text[offset : offset + length]
    return lambda offset, length: units[2 * offset : 2 * (offset + length)].decode(
        "utf-16-le", "replace"
    )


_LEADING = (types.MessageEntityMention, types.MessageEntityUrl, types.MessageEntityTextUrl)


def _target(entity: Any, words: str) -> str:
    if isinstance(entity, types.MessageEntityMention):
        return f"https://t.me/{words.strip().removeprefix('@')}"
    if isinstance(entity, types.MessageEntityTextUrl):
        return absolute(entity.url)
    return absolute(words)
