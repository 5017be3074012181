"""Whether an image of a post is taken, where it is, and whether it is one. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from html import unescape
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from channels.posts import Post

PHOTO = "photo"
_MESSAGE = "div.tgme_widget_message[data-post]"
_WRAP = "a.tgme_widget_message_photo_wrap"
_BACKGROUND = re.compile(r"background-image\s*:\s*url\(\s*(['\"]?)(.{1,2048}?)\1\s*\)", re.I)
_NUMBER = re.compile(r"/(\d{1,18})g?$")
#: How files begin: PNG (specification, 5.2), JPEG (ISO 10918-1, B.1.1.3), WebP (a RIFF container).
_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"


class Unwanted(StrEnum):
    """Why a post's image is not taken."""

    NO_PHOTO = "post without photo"
    SERVICE = "service post"
    RESTRICTED = "never: the child-abuse lexicon matches"
    BELOW = "post below the review threshold"


@dataclass(frozen=True, slots=True)
class ImageRules:
    """Images of at most ``max_bytes`` are taken of posts whose first-stage score is at least
    ``threshold``, no more than ``most`` of one post."""

    max_bytes: int
    threshold: float
    most: int = 10


@dataclass(frozen=True, slots=True)
class Word:
    """The first stage's word on a post: probability of selling, and whether the child-abuse
    lexicon matches."""

    selling: float
    restricted: bool


def why_not(post: Post, word: Word, rules: ImageRules) -> Unwanted | None:
    """Why no image of ``post`` is taken; None where it is."""
    if post.service:
        return Unwanted.SERVICE
    if PHOTO not in post.media:
        return Unwanted.NO_PHOTO
    if word.restricted:
        return Unwanted.RESTRICTED
    return Unwanted.BELOW if word.selling < rules.threshold else None


def kind_of(data: bytes) -> str:
    """The media type of an image, told by its first bytes; empty for what is none that is kept."""
    if data.startswith(_PNG):
        return "image/png"
    if data.startswith(_JPEG):
        return "image/jpeg"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return ""


def images_on(html: str, base: str) -> dict[int, tuple[str, ...]]:
    """The addresses of the images on a preview page, by the post's id; of an album all of them.

    Other media have pictures too (a video's first frame): only what is marked as a photo counts.
    """
    found: dict[int, tuple[str, ...]] = {}
    for message in LexborHTMLParser(html).css(_MESSAGE):
        number = _NUMBER.search(message.attributes.get("data-post") or "")
        urls = (_address(wrap.attributes.get("style"), base) for wrap in message.css(_WRAP))
        if number and (addresses := tuple(dict.fromkeys(url for url in urls if url))):
            found[int(number[1])] = addresses
    return found


def _address(style: str | None, base: str) -> str:
    background = _BACKGROUND.search(unescape(style or ""))
    if background is None:
        return ""
    try:
        url = urljoin(base, background[2].strip())
        return url if urlsplit(url).scheme in {"http", "https"} else ""
    except ValueError:
        return ""
