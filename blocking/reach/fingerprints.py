"""Block pages that are known, and DNS answers that mean a block. Pure."""

from __future__ import annotations

import ipaddress
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from domain.digests import sha256_hex
from domain.errors import InputError

_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_KEYS = frozenset(
    {"name", "vantages", "status", "header", "redirect_host", "text", "sha256", "dns"}
)
_SHORTEST_TEXT = 12

Headers = Iterable[tuple[str, str]]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A page or a DNS answer that means a block; everything that it names must fit.

    ``header`` is a name and a part of its value, ``redirect_host`` the host of ``Location`` (or
    one below it), ``text`` a part of the normalised body, ``sha256`` its digest. ``dns`` are the
    networks of sinkholes; where it is alone, an answer within them is enough. It is known at
    ``vantages``, at all where there are none.
    """

    name: str
    vantages: frozenset[str] = frozenset()
    status: int = 0
    header: tuple[str, str] | None = None
    redirect_host: str = ""
    text: str = ""
    sha256: str = ""
    dns: tuple[Network, ...] = ()

    @property
    def of_page(self) -> bool:
        return bool(self.header or self.redirect_host or self.text or self.sha256)

    def fits_dns(self, addresses: Iterable[str]) -> bool:
        found = [ipaddress.ip_address(one) for one in addresses]
        return any(one in net for one in found for net in self.dns if one.version == net.version)

    def fits_page(
        self, status: int, headers: Headers, body: bytes, addresses: Iterable[str]
    ) -> bool:
        rows = [(name.lower(), value) for name, value in headers]
        text = normalised(body)
        return (
            self.of_page
            and (not self.status or self.status == status)
            and (self.header is None or _has(rows, *self.header))
            and (not self.redirect_host or _leads_to(rows, self.redirect_host))
            and (not self.text or self.text in text)
            and (not self.sha256 or self.sha256 == sha256_hex(text.encode()))
            and (not self.dns or self.fits_dns(addresses))
        )


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """All that are known."""

    rows: tuple[Fingerprint, ...] = ()

    def of_dns(self, vantage: str, addresses: Iterable[str]) -> str:
        """The name of the sinkhole that an answer leads to, "" for none."""
        known = [*addresses]
        return next(
            (
                one.name
                for one in self._at(vantage)
                if not one.of_page and one.dns and one.fits_dns(known)
            ),
            "",
        )

    def of_page(
        self, vantage: str, status: int, headers: Headers, body: bytes, addresses: Iterable[str]
    ) -> str:
        """The name of the block page that an HTTP answer is, "" for none."""
        rows, known = [*headers], [*addresses]
        fitting = (one for one in self._at(vantage) if one.fits_page(status, rows, body, known))
        return next((one.name for one in fitting), "")

    def _at(self, vantage: str) -> Iterable[Fingerprint]:
        return (one for one in self.rows if not one.vantages or vantage in one.vantages)


def normalised(body: bytes) -> str:
    """A body as text, in lower case, with single blanks: what a fingerprint is compared with."""
    return " ".join(body.decode("utf-8", "replace").lower().split())


def parse_fingerprints(data: bytes, where: str) -> Fingerprints:
    """Read a file of ``[[fingerprint]]`` tables (see docs/verification.md).

    Raises InputError that names ``where`` and the table for what cannot be read or could fit any
    page: one without a trait, a status alone, a text under 12 characters.
    """
    try:
        table = tomllib.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{where}: {error}") from error
    rows = table.get("fingerprint", [])
    if set(table) - {"fingerprint"} or not isinstance(rows, list):
        raise InputError(f"{where}: holds [[fingerprint]] tables and nothing else")
    return Fingerprints(
        tuple(_parsed(row, f"{where}: fingerprint {n}") for n, row in enumerate(rows, 1))
    )


def _parsed(row: Any, where: str) -> Fingerprint:
    if not isinstance(row, dict) or not _text(row, "name", where):
        raise InputError(f"{where}: needs a name")
    if unknown := sorted(set(row) - _KEYS):
        raise InputError(f"{where}: there is no key {unknown[0]!r}")
    status = row.get("status", 0)
    if type(status) is not int or not (status == 0 or 100 <= status <= 599):
        raise InputError(f"{where}: status is a number from 100 to 599")
    text = " ".join(_text(row, "text", where).lower().split())
    if text and len(text) < _SHORTEST_TEXT:
        raise InputError(f"{where}: text has at least {_SHORTEST_TEXT} characters")
    sha256 = _text(row, "sha256", where).lower()
    if sha256 and not _SHA256.match(sha256):
        raise InputError(f"{where}: sha256 has 64 hex digits")
    found = Fingerprint(
        name=_text(row, "name", where),
        vantages=frozenset(_texts(row, "vantages", where)),
        status=status,
        header=_header(row, where),
        redirect_host=_text(row, "redirect_host", where).lower().removesuffix("."),
        text=text,
        sha256=sha256,
        dns=tuple(_network(one, where) for one in _texts(row, "dns", where)),
    )
    if not (found.of_page or found.dns):
        raise InputError(f"{where}: would fit any page; name header, text, sha256 or dns")
    return found


def _text(row: Mapping[str, Any], key: str, where: str) -> str:
    value = row.get(key, "")
    if not isinstance(value, str) or len(value) > 500:
        raise InputError(f"{where}: {key} is a text of up to 500 characters")
    return value.strip()


def _texts(row: Mapping[str, Any], key: str, where: str) -> list[str]:
    value = row.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise InputError(f"{where}: {key} is a list of texts")
    return value


def _header(row: Mapping[str, Any], where: str) -> tuple[str, str] | None:
    name, colon, value = _text(row, "header", where).partition(":")
    if not name:
        return None
    if not colon or not value.strip():
        raise InputError(f"{where}: header is written `Name: part of its value`")
    return name.strip().lower(), value.strip()


def _network(text: str, where: str) -> Network:
    try:
        return ipaddress.ip_network(text)
    except ValueError as error:
        raise InputError(f"{where}: dns holds addresses or networks: {error}") from error


def _has(rows: Iterable[tuple[str, str]], name: str, part: str) -> bool:
    return any(key == name and part.lower() in value.lower() for key, value in rows)


def _leads_to(rows: Iterable[tuple[str, str]], host: str) -> bool:
    for key, value in rows:
        if key == "location":
            found = host_of_location(value)
            return found == host or found.endswith(f".{host}")
    return False


def host_of_location(value: str) -> str:
    """The host of a ``Location``, "" for one within the same site or for what is no URL."""
    try:
        return (urlsplit(value).hostname or "").removesuffix(".")
    except ValueError:
        return ""
