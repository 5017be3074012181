"""Cookies of one crawl (RFC 6265), in memory alone: each host's go to that host and no other.

Some sites show nothing without the cookie that their first answer sets. Nothing is kept beyond
the run, and nothing that a person would have to solve or sign in for is done to get one.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from time import time
from urllib.parse import urlsplit

from scrapy.http import Response

MOST_COOKIES, MOST_BYTES, MOST_HOSTS = 20, 4_096, 1_000
#: RFC 6265, 4.1.1: what a name is made of, and what no value holds.
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e ,\"\\]*")


@dataclass(frozen=True, slots=True)
class Cookie:
    """One cookie that a host has set. ``path`` begins with a slash."""

    name: str
    value: str
    path: str = "/"
    secure: bool = False

    def fits(self, path: str, *, secure: bool) -> bool:
        """Whether it goes with a request for ``path`` (RFC 6265, 5.1.4)."""
        if self.secure and not secure:
            return False
        below = path.startswith(self.path) and (
            self.path.endswith("/") or path[len(self.path) :][:1] in ("", "/")
        )
        return below


class Jar:
    """The cookies of all hosts of a crawl, those of each bounded in number and size.

    Host-only, whatever ``Domain`` says: two hosts never share one. The least recently used of too
    many hosts are forgotten.
    """

    def __init__(self, now: Callable[[], float] = time) -> None:
        self._hosts: OrderedDict[str, dict[tuple[str, str], Cookie]] = OrderedDict()
        self._stamps: dict[str, int] = {}
        self._changes = 0
        self._now = now

    def take(self, host: str, path: str, set_cookies: Iterable[str]) -> bool:
        """Take in the ``Set-Cookie`` headers of an answer to ``path``.

        Returns whether the host's next request differs by it.
        """
        before = dict(self._hosts.get(host, {}))
        for header in set_cookies:
            parsed = parse(header, host, path, self._now())
            if parsed is not None:
                self._set(host, *parsed)
        news = self._hosts.get(host, {}) != before
        if news:
            self._changes += 1
            self._stamps[host] = self._changes
        return news

    def stamp(self, host: str) -> int:
        """A number that rises whenever the cookies of ``host`` change; 0 while it has set none."""
        return self._stamps.get(host, 0)

    def header(self, host: str, path: str, *, secure: bool) -> str:
        """The ``Cookie`` header for a request; empty for none. Longer paths come first."""
        cookies = self._hosts.get(host)
        if not cookies:
            return ""
        self._hosts.move_to_end(host)
        fitting = [cookie for cookie in cookies.values() if cookie.fits(path, secure=secure)]
        fitting.sort(key=lambda cookie: -len(cookie.path))
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in fitting)

    def _set(self, host: str, cookie: Cookie, expired: bool) -> None:
        cookies = self._hosts.setdefault(host, {})
        key = (cookie.name, cookie.path)
        if expired:
            cookies.pop(key, None)
        elif key in cookies or len(cookies) < MOST_COOKIES:
            cookies[key] = cookie
        self._hosts.move_to_end(host)
        if len(self._hosts) > MOST_HOSTS:
            self._stamps.pop(self._hosts.popitem(last=False)[0], None)


def parse(header: str, host: str, path: str, now: float) -> tuple[Cookie, bool] | None:
    """The cookie of a ``Set-Cookie`` header, and whether it is taken back by it.

    None for what is none, is too large, or is meant for another host. ``now`` is Unix time.
    """
    if len(header) > MOST_BYTES:
        return None
    first, *rest = header.split(";")
    name, equals, value = first.partition("=")
    name, value = name.strip(), value.strip()
    if not equals or not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
        return None
    attributes = {
        key.strip().lower(): text.strip() for key, _, text in (part.partition("=") for part in rest)
    }
    domain = attributes.get("domain", "").lower().lstrip(".")
    if domain and host != domain and not host.endswith(f".{domain}"):
        return None
    given = attributes.get("path", "")
    where = given if given.startswith("/") else path.rpartition("/")[0] or "/"
    return Cookie(name, value, where, "secure" in attributes), _expired(attributes, now)


def _expired(attributes: dict[str, str], now: float) -> bool:
    age = attributes.get("max-age", "")
    if re.fullmatch(r"-?\d{1,12}", age):
        return int(age) <= 0
    try:
        return parsedate_to_datetime(attributes.get("expires", "")).timestamp() <= now
    except (ValueError, OverflowError):
        return False


def cookie_header(jar: Jar | None, url: str) -> dict[str, str]:
    """The header that a request for ``url`` gets from ``jar``, if any."""
    if jar is None:
        return {}
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    value = jar.header(parts.hostname or "", parts.path or "/", secure=secure)
    return {"Cookie": value} if value else {}


def take_cookies(jar: Jar | None, url: str, response: Response) -> bool:
    """Take in what the answer to ``url`` sets. Returns whether the next request differs."""
    if jar is None:
        return False
    parts = urlsplit(url)
    headers = [value.decode("latin-1") for value in response.headers.getlist("Set-Cookie")]
    return jar.take(parts.hostname or "", parts.path or "/", headers)


def stamp_of(jar: Jar | None, url: str) -> int:
    """The stamp of the cookies that go with a request for ``url``."""
    return 0 if jar is None else jar.stamp(urlsplit(url).hostname or "")
