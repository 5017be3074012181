"""The same extraction as ``channels.parsing``, in BeautifulSoup with the standard parser."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from bs4 import BeautifulSoup
from bs4.element import Tag
from bs4.exceptions import ParserRejectedMarkup

from bench.soup.post_parsing import MESSAGE, channel_id_of, parse_post, place_of
from bench.soup.rich_text import attribute, links_in, one_line, visible_text
from channels.figures import parse_count
from channels.parsing import ChannelPage, LayoutChanged
from channels.posts import ChannelInfo
from channels.usernames import username_in

_NOTHING = ".tme_no_messages_found"
#: More than this share of posts that cannot be read means that the markup changed.
_READABLE_SHARE = 0.5
_LONGEST_ID = 18


def soup_of(html: str) -> BeautifulSoup:
    """The parsed page. Raises LayoutChanged for what no parser takes."""
    try:
        return BeautifulSoup(html, "html.parser")
    except (ParserRejectedMarkup, RecursionError, ValueError) as error:
        raise LayoutChanged(f"the page is no HTML: {error}") from error


def parse_page(html: str, base: str) -> ChannelPage:
    """The channel and its posts. ``base`` is the page's address, for relative links.

    An empty channel has no posts. Raises LayoutChanged when parts are missing that every page
    has, or when most of its posts cannot be read; nothing else is raised, whatever the HTML.
    """
    soup = soup_of(html)
    elements = list(_messages(soup))
    if not elements and soup.select_one(_NOTHING) is None:
        raise LayoutChanged("the page has neither posts nor the note that there are none")
    names = Counter(place[0] for element in elements if (place := place_of(element)))
    ids = Counter(number for element in elements if (number := channel_id_of(element)))
    info = _info(soup, base, _first(names) or "", _first(ids))
    read = [post for element in elements if (post := parse_post(element, base))]
    unreadable = len(elements) - len(read)
    if unreadable > len(elements) * _READABLE_SHARE:
        raise LayoutChanged(f"{unreadable} of {len(elements)} posts cannot be read")
    posts = {post.id: post for post in sorted(read, key=lambda post: post.id)}
    return ChannelPage(info, tuple(posts.values()), _older(soup), unreadable)


def _messages(soup: Tag) -> Iterator[Tag]:
    """Post elements, those inside another post left out: they would be the author's forgery."""
    inside: set[int] = set()
    for element in soup.select(MESSAGE):
        if id(element) not in inside:
            inside.update(id(inner) for inner in element.select(MESSAGE))
            yield element


def _first(counted: Counter[str] | Counter[int]) -> str | int | None:
    return counted.most_common(1)[0][0] if counted else None


def _info(soup: Tag, base: str, username: object, numeric_id: object) -> ChannelInfo:
    title = soup.select_one(".tgme_channel_info_header_title")
    if title is None:
        raise LayoutChanged("the page has no channel title")
    description = soup.select_one(".tgme_channel_info_description")
    handle = soup.select_one(".tgme_channel_info_header_username a[href]")
    named = username_in(attribute(handle, "href")) if handle is not None else ""
    return ChannelInfo(
        title=one_line(title),
        username=named or str(username),
        numeric_id=numeric_id if isinstance(numeric_id, int) else None,
        description=visible_text(description) if description is not None else "",
        links=links_in(description, base) if description is not None else (),
        counters=tuple(_counters(soup)),
    )


def _counters(soup: Tag) -> Iterator[tuple[str, int]]:
    for counter in soup.select(".tgme_channel_info_counter"):
        value = parse_count(one_line(counter.select_one(".counter_value")))
        kind = one_line(counter.select_one(".counter_type")).lower()
        if value is not None and kind:
            yield kind if kind.endswith("s") else f"{kind}s", value


def _older(soup: Tag) -> int | None:
    """The id to ask for older posts with: from the button, or from ``<link rel="prev">``."""
    button = soup.select_one("a.tme_messages_more[data-before]")
    if button is not None and (number := _number(attribute(button, "data-before"))):
        return number
    link = soup.select_one('link[rel~="prev"][href]')
    if link is not None:
        _, found, after = attribute(link, "href").partition("before=")
        return _number(after.partition("&")[0]) if found else None
    return None


def _number(text: str) -> int | None:
    text = text.strip()
    small = text.isascii() and text.isdecimal() and len(text) <= _LONGEST_ID
    return int(text) or None if small else None
