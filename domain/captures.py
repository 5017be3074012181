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


#: The first word of what was hidden in an answer about a group; of channels, too, something may be.
OF_A_GROUP = "group"


class Outcome(StrEnum):
    """How a fetch ended. Everything but OK is a reason that reaches the report."""

    OK = "ok"
    REDIRECT = "redirect"
    NOT_FOUND = "not_found"
    HTTP_ERROR = "http_error"
    FORBIDDEN = "forbidden"
    EMPTY = "empty"
    DEFAULT_PAGE = "default_page"
    CAPTCHA = "captcha"
    INTERSTITIAL = "interstitial"
    LOGIN_WALL = "login_wall"
    PARKED = "parked"
    SEIZED = "seized"
    BLOCKED_ON_THE_WAY = "blocked_on_the_way"
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
    PRIVATE = "private"
    RESTRICTED = "restricted"
    GROUP = "group"
    NO_CHANNEL = "no_channel"
    LAYOUT_CHANGED = "layout_changed"
    NOT_RENDERED = "not_rendered"
    FAILED = "failed"


#: Outcomes whose documents, where there are any, may be an obstacle's or an error's and no page of
#: the site: they are read and scored, and by themselves do not show that the site is there.
IN_DOUBT = frozenset(
    {
        Outcome.NOT_FOUND,
        Outcome.HTTP_ERROR,
        Outcome.FORBIDDEN,
        Outcome.THROTTLED,
        Outcome.DEFAULT_PAGE,
        Outcome.CAPTCHA,
        Outcome.INTERSTITIAL,
        Outcome.LOGIN_WALL,
        Outcome.PARKED,
        Outcome.SEIZED,
        Outcome.BLOCKED_ON_THE_WAY,
    }
)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One HTTP exchange as it goes into the WARC. Headers keep their order and repetitions.

    An answer of Telegram's API is one, too: ``method`` names the API's method, ``status`` is 200 or
    the error's number, and only the body, JSON, goes into the WARC.

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
    are in a capture of their own. ``again`` says that it was asked for a second time in the run,
    with a cookie that a circle of redirects had set: it too is a capture of its own; so is each
    ``turn`` of a run that asks for the same again and again. ``redacted`` says what was hidden in
    the body, by kind.
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
    again: bool = False
    redacted: str = ""
    turn: int = 0
