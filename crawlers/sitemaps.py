"""What sitemaps and robots.txt name: pages and further sitemaps. Pure and bounded.

Sources: the sitemaps protocol 0.9 (sitemaps.org) and RFC 9309 for robots.txt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree  # type: ignore[import-untyped]

from net.decoding import BoundedBody

_CHUNK = 16_384
_LONGEST = 2_048
_GZIP_MAGIC = b"\x1f\x8b"
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
_SITEMAP_LINE = re.compile(r"^\s*sitemap\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_DISALLOW_LINE = re.compile(r"^\s*disallow\s*:\s*(/[^\s#]+)", re.IGNORECASE | re.MULTILINE)
#: What does something when it is asked for, or is no business of a reader.
_NOT_TRIED = re.compile(
    r"admin|log-?(in|out|on)|sign-?(in|out|up)|regist|account|profile|user|cart|basket|checkout"
    r"|order|pay|wp-|cgi|api\b|ajax|search|add|del|remov|edit|vote|print|feed|[*$?]",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Sitemap:
    """Addresses as written: of pages, and of further sitemaps. ``beyond`` counts those over the
    bound; ``problem`` says what ended the reading early or why it is none."""

    pages: list[str] = field(default_factory=list)
    sitemaps: list[str] = field(default_factory=list)
    beyond: int = 0
    problem: str = ""


def unpacked_file(url: str, body: bytes, max_bytes: int) -> bytes:
    """The file at ``url``, which may be gzip. Raises TransportError for bombs (see BoundedBody)."""
    if not body.startswith(_GZIP_MAGIC):
        return body
    bounded = BoundedBody(url, "gzip", max_bytes)
    for at in range(0, len(body), 1_024):
        bounded.add(body[at : at + 1_024])
    return bounded.content()


def parse_sitemap(body: bytes, *, most: int) -> Sitemap:
    """Read a sitemap or an index of such, as XML or as plain lines; ``most`` addresses at the most.

    Entities are not expanded and nothing is loaded from elsewhere. Never raises.
    """
    found = Sitemap()
    if not body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        for line in body.decode("utf-8", "replace").splitlines():
            if address := _ADDRESS.fullmatch(line.strip()):
                _take(found, found.pages, address[0], most)
    else:
        _read_xml(body, found, most)
    if not (found.pages or found.sitemaps or found.problem):
        found.problem = "no sitemap where one was looked for"
    return found


def _read_xml(body: bytes, found: Sitemap, most: int) -> None:
    reader = _Reader(found, most)
    parser = etree.XMLParser(
        target=reader,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=True,
    )
    try:
        for at in range(0, len(body), _CHUNK):
            parser.feed(body[at : at + _CHUNK])
        parser.close()
    except etree.XMLSyntaxError as error:
        found.problem = f"broken sitemap: {error}"[:200]


def _take(found: Sitemap, into: list[str], address: str, most: int) -> None:
    if len(found.pages) + len(found.sitemaps) >= most:
        found.beyond += 1
    elif address and len(address) <= _LONGEST:
        into.append(address)


class _Reader:
    """Target of the parser: the text of each ``loc`` right below ``url`` or ``sitemap``."""

    def __init__(self, found: Sitemap, most: int) -> None:
        self._found, self._most = found, most
        self._parents: list[str] = []
        self._text: list[str] | None = None

    def start(self, tag: str, attributes: object) -> None:
        name = tag.rpartition("}")[2].lower()
        if name == "loc" and self._parents[-1:] in (["url"], ["sitemap"]):
            self._text = []
        self._parents.append(name)

    def data(self, text: str) -> None:
        if self._text is not None and len(self._text) < _LONGEST:
            self._text.append(text)

    def end(self, tag: str) -> None:
        if self._parents:
            self._parents.pop()
        if self._text is None:
            return
        address, self._text = "".join(self._text).strip(), None
        into = self._found.sitemaps if self._parents[-1:] == ["sitemap"] else self._found.pages
        _take(self._found, into, address, self._most)

    def comment(self, text: str) -> None:
        """Comments say nothing."""

    def close(self) -> None:
        """Everything stands in the object."""


def sitemaps_of(robots: str) -> list[str]:
    """The sitemaps that a robots.txt names, each once."""
    return list(dict.fromkeys(match[1] for match in _SITEMAP_LINE.finditer(robots)))


def disallowed_paths(robots: str) -> Iterator[str]:
    """Paths that a robots.txt asks to leave out, each once, as far as they are plain and asking
    for them does nothing."""
    seen: set[str] = set()
    for match in _DISALLOW_LINE.finditer(robots):
        path = match[1]
        if path not in seen and path != "/" and not _NOT_TRIED.search(path):
            seen.add(path)
            yield path
