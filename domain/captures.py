"""A capture: one fetch, what came back, through which egress, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.candidates import Candidate
from domain.documents import Document
from domain.targets import TargetKey


class Egress(StrEnum):
    """The way out that a fetch took."""

    DIRECT = "direct"
    TOR = "tor"
    PROXY = "proxy"
    TELEGRAM = "telegram"
    PREVIEW = "preview"


class Outcome(StrEnum):
    """How a fetch ended. Everything but OK is a reason that reaches the report."""

    OK = "ok"
    REDIRECT = "redirect"
    NOT_FOUND = "not_found"
    HTTP_ERROR = "http_error"
    EMPTY = "empty"
    DEFAULT_PAGE = "default_page"
    CAPTCHA = "captcha"
    INTERSTITIAL = "interstitial"
    LOGIN_WALL = "login_wall"
    PARKED = "parked"
    SEIZED = "seized"
    NOT_TEXT = "not_text"
    NO_ICON = "no_icon"
    TOO_LARGE = "too_large"
    BOMB = "bomb"
    HEADER_FLOOD = "header_flood"
    TRUNCATED = "truncated"
    UNDECODABLE = "undecodable"
    TIMEOUT = "timeout"
    CONNECTION = "connection"
    DNS = "dns"
    TOR_DOWN = "tor_down"
    ONION_DOWN = "onion_down"
    ADDRESS_REFUSED = "address_refused"
    THROTTLED = "throttled"
    NO_PREVIEW = "no_preview"
    NO_SUCH_NAME = "no_such_name"
    LAYOUT_CHANGED = "layout_changed"
    NOT_RENDERED = "not_rendered"
    FAILED = "failed"


#: Outcomes whose pages say something of the site itself and are stored as evidence.
ANSWERED = frozenset(
    {
        Outcome.OK,
        Outcome.REDIRECT,
        Outcome.NOT_FOUND,
        Outcome.HTTP_ERROR,
        Outcome.EMPTY,
        Outcome.DEFAULT_PAGE,
        Outcome.CAPTCHA,
        Outcome.INTERSTITIAL,
        Outcome.LOGIN_WALL,
        Outcome.PARKED,
        Outcome.SEIZED,
        Outcome.TRUNCATED,
        Outcome.UNDECODABLE,
    }
)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One HTTP exchange as it goes into the WARC. Headers keep their order and repetitions.

    ``body`` is what the server meant (content coding undone); it is empty where the body was
    not text, too large, or never came. ``address`` is the server's, empty where a proxy or Tor
    keeps it from us.
    """

    url: str
    method: str
    request_headers: tuple[tuple[str, str], ...]
    status: int
    reason: str
    response_headers: tuple[tuple[str, str], ...]
    body: bytes
    address: str = ""


@dataclass(frozen=True, slots=True)
class CaptureRecord:
    """What a crawler hands to the record for one fetch: bytes, outcome, and what was found.

    ``site`` is the target that the URL belongs to; ``exchange`` is None where nothing came back.
    ``attempts`` is how many requests this capture took (retries included). ``rendered`` says that
    a browser ran the page's scripts: the body is then the finished page, and the bytes that came
    are in a capture of their own. ``redacted`` says what was hidden in the body, by kind.
    """

    site: TargetKey
    url: str
    fetched_at: datetime
    egress: Egress
    outcome: Outcome
    exchange: Exchange | None = None
    detail: str = ""
    depth: int = 0
    attempts: int = 1
    documents: tuple[Document, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    rendered: bool = False
    redacted: str = ""
