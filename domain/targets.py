"""Targets and their canonical keys: what can be watched and blocked.

A key is ``kind:value``. Hosts are lower-case punycode without a trailing dot (IDNA 2008 with the
UTS 46 mapping), URLs are canonicalised by w3lib, onions are checked (see ``onion``), Telegram
channels are known by numeric id once it is known and by username before.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

import idna
from w3lib.url import canonicalize_url

from domain.errors import KeyFormatError
from domain.onion import LABEL_LENGTH, is_onion, is_valid_onion_v3

USERNAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{3,31}")
_TELEGRAM_HOSTS = frozenset({"t.me", "telegram.me", "telegram.dog"})
_TELEGRAM_NOT_NAMES = frozenset(
    {"joinchat", "addstickers", "share", "proxy", "socks", "login", "iv", "setlanguage", "addlist"}
)
_INVITES = frozenset({"joinchat", "addlist"})
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_MAX_HOST = 253
_MAX_URL = 2048


class TargetKind(StrEnum):
    """What a target is."""

    URL = "url"
    HOST = "host"
    ONION = "onion"
    TELEGRAM = "telegram"


@dataclass(frozen=True, slots=True, order=True)
class TargetKey:
    """The identity of a target. Build it with the functions below, which check the value."""

    kind: TargetKind
    value: str

    def __str__(self) -> str:
        return f"{self.kind.value}:{self.value}"


def canonical_host(host: str) -> str:
    """``host`` as lower-case punycode without a trailing dot.

    Raises KeyFormatError for anything that is no host name: empty or over-long labels, control
    characters, wildcards, IP literals in brackets and so on. IPv4 addresses pass as they are.
    """
    text = host.strip().removesuffix(".")
    if not text:
        raise KeyFormatError(f"host name is empty: {host!r}")
    try:
        encoded = idna.encode(text, uts46=True).decode().lower()
    except idna.IDNAError:
        encoded = text.lower()
    if len(encoded) > _MAX_HOST or not encoded.isascii():
        raise KeyFormatError(f"not a host name: {host!r}")
    for label in encoded.split("."):
        if not _LABEL.fullmatch(label):
            raise KeyFormatError(f"not a host name: {host!r} (label {label!r})")
    return encoded


def unicode_host(host: str) -> str:
    """A canonical host for people: punycode labels decoded where that is possible."""
    try:
        return idna.decode(host)
    except idna.IDNAError:
        return host


def canonical_onion(host: str) -> str:
    """The ``label.onion`` of a v3 address; subdomains are dropped, the checksum is verified."""
    text = host.strip().lower().removesuffix(".")
    if not is_valid_onion_v3(text):
        length = len(text.removesuffix(".onion").rpartition(".")[2])
        why = "wrong checksum" if length == LABEL_LENGTH else f"{length} characters, v3 has 56"
        raise KeyFormatError(f"not a valid v3 onion address: {host!r} ({why})")
    return ".".join(text.split(".")[-2:])


def canonical_url(url: str) -> str:
    """``url`` normalised: scheme and host in lower case, default port, fragment and order fixed.

    Raises KeyFormatError for anything but http(s), for credentials, and for a host that is none.
    """
    text = url.strip()
    if len(text) > _MAX_URL:
        raise KeyFormatError(f"URL of {len(text)} characters, at most {_MAX_URL}: {text[:80]!r}…")
    if any(ord(char) < 33 or 0xD800 <= ord(char) <= 0xDFFF for char in text):
        raise KeyFormatError(f"URL with a blank or control character: {url!r}")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise KeyFormatError(f"not a URL: {url!r} ({error})") from error
    scheme = parts.scheme.lower()
    if scheme not in {"http", "https"}:
        raise KeyFormatError(f"only http and https URLs are watched: {url!r}")
    if parts.username is not None or parts.password is not None:
        raise KeyFormatError(f"URL with credentials: {url!r}")
    if not parts.hostname:
        raise KeyFormatError(f"URL without a host: {url!r}")
    host = _url_host(parts.hostname)
    if port is not None and port != (443 if scheme == "https" else 80):
        host = f"{host}:{port}"
    query = f"?{parts.query}" if parts.query else ""
    return str(canonicalize_url(f"{scheme}://{host}{parts.path or '/'}{query}"))


def _url_host(host: str) -> str:
    if ":" in host:
        try:
            return f"[{ipaddress.IPv6Address(host)}]"
        except ValueError as error:
            raise KeyFormatError(f"not an IPv6 address: {host!r}") from error
    if is_onion(host):
        canonical_onion(host)
    return canonical_host(host)


def host_of(url: str) -> str:
    """The host of a canonical URL, without port."""
    return urlsplit(url).hostname or ""


def telegram_username(name: str) -> str:
    """The username in ``name`` (``name``, ``@name`` or a t.me link), in lower case.

    Raises KeyFormatError for what is no username; invite links (``t.me/+…``) have none.
    """
    text = name.strip()
    if "/" in text:
        try:
            parts = urlsplit(text if "//" in text else f"https://{text}")
        except ValueError as error:
            raise KeyFormatError(f"not a Telegram link: {name!r} ({error})") from error
        if (parts.hostname or "") not in _TELEGRAM_HOSTS:
            raise KeyFormatError(f"not a Telegram link: {name!r}")
        segments = [segment for segment in parts.path.split("/") if segment]
        if segments[:1] == ["s"]:
            segments = segments[1:]
        text = segments[0] if segments else ""
        if text.startswith("+") or text.lower() in _INVITES:
            raise KeyFormatError(f"an invite link; private chats are never joined: {name!r}")
    text = text.removeprefix("@")
    if not USERNAME.fullmatch(text) or text.lower() in _TELEGRAM_NOT_NAMES:
        raise KeyFormatError(f"not a Telegram username: {name!r}")
    return text.lower()


def is_telegram_link(url: str) -> bool:
    """Whether ``url`` points into Telegram (t.me and its other names)."""
    try:
        return (urlsplit(url).hostname or "").lower() in _TELEGRAM_HOSTS
    except ValueError:  # no URL at all
        return False


def telegram_key(username: str = "", numeric_id: int | None = None) -> TargetKey:
    """The key of a channel: by numeric id when given, by username otherwise."""
    if numeric_id is not None:
        return TargetKey(TargetKind.TELEGRAM, str(int(numeric_id)))
    return TargetKey(TargetKind.TELEGRAM, f"@{telegram_username(username)}")


def url_key(url: str) -> TargetKey:
    """The key of one exact URL."""
    return TargetKey(TargetKind.URL, canonical_url(url))


def site_key(url: str) -> TargetKey:
    """The key of the site that ``url`` belongs to: its host, or its onion."""
    host = host_of(canonical_url(url))
    if is_onion(host):
        return TargetKey(TargetKind.ONION, canonical_onion(host))
    return TargetKey(TargetKind.HOST, host)


def parse_key(text: str) -> TargetKey:
    """The inverse of ``str(key)``; the value is checked again. Raises KeyFormatError."""
    kind, _, value = text.partition(":")
    match kind:
        case TargetKind.URL:
            return url_key(value)
        case TargetKind.HOST:
            return TargetKey(TargetKind.HOST, canonical_host(value))
        case TargetKind.ONION:
            return TargetKey(TargetKind.ONION, canonical_onion(value))
        case TargetKind.TELEGRAM if value.startswith("@"):
            return telegram_key(value)
        case TargetKind.TELEGRAM if value.isdecimal():
            return telegram_key(numeric_id=int(value))
    raise KeyFormatError(f"not a target key: {text!r}")
