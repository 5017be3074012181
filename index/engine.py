"""What a search engine takes in and gives back: one protocol, two engines behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from domain.errors import InputError

#: Rises with every change of schema or analysis: an index of another version must be rebuilt.
VERSION = 2
MAX_LIMIT = 1000
#: How deep a result can be paged. Elasticsearch's own limit (``index.max_result_window``).
MAX_WINDOW = 10_000
#: Dates beyond are moved here: tantivy counts nanoseconds in 64 bits (years 1677 to 2262).
EARLIEST, LATEST = datetime(1700, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
FACETS = ("state", "kind", "lang", "region", "substance", "role")


@dataclass(frozen=True, slots=True)
class Entry:
    """One page or post of a case. ``id`` names its place, so that a newer capture replaces it.

    ``score`` is the probability of drug selling; ``date`` carries its zone.
    """

    id: str
    case_id: int
    target: str
    kind: str
    state: str
    lang: str
    date: datetime
    url: str
    title: str
    text: str
    regions: tuple[str, ...] = ()
    substances: tuple[str, ...] = ()
    score: float = 0.0
    role: str = ""


def bounded(moment: datetime) -> datetime:
    """``moment``, or the nearest that every engine can hold."""
    return min(max(moment, EARLIEST), LATEST)


@dataclass(frozen=True, slots=True)
class Filters:
    """What hits must be besides matching: one of each list that is not empty.

    ``since`` is the first moment that counts, ``until`` the first that no longer does.
    """

    states: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    langs: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    substances: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None

    def lists(self) -> dict[str, tuple[str, ...]]:
        """The wanted values by facet; facets without a wish are left out."""
        wanted = (
            *(self.states, self.kinds, self.langs, self.regions, self.substances),
            self.roles,
        )
        return {name: values for name, values in zip(FACETS, wanted, strict=True) if values}


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for (see ``index.queries`` for the language); empty text matches everything.

    Nothing of the cases in ``hidden`` matches. Raises InputError when the page asked for is out of
    bounds.
    """

    text: str = ""
    filters: Filters = field(default_factory=Filters)
    limit: int = 20
    offset: int = 0
    hidden: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MAX_LIMIT:
            raise InputError(f"search: a limit is 1 to {MAX_LIMIT}, not {self.limit}")
        if not 0 <= self.offset <= MAX_WINDOW - self.limit:
            raise InputError(f"search: only the first {MAX_WINDOW} hits can be paged through")


Mark = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of an excerpt, plain text; ``marked`` where it matches the query."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that matches. Marks are (start, end) in the entry's own text and title."""

    entry: Entry
    relevance: float
    marks: tuple[Mark, ...]
    title_marks: tuple[Mark, ...]
    excerpt: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """``total`` is the number of all matches; ``facets`` count them by value, most first."""

    hits: tuple[Hit, ...]
    total: int
    facets: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the engine can be read and written (by another process now, maybe), or why not."""

    ok: bool
    detail: str

    def __bool__(self) -> bool:
        return self.ok


def too_many(total: int) -> InputError:
    """What is said of a query that matches more than can be gone through."""
    return InputError(f"search: {total} pages match; no more than {MAX_WINDOW} can be gone through")


class Engine(Protocol):
    """A full-text index. Every method but ``healthy`` raises IndexingError when it fails."""

    @property
    def generation(self) -> str:
        """The name of this very index; one that is made anew has another."""

    def put(self, entries: Iterable[Entry]) -> int:
        """Add entries, or replace those of the same id. Durable on return; gives their number."""

    def delete(self, ids: Iterable[str]) -> None:
        """Remove entries; ids that are not there are no error. Durable on return."""

    def search(self, query: Query) -> Page:
        """The best matches first (the newest, when the text is empty).

        Raises InputError, naming the query, when it cannot be understood.
        """

    def matches(self, query: Query) -> Mapping[str, int]:
        """Every match, without its text: ids of entries, and the case of each. Limit and offset of
        the query do not count.

        Raises InputError when it cannot be understood, or more than MAX_WINDOW match.
        """

    def count(self) -> int:
        """How many entries there are."""

    def healthy(self) -> Health:
        """Whether it can be read and written now. Never raises."""

    def close(self) -> None:
        """Let go of files and connections."""
