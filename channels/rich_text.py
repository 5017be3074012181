"""Visible text and links of an element of a preview page."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias
from urllib.parse import urljoin

from lxml import etree  # type: ignore[import-untyped]

from domain.documents import Link

#: Of a page read by ``channels.parsing``, which leaves out comments: every node is an element.
Element: TypeAlias = etree._Element
#: The elements of each class, in the order of the page.
ByClass: TypeAlias = Mapping[str, Sequence[Element]]

_BREAKS = frozenset({"br", "div", "p", "blockquote", "pre", "ul", "ol", "li", "tr"})
_SILENT = frozenset({"script", "style", "template", "noscript"})
_SPACES = re.compile(r"[ \t\r\f\v]+")
_MANY_BREAKS = re.compile(r"\n{3,}")
_SCHEMES = ("http://", "https://", "tg://")


def by_class(within: Element) -> ByClass:
    """What is inside ``within``, by class."""
    found: defaultdict[str, list[Element]] = defaultdict(list)
    for element in within.iterdescendants():
        classes = element.get("class")
        if classes is not None:
            for name in classes.split():
                found[name].append(element)
    return found


def first(parts: ByClass, name: str) -> Element | None:
    """The first element of class ``name``."""
    elements = parts.get(name)
    return elements[0] if elements else None


def outermost(elements: Iterable[Element]) -> list[Element]:
    """Of elements in the order of their page those that are inside none of the others."""
    found: list[Element] = []
    inside: set[Element] = set()
    for element in elements:
        if element not in inside:
            found.append(element)
            inside.update(element.iterdescendants())
    return found


def cut_out(element: Element) -> None:
    """Take an element out of its page; what comes after it stays."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def visible_text(element: Element) -> str:
    """The text as a reader sees it: line breaks kept, markup inside the text never run."""
    pieces: list[str] = [element.text or ""]
    walk = etree.iterwalk(element, events=("start", "end"))
    for event, node in walk:
        if node is element:
            continue
        name = node.tag
        if event == "start":
            if name in _SILENT:
                walk.skip_subtree()
                continue
            if name in _BREAKS:
                pieces.append("\n")
            if node.text:
                pieces.append(node.text)
            continue
        if name in _BREAKS and name != "br":
            pieces.append("\n")
        if node.tail:
            pieces.append(node.tail)
    text = "".join(pieces)
    lines = (_SPACES.sub(" ", line).strip() for line in text.split("\n"))
    return _MANY_BREAKS.sub("\n\n", "\n".join(lines)).strip()


def one_line(element: Element | None) -> str:
    """Visible text on one line, empty for no element."""
    return " ".join(visible_text(element).split()) if element is not None else ""


def links_in(element: Element, base: str) -> tuple[Link, ...]:
    """Links in ``element``, absolute, each once with its first anchor text; searches left out."""
    found: dict[str, Link] = {}
    for anchor in element.iterdescendants("a"):
        if (link := link_of(anchor, base)) is not None:
            found.setdefault(link.url, link)
    return tuple(found.values())


def link_of(anchor: Element, base: str) -> Link | None:
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


def attribute(element: Element, name: str) -> str:
    """An attribute, empty where there is none."""
    value: str = element.get(name, "")
    return value
