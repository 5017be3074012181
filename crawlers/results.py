"""Result pages of search engines: what they link through themselves, and which page is next."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from domain.names_in_text import onions_in

#: Query parameters in which engines count pages or results.
_COUNTERS = frozenset(
    {"p", "page", "pg", "pn", "pageno", "start", "offset", "first", "from", "s", "skip", "b"}
)
_NEXT = re.compile(
    r"^\W*(next|next page|older|more results|далее|дальше|вперёд|вперед|следующая( страница)?"
    r"|ещё|еще|показать ещё|келесі( бет)?|алға)\W*$|^\s*[›»→>]+\s*$",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)


def behind(url: str) -> Iterator[str]:
    """The addresses that a link through the engine leads to: ``/redirect?url=http://…``, also an
    onion without its scheme."""
    for _, value in parse_qsl(urlsplit(url).query):
        if _ADDRESS.match(value):
            yield value
        elif ".onion" in value:
            yield from (f"http://{name}/" for name in onions_in(value))


def next_page(url: str, links: Iterable[tuple[str, str]]) -> str | None:
    """Which of ``links`` (canonical URL and text), on the result page ``url``, is the next page.

    It differs from ``url`` in a counter alone, the smallest that is larger; or it is the first
    whose text says so. None where there is none.
    """
    here, best = _counted(url), None
    named: str | None = None
    for link, text in links:
        if link == url:
            continue
        there = _counted(link)
        if there.query == here.query and there.counter > here.counter:
            if best is None or there.counter < best[0]:
                best = (there.counter, link)
        elif named is None and _NEXT.match(text) and there.place == here.place:
            named = link
    return best[1] if best else named


@dataclass(frozen=True, slots=True)
class _Counted:
    """A URL taken apart: scheme and host, what it asks for but for the counter, the counter."""

    place: tuple[str, str]
    query: tuple[object, ...]
    counter: int


def _counted(url: str) -> _Counted:
    parts = urlsplit(url)
    place = (parts.scheme, parts.netloc)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    counters = [int(value) for name, value in pairs if _is_counter(name, value)]
    kept = sorted(pair for pair in pairs if not _is_counter(*pair))
    return _Counted(place, (*place, parts.path, *kept), max(counters, default=0))


def _is_counter(name: str, value: str) -> bool:
    number = value.isascii() and value.isdecimal() and len(value) <= 9
    return number and name.lower() in _COUNTERS
