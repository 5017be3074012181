"""A preview page ``t.me/s/<name>`` as values. Pure: HTML in, ``ChannelPage`` out.

The markup is Telegram's own and undocumented; what is relied on was observed. A page that has
none of it, or only parts, raises ``LayoutChanged``: reading it as zero posts would be silence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree  # type: ignore[import-untyped]

from channels.figures import parse_count
from channels.post_parsing import MESSAGE, channel_id_of, parse_post, place_of
from channels.posts import ChannelInfo, Post
from channels.rich_text import (
    ByClass,
    Element,
    attribute,
    by_class,
    first,
    links_in,
    one_line,
    outermost,
    visible_text,
)
from channels.usernames import username_in
from domain.errors import BoundaryError

_NOTHING = "tme_no_messages_found"
#: More than this share of posts that cannot be read means that the markup changed.
_READABLE_SHARE = 0.5
_LONGEST_ID = 18


class LayoutChanged(BoundaryError):
    """A preview page is not marked up as expected; trying again cannot help."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=True)


@dataclass(frozen=True, slots=True)
class ChannelPage:
    """One preview page: posts by rising id, and the id before which older ones are asked for.

    ``unreadable`` counts posts left out because a part was missing.
    """

    info: ChannelInfo
    posts: tuple[Post, ...]
    older: int | None = None
    unreadable: int = 0


def page_of(html: str) -> Element:
    """The parsed page. Raises LayoutChanged for what no parser takes."""
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        page = etree.fromstring(html.encode("utf-8", "replace"), parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise LayoutChanged(f"the page is no HTML: {error}") from error
    if page is None:
        raise LayoutChanged("the page is empty")
    return page


def parse_page(html: str, base: str) -> ChannelPage:
    """The channel and its posts. ``base`` is the page's address, for relative links.

    An empty channel has no posts. Raises LayoutChanged when parts are missing that every page
    has, or when most of its posts cannot be read; nothing else is raised, whatever the HTML.
    """
    page = page_of(html)
    parts = by_class(page)
    # those inside another post would be their author's forgery
    elements = outermost(parts.get(MESSAGE, ()))
    if not elements and _NOTHING not in parts:
        raise LayoutChanged("the page has neither posts nor the note that there are none")
    names = Counter(place[0] for element in elements if (place := place_of(element)))
    ids = Counter(number for element in elements if (number := channel_id_of(element)))
    info = _info(parts, base, _first(names) or "", _first(ids))
    older = _older(page, parts)
    read = [post for element in elements if (post := parse_post(element, base))]
    unreadable = len(elements) - len(read)
    if unreadable > len(elements) * _READABLE_SHARE:
        raise LayoutChanged(f"{unreadable} of {len(elements)} posts cannot be read")
    posts = {post.id: post for post in sorted(read, key=lambda post: post.id)}
    return ChannelPage(info, tuple(posts.values()), older, unreadable)


def _first(counted: Counter[str] | Counter[int]) -> str | int | None:
    return counted.most_common(1)[0][0] if counted else None


def _info(parts: ByClass, base: str, username: object, numeric_id: object) -> ChannelInfo:
    title = first(parts, "tgme_channel_info_header_title")
    if title is None:
        raise LayoutChanged("the page has no channel title")
    description = first(parts, "tgme_channel_info_description")
    return ChannelInfo(
        title=one_line(title),
        username=_handle(parts) or str(username),
        numeric_id=numeric_id if isinstance(numeric_id, int) else None,
        description=visible_text(description) if description is not None else "",
        links=links_in(description, base) if description is not None else (),
        counters=tuple(_counters(parts)),
    )


def _handle(parts: ByClass) -> str:
    for handle in parts.get("tgme_channel_info_header_username", ()):
        for anchor in handle.iterdescendants("a"):
            if "href" in anchor.attrib:
                return username_in(attribute(anchor, "href"))
    return ""


def _counters(parts: ByClass) -> Iterator[tuple[str, int]]:
    for counter in parts.get("tgme_channel_info_counter", ()):
        inside = by_class(counter)
        value = parse_count(one_line(first(inside, "counter_value")))
        kind = one_line(first(inside, "counter_type")).lower()
        if value is not None and kind:
            yield kind if kind.endswith("s") else f"{kind}s", value


def _older(page: Element, parts: ByClass) -> int | None:
    """The id to ask for older posts with: from the button, or from ``<link rel="prev">``."""
    for button in parts.get("tme_messages_more", ()):
        if button.tag == "a" and "data-before" in button.attrib:
            if number := _number(attribute(button, "data-before")):
                return number
            break
    for link in page.iterdescendants("link"):
        if "prev" in attribute(link, "rel").split() and "href" in link.attrib:
            _, found, after = attribute(link, "href").partition("before=")
            return _number(after.partition("&")[0]) if found else None
    return None


def _number(text: str) -> int | None:
    text = text.strip()
    small = text.isascii() and text.isdecimal() and len(text) <= _LONGEST_ID
    return int(text) or None if small else None
