"""One post of a preview page, from its element."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

from channels.figures import id_in_view, parse_count
from channels.posts import Forward, Post
from channels.rich_text import (
    ByClass,
    Element,
    attribute,
    by_class,
    cut_out,
    first,
    link_of,
    links_in,
    one_line,
    outermost,
    visible_text,
)
from channels.usernames import is_bot, username_in
from domain.documents import Link

MESSAGE = "tgme_widget_message"
_PLACE = re.compile(r"([A-Za-z0-9_]{1,64})/(\d{1,18})g?")
_ID = re.compile(r"\d{1,18}")
_TEXT = "tgme_widget_message_text"
_QUOTES = ("tgme_widget_message_reply", "js-message_reply_text")
_PREVIEW = "tgme_widget_message_link_preview"
#: What may be attached to a post, by the classes that tell it.
_MEDIA = {
    "photo": ("tgme_widget_message_photo_wrap", "tgme_widget_message_photo"),
    "video": ("tgme_widget_message_video_player", "tgme_widget_message_video"),
    "round video": ("tgme_widget_message_roundvideo_player",),
    "voice": ("tgme_widget_message_voice_player",),
    "document": ("tgme_widget_message_document_wrap", "tgme_widget_message_document"),
    "sticker": ("tgme_widget_message_sticker_wrap", "tgme_widget_message_sticker"),
    "poll": ("tgme_widget_message_poll",),
    "location": ("tgme_widget_message_location_wrap",),
    "contact": ("tgme_widget_message_contact_wrap", "tgme_widget_message_contact_phone"),
    "invoice": ("tgme_widget_message_invoice",),
    "not shown": ("message_media_not_supported", "message_media_not_supported_wrap"),
}
#: Words of the channel that stand outside the message's own text.
_SIDE_TEXTS = frozenset(
    {
        "tgme_widget_message_poll_question",
        "tgme_widget_message_poll_option_text",
        "tgme_widget_message_document_title",
        "tgme_widget_message_document_extra",
        "tgme_widget_message_location_info",
        "tgme_widget_message_invoice_title",
    }
)


def place_of(element: Element) -> tuple[str, int] | None:
    """Username (lower case) and message id from ``data-post``; None when there is none."""
    found = _PLACE.fullmatch(attribute(element, "data-post").strip())
    return (found[1].lower(), int(found[2])) if found and int(found[2]) else None


def channel_id_of(element: Element) -> int | None:
    """The channel's numeric id that the post carries."""
    return id_in_view(attribute(element, "data-view"))


def parse_post(element: Element, base: str) -> Post | None:
    """The post in ``element``; None when a part is missing that every post has.

    These are an id, a date, and something said or attached. The element's reply quote is cut
    out of it: its words are another post's.
    """
    parts = by_class(element)
    place, posted_at = place_of(element), _date(parts)
    if place is None or posted_at is None:
        return None
    reply_to = None
    if not parts.keys().isdisjoint(_QUOTES):
        reply_to = _cut_out_quotes(parts)
        parts = by_class(element)
    texts = outermost(parts.get(_TEXT, ()))
    text, media = _text(element, texts, parts), _media(parts)
    buttons = _buttons(parts, base)
    if not (text or media or buttons or _PREVIEW in parts):
        return None
    return Post(
        id=place[1],
        posted_at=posted_at,
        text=text,
        links=_links(texts, parts, base),
        buttons=buttons,
        views=_views(parts),
        forward=_forward(parts),
        reply_to=reply_to,
        album=_album(parts, place[1]),
        media=media,
        edited=_edited(parts),
        service="service_message" in attribute(element, "class").split(),
    )


def _date(parts: ByClass) -> datetime | None:
    """A bare ``time`` also stands for a video's duration, so the date's own link is asked."""
    for date in parts.get("tgme_widget_message_date", ()):
        for time in date.iterdescendants("time"):
            if "datetime" in time.attrib:
                return _moment(attribute(time, "datetime"))
    return None


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.strip())
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _cut_out_quotes(parts: ByClass) -> int | None:
    """Remove reply quotes; the id of the post replied to, where it is told."""
    reply_to = None
    for name in _QUOTES:
        for quote in parts.get(name, ()):
            last = urlsplit_path(attribute(quote, "href")).rpartition("/")[2]
            if _ID.fullmatch(last):
                reply_to = int(last)
            cut_out(quote)
    return reply_to


def urlsplit_path(url: str) -> str:
    """The path of ``url``, empty for what is no URL."""
    try:
        return urlsplit(url.strip()).path
    except ValueError:
        return ""


def _text(element: Element, texts: list[Element], parts: ByClass) -> str:
    pieces = [visible_text(found) for found in texts]
    if not _SIDE_TEXTS.isdisjoint(parts):
        pieces += [
            one_line(found)
            for found in element.iterdescendants()
            if not _SIDE_TEXTS.isdisjoint(attribute(found, "class").split())
        ]
    return "\n".join(piece for piece in pieces if piece)


def _media(parts: ByClass) -> tuple[str, ...]:
    return tuple(kind for kind, names in _MEDIA.items() if not parts.keys().isdisjoint(names))


def _anchors(parts: ByClass, name: str) -> Iterator[Element]:
    """The links of class ``name``."""
    for found in parts.get(name, ()):
        if found.tag == "a" and "href" in found.attrib:
            yield found


def _buttons(parts: ByClass, base: str) -> tuple[Link, ...]:
    anchors = _anchors(parts, "tgme_widget_message_inline_button")
    found = (link_of(anchor, base) for anchor in anchors)
    return tuple(link for link in found if link is not None)


def _links(texts: list[Element], parts: ByClass, base: str) -> tuple[Link, ...]:
    found = [link for text in texts for link in links_in(text, base)]
    for preview in _anchors(parts, _PREVIEW):
        if (link := link_of(preview, base)) is not None:
            # a name's own page may be a person's, with what they say of themselves
            name = username_in(link.url)
            text = "" if name and not is_bot(name) else link.text
            found.append(Link(link.url, " ".join(text.split())))
    for via in _anchors(parts, "tgme_widget_message_via_bot"):
        if (link := link_of(via, base)) is not None:
            found.append(link)
    return tuple({link.url: link for link in reversed(found)}.values())[::-1]


def _views(parts: ByClass) -> int | None:
    views = first(parts, "tgme_widget_message_views")
    return parse_count(one_line(views)) if views is not None else None


def _forward(parts: ByClass) -> Forward | None:
    """The channel that a post came from. A name without a link may be a person's: not read."""
    origin = first(parts, "tgme_widget_message_forwarded_from_name")
    if origin is None:
        return Forward("") if "tgme_widget_message_forwarded_from" in parts else None
    username = username_in(attribute(origin, "href"))
    return Forward(one_line(origin) if username else "", username)


def _album(parts: ByClass, number: int) -> tuple[int, ...]:
    """All ids of an album, which stand in ``?single`` links only; empty for a single post."""
    ids = {number}
    for wrap in parts.get("tgme_widget_message_grouped_wrap", ()):
        for anchor in wrap.iterdescendants("a"):
            href = attribute(anchor, "href")
            try:
                single = "single" in parse_qs(urlsplit(href).query, keep_blank_values=True)
            except ValueError:
                continue
            last = urlsplit_path(href).rpartition("/")[2]
            if single and _ID.fullmatch(last):
                ids.add(int(last))
    return tuple(sorted(ids)) if len(ids) > 1 else ()


def _edited(parts: ByClass) -> bool:
    meta = first(parts, "tgme_widget_message_meta")
    return meta is not None and "edited" in one_line(meta).lower().split()
