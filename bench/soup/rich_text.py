"""Visible text and links of an element of a preview page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urljoin

from bs4.element import NavigableString, PreformattedString, Tag

from domain.documents import Link

_BLOCKS = frozenset({"div", "p", "blockquote", "pre", "ul", "ol", "li", "tr"})
_SILENT = frozenset({"script", "style", "template", "noscript"})
_SPACES = re.compile(r"[ \t\r\f\v]+")
_SCHEMES = ("http://", "https://", "tg://")


def visible_text(element: Tag) -> str:
    """The text as a reader sees it: line breaks kept, markup inside the text never run."""
    pieces: list[str] = []
    for node in _walk(element):
        if isinstance(node, NavigableString):
            pieces.append(str(node))
        elif node.name == "br" or node.name in _BLOCKS:
            pieces.append("\n")
    lines = (_SPACES.sub(" ", line).strip() for line in "".join(pieces).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _walk(element: Tag) -> Iterator[NavigableString | Tag]:
    """All visible nodes in order; a block comes once more after its content. No recursion."""
    stack: list[tuple[object, bool]] = [(child, False) for child in reversed(element.contents)]
    while stack:
        node, left = stack.pop()
        if isinstance(node, Tag):
            if node.name in _SILENT:
                continue
            yield node
            if not left:
                if node.name in _BLOCKS:
                    stack.append((node, True))
                stack.extend((child, False) for child in reversed(node.contents))
        elif isinstance(node, NavigableString) and not isinstance(node, PreformattedString):
            yield node


def one_line(element: Tag | None) -> str:
    """Visible text on one line, empty for no element."""
    return " ".join(visible_text(element).split()) if element is not None else ""


def links_in(element: Tag, base: str) -> tuple[Link, ...]:
    """Links in ``element``, absolute, each once with its first anchor text; searches left out."""
    found: dict[str, Link] = {}
    for anchor in element.find_all("a", href=True):
        if (link := link_of(anchor, base)) is not None:
            found.setdefault(link.url, link)
    return tuple(found.values())


def link_of(anchor: Tag, base: str) -> Link | None:
    """Where ``anchor`` leads; None for hashtags, searches and schemes that are not watched.

    Telegram escapes some addresses twice, so ``&amp;`` may be left after parsing.
    """
    href = attribute(anchor, "href").strip().replace("&amp;", "&")
    if not href or href.startswith(("?", "#")):
        return None
    try:
        url = urljoin(base, href)
    except ValueError:
        return None
    if not url.lower().startswith(_SCHEMES):
        return None
    return Link(url, visible_text(anchor))


def attribute(tag: Tag, name: str) -> str:
    """An attribute as one string, empty where there is none."""
    value = tag.get(name)
    if isinstance(value, str):
        return value
    return " ".join(value) if value else ""
