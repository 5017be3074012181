"""Who is meant: usernames, invite links and private links inside Telegram addresses."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from urllib.parse import parse_qs, urlsplit

from domain.errors import KeyFormatError
from domain.targets import telegram_username

_HOSTS = ("t.me", "telegram.me", "telegram.dog")
_INVITE_PATHS = frozenset({"joinchat", "addlist", "+"})
#: Pages of Telegram's own under t.me that name nobody.
_OWN_PATHS = frozenset(
    {
        "addemoji",
        "addstickers",
        "addtheme",
        "bg",
        "boost",
        "confirmphone",
        "contact",
        "giftcode",
        "invoice",
        "iv",
        "login",
        "msg",
        "proxy",
        "setlanguage",
        "share",
        "socks",
    }
)
_LONGEST = 2048
#: A channel names the same channels from post to post.
_REMEMBERED = 1024


class Pointer(StrEnum):
    """What a Telegram address leads to."""

    NAME = "name"
    INVITE = "invite"
    PRIVATE = "private"
    OWN_PAGE = "own page"
    NOT_TELEGRAM = "not telegram"


@dataclass(frozen=True, slots=True)
class Pointed:
    """``username`` (lower case) is set for ``Pointer.NAME`` alone."""

    kind: Pointer
    username: str = ""


@lru_cache(maxsize=_REMEMBERED)
def where_to(url: str) -> Pointed:
    """What ``url`` leads to; ``t.me/…``, ``name.t.me`` and ``tg://`` are known. Never raises."""
    if len(url) > _LONGEST:
        return Pointed(Pointer.NOT_TELEGRAM)
    try:
        parts = urlsplit(url.strip() if "//" in url else f"https://{url.strip()}")
        host = (parts.hostname or "").lower().removeprefix("www.")
        query = parse_qs(parts.query)
    except ValueError:
        return Pointed(Pointer.NOT_TELEGRAM)
    if parts.scheme == "tg":
        return _from_scheme(host, query)
    for known in _HOSTS:
        if host == known:
            return _from_path([part for part in parts.path.split("/") if part])
        if host.endswith(f".{known}"):
            return _named(host.removesuffix(f".{known}"))
    return Pointed(Pointer.NOT_TELEGRAM)


def _from_scheme(action: str, query: dict[str, list[str]]) -> Pointed:
    if action == "resolve" and query.get("domain"):
        return _named(query["domain"][0])
    if action in {"join", "addlist"}:
        return Pointed(Pointer.INVITE)
    if action == "privatepost":
        return Pointed(Pointer.PRIVATE)
    return Pointed(Pointer.OWN_PAGE)


def _from_path(segments: list[str]) -> Pointed:
    if segments[:1] == ["s"]:
        segments = segments[1:]
    first = segments[0] if segments else ""
    if first.startswith("+") or first.lower() in _INVITE_PATHS:
        return Pointed(Pointer.INVITE)
    if first == "c":
        return Pointed(Pointer.PRIVATE)
    return _named(first)


def _named(text: str) -> Pointed:
    try:
        username = telegram_username(f"@{text.removeprefix('@')}")
    except KeyFormatError:
        return Pointed(Pointer.OWN_PAGE)
    return Pointed(Pointer.OWN_PAGE if username in _OWN_PATHS else Pointer.NAME, username)


def username_in(url: str) -> str:
    """The username that a Telegram address leads to, empty for any other address."""
    pointed = where_to(url)
    return pointed.username if pointed.kind is Pointer.NAME else ""


def invite_hash(url: str) -> str:
    """The hash in an invite link, empty for any other address."""
    if where_to(url).kind is not Pointer.INVITE:
        return ""
    parts = urlsplit(url.strip() if "//" in url else f"https://{url.strip()}")
    if parts.scheme == "tg":
        query = parse_qs(parts.query)
        return next((query[name][0] for name in ("invite", "slug") if query.get(name)), "")
    return parts.path.rstrip("/").rpartition("/")[2].lstrip("+")


def is_bot(username: str) -> bool:
    """Whether a username is a bot's: Telegram keeps names that end in ``bot`` for them."""
    return username.lower().endswith("bot")
