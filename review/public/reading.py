"""Links as strangers write them: which target each names, or why it names none. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from domain.errors import AddressRefused, InputError
from domain.onion import is_onion
from domain.platforms import Platforms
from domain.targets import TargetKey, TargetKind, canonical_url, host_of
from domain.tips import read_target, target_of
from net.addresses import check_address

_LONGEST = 2_048
_SHOWN = 120
_BETWEEN = re.compile(r"[\s,;]+")
#: Names that no public server has (RFC 6761, RFC 6762, RFC 8375, and what routers make up).
_INSIDE = frozenset({"localhost", "local", "internal", "intranet", "lan", "home", "corp", "arpa"})
_NUMBER = re.compile(r"0x[0-9a-f]*|\d+", re.IGNORECASE)


class Wrong(StrEnum):
    """Why a link cannot be taken."""

    UNREADABLE = "unreadable"
    INSIDE = "inside"
    INVITE = "invite"
    LONG = "long"


class UnreadableLink(InputError):
    """A link that names no target of the internet; ``reason`` says why."""

    def __init__(self, reason: Wrong, text: str) -> None:
        super().__init__(f"{reason}: {text[:_SHOWN]!r}")
        self.reason, self.text = reason, text[:_SHOWN]


@dataclass(frozen=True, slots=True)
class Link:
    """A target and the address that it is entered at."""

    target: TargetKey
    url: str


@dataclass(frozen=True, slots=True)
class Links:
    """What stood in a text: targets, each once, and what names none."""

    links: tuple[Link, ...]
    wrong: tuple[UnreadableLink, ...]


def read_links(text: str, platforms: Platforms) -> Links:
    """The links in ``text``: one a line, or several with blanks or commas between them."""
    found: dict[TargetKey, Link] = {}
    wrong: list[UnreadableLink] = []
    for line in text.splitlines():
        if not line.strip():
            continue
        for one in _on_line(line.strip(), platforms):
            if isinstance(one, UnreadableLink):
                wrong.append(one)
            else:
                found.setdefault(one.target, one)
    return Links(tuple(found.values()), tuple(wrong))


def read_link(text: str, platforms: Platforms) -> Link:
    """The one link in ``text``. Raises UnreadableLink."""
    if len(text) > _LONGEST:
        raise UnreadableLink(Wrong.LONG, text)
    if text.startswith("="):
        raise UnreadableLink(Wrong.UNREADABLE, text)
    try:
        target, url = _read(text, platforms)
    except InputError as error:
        invite = "invite link" in str(error)
        raise UnreadableLink(Wrong.INVITE if invite else Wrong.UNREADABLE, text) from error
    host = host_of(url) if url else ""
    if target.kind is not TargetKind.TELEGRAM and not is_onion(host):
        _check_outside(host, text)
    return Link(target, url)


def _read(text: str, platforms: Platforms) -> tuple[TargetKey, str]:
    """What a browser would open goes before what somebody may have meant: a name with letters of
    two scripts is not taken for the one that it imitates."""
    if text.startswith("@"):
        return read_target("channel", text, platforms)
    try:
        url = canonical_url(text if "://" in text else f"http://{text}")
    except InputError:
        return read_target("url", text, platforms)
    return target_of(url, platforms)


def _on_line(line: str, platforms: Platforms) -> Iterator[Link | UnreadableLink]:
    """A line is one link, or several; a name in words (``shop dot com``) has blanks itself."""
    whole = _tried(line, platforms)
    parts = [part for part in _BETWEEN.split(line) if part]
    each = [_tried(part, platforms) for part in parts]
    if len(parts) == 1 or all(isinstance(one, UnreadableLink) for one in each):
        yield whole
    else:
        yield from each


def _tried(text: str, platforms: Platforms) -> Link | UnreadableLink:
    try:
        return read_link(text, platforms)
    except UnreadableLink as error:
        return error


def _check_outside(host: str, text: str) -> None:
    """Raise UnreadableLink for what is no host of the internet: private addresses in any way of
    writing them, names of a network's own."""
    last = host.rpartition(".")[2]
    if last in _INSIDE:
        raise UnreadableLink(Wrong.INSIDE, text)
    if ":" not in host and not _NUMBER.fullmatch(last):
        return
    try:
        check_address(host, host)
    except (ValueError, AddressRefused) as error:  # 0x7f.1 and 0177.1 are addresses to browsers
        raise UnreadableLink(Wrong.INSIDE, text) from error
