"""One post of a preview page, from its element."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

from bs4.element import Tag

from bench.soup.rich_text import attribute, link_of, links_in, one_line, visible_text
from channels.figures import id_in_view, parse_count
from channels.posts import Forward, Post
from channels.usernames import username_in
from domain.documents import Link

MESSAGE = ".tgme_widget_message"
_PLACE = re.compile(r"([A-Za-z0-9_]{1,64})/(\d{1,18})g?")
_ID = re.compile(r"\d{1,18}")
_TEXT = ".tgme_widget_message_text"
_QUOTE = ".tgme_widget_message_reply"
_PREVIEW = ".tgme_widget_message_link_preview"
#: What may be attached to a post, by the class that tells it.
_MEDIA = {
    "photo": ".tgme_widget_message_photo_wrap, .tgme_widget_message_photo",
    "video": ".tgme_widget_message_video_player, .tgme_widget_message_video",
    "round video": ".tgme_widget_message_roundvideo_player",
    "voice": ".tgme_widget_message_voice_player",
    "document": ".tgme_widget_message_document_wrap, .tgme_widget_message_document",
    "sticker": ".tgme_widget_message_sticker_wrap, .tgme_widget_message_sticker",
    "poll": ".tgme_widget_message_poll",
    "location": ".tgme_widget_message_location_wrap",
    "contact": ".tgme_widget_message_contact_wrap, .tgme_widget_message_contact_phone",
    "invoice": ".tgme_widget_message_invoice",
    "not shown": ".message_media_not_supported, .message_media_not_supported_wrap",
}
#: Words of the channel that stand outside the message's own text.
_SIDE_TEXTS = (
    ".tgme_widget_message_poll_question, .tgme_widget_message_poll_option_text, "
    ".tgme_widget_message_document_title, .tgme_widget_message_document_extra, "
    ".tgme_widget_message_location_info, .tgme_widget_message_invoice_title"
)


def place_of(element: Tag) -> tuple[str, int] | None:
    """Username (lower case) and message id from ``data-post``; None when there is none."""
    found = _PLACE.fullmatch(attribute(element, "data-post").strip())
    return (found[1].lower(), int(found[2])) if found and int(found[2]) else None


def channel_id_of(element: Tag) -> int | None:
    """The channel's numeric id that the post carries."""
    return id_in_view(attribute(element, "data-view"))


def parse_post(element: Tag, base: str) -> Post | None:
    """The post in ``element``; None when a part is missing that every post has.

    These are an id, a date, and something said or attached. The element's reply quote is cut
    out of it: its words are another post's.
    """
    place, posted_at = place_of(element), _date(element)
    if place is None or posted_at is None:
        return None
    reply_to = _cut_out_quotes(element)
    text, media = _text(element), _media(element)
    buttons = _buttons(element, base)
    if not (text or media or buttons or element.select_one(_PREVIEW)):
        return None
    return Post(
        id=place[1],
        posted_at=posted_at,
        text=text,
        links=_links(element, base),
        buttons=buttons,
        views=_views(element),
        forward=_forward(element),
        reply_to=reply_to,
        album=_album(element, place[1]),
        media=media,
        edited=_edited(element),
        service="service_message" in attribute(element, "class").split(),
    )


def _date(element: Tag) -> datetime | None:
    """A bare ``time`` also stands for a video's duration, so the date's own link is asked."""
    time = element.select_one(".tgme_widget_message_date time[datetime]")
    if time is None:
        return None
    try:
        moment = datetime.fromisoformat(attribute(time, "datetime").strip())
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _cut_out_quotes(element: Tag) -> int | None:
    """Remove reply quotes; the id of the post replied to, where it is told."""
    reply_to = None
    for quote in element.select(_QUOTE):
        last = urlsplit_path(attribute(quote, "href")).rpartition("/")[2]
        if _ID.fullmatch(last):
            reply_to = int(last)
        quote.extract()
    for quote in element.select(".js-message_reply_text"):
        quote.extract()
    return reply_to


def urlsplit_path(url: str) -> str:
    """The path of ``url``, empty for what is no URL."""
    try:
        return urlsplit(url.strip()).path
    except ValueError:
        return ""


def _texts(element: Tag) -> list[Tag]:
    """The message's text elements; of nested ones the outermost."""
    outer: list[Tag] = []
    inside: set[int] = set()
    for found in element.select(_TEXT):
        if id(found) not in inside:
            outer.append(found)
            inside.update(id(inner) for inner in found.select(_TEXT))
    return outer


def _text(element: Tag) -> str:
    parts = [visible_text(found) for found in _texts(element)]
    parts += [one_line(found) for found in element.select(_SIDE_TEXTS)]
    return "\n".join(part for part in parts if part)


def _media(element: Tag) -> tuple[str, ...]:
    return tuple(kind for kind, selector in _MEDIA.items() if element.select_one(selector))


def _buttons(element: Tag, base: str) -> tuple[Link, ...]:
    found = (link_of(a, base) for a in element.select("a.tgme_widget_message_inline_button[href]"))
    return tuple(link for link in found if link is not None)


def _links(element: Tag, base: str) -> tuple[Link, ...]:
    found = [link for text in _texts(element) for link in links_in(text, base)]
    for preview in element.select(f"a{_PREVIEW}[href]"):
        if (link := link_of(preview, base)) is not None:
            found.append(Link(link.url, " ".join(link.text.split())))
    for via in element.select("a.tgme_widget_message_via_bot[href]"):
        if (link := link_of(via, base)) is not None:
            found.append(link)
    return tuple({link.url: link for link in reversed(found)}.values())[::-1]


def _views(element: Tag) -> int | None:
    views = element.select_one(".tgme_widget_message_views")
    return parse_count(one_line(views)) if views is not None else None


def _forward(element: Tag) -> Forward | None:
    origin = element.select_one(".tgme_widget_message_forwarded_from_name")
    if origin is None:
        if element.select_one(".tgme_widget_message_forwarded_from") is None:
            return None
        return Forward("")
    username = username_in(attribute(origin, "href"))
    return Forward(one_line(origin) if username else "", username)


def _album(element: Tag, first: int) -> tuple[int, ...]:
    """All ids of an album, which stand in ``?single`` links only; empty for a single post."""
    ids = {first}
    for anchor in element.select(".tgme_widget_message_grouped_wrap a[href]"):
        href = attribute(anchor, "href")
        try:
            single = "single" in parse_qs(urlsplit(href).query, keep_blank_values=True)
        except ValueError:
            continue
        last = urlsplit_path(href).rpartition("/")[2]
        if single and _ID.fullmatch(last):
            ids.add(int(last))
    return tuple(sorted(ids)) if len(ids) > 1 else ()


def _edited(element: Tag) -> bool:
    meta = element.select_one(".tgme_widget_message_meta")
    return meta is not None and "edited" in one_line(meta).lower().split()
