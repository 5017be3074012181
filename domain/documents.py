"""A document: text and structure extracted from a capture."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from domain.mirrors import Fingerprint


@dataclass(frozen=True, slots=True)
class Link:
    """One outgoing link: absolute URL as written (not canonical) and its anchor text."""

    url: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """Text and structure of one page, or of one post of a channel.

    ``part`` is empty for a page and the message id for a post; ``posted_at`` is set for posts,
    ``fingerprint`` for pages of sites.
    """

    title: str
    text: str
    lang: str = ""
    part: str = ""
    posted_at: datetime | None = None
    links: tuple[Link, ...] = field(default=())
    views: int | None = None
    forwarded_from: str = ""
    fingerprint: Fingerprint | None = None
