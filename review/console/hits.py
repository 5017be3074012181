"""Hits and facets as a page shows them. Collected text is cut at its marks first and made printable
after that, since what is made visible moves what stands behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from domain.defang import defang, printable
from index.engine import FACETS, Hit, Mark, Segment
from review.searches import Search
from review.vocabulary import called

_VALUES_SHOWN = 12
_LONGEST_TITLE = 300
_TITLES: Mapping[str, Any] = {
    "state": _("State"),
    "kind": _("Kind"),
    "lang": _("Language"),
    "region": _("Region"),
    "substance": _("Substance"),
    "role": _("Role"),
}
_TABLES = {**{name: name for name in _TITLES}, "lang": "language"}


@dataclass(frozen=True, slots=True)
class HitLine:
    """One hit: its case, and pieces of title and text, marked where they match."""

    case_id: int
    state: str
    kind: str
    lang: str
    role: str
    score: float
    date: datetime
    url: str
    title: tuple[Segment, ...]
    excerpt: tuple[Segment, ...]


def hit_line(hit: Hit) -> HitLine:
    """As it is shown: links defanged, control characters visible."""
    entry = hit.entry
    return HitLine(
        case_id=entry.case_id,
        state=called(entry.state, "state"),
        kind=called(entry.kind, "kind"),
        lang=printable(called(entry.lang, "language")),
        role=called(entry.role, "role") if entry.role else "",
        score=entry.score,
        date=entry.date,
        url=printable(defang(entry.url)),
        title=_printable(pieces(entry.title[:_LONGEST_TITLE], hit.title_marks)),
        excerpt=_printable(hit.excerpt),
    )


def pieces(text: str, marks: Sequence[Mark]) -> tuple[Segment, ...]:
    """``text`` cut at ``marks``, which are in order and do not overlap; nothing is lost of it."""
    found = list[Segment]()
    at = 0
    for start, end in marks:
        if end > len(text):
            break
        found += [Segment(text[at:start], marked=False), Segment(text[start:end], marked=True)]
        at = end
    found.append(Segment(text[at:], marked=False))
    return tuple(segment for segment in found if segment.text)


def _printable(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    return tuple(replace(segment, text=printable(segment.text)) for segment in segments)


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value, how many hits have it, and the address that adds it, or leaves it out again."""

    name: str
    count: int
    chosen: bool
    address: str


@dataclass(frozen=True, slots=True)
class Facet:
    """A facet's most frequent values and those chosen; ``more`` there are beside."""

    title: Any
    values: tuple[FacetValue, ...]
    more: int


def facets(counted: Mapping[str, Mapping[str, int]], asked: Search) -> list[Facet]:
    """What hits are made up of, each value with the search that asks for it."""
    return [
        facet for name in FACETS if (facet := _facet(name, counted.get(name, {}), asked)).values
    ]


def _facet(name: str, counts: Mapping[str, int], asked: Search) -> Facet:
    chosen = asked.chosen.get(name, ())
    others = [value for value in counts if value not in chosen]
    shown = (*chosen, *others[:_VALUES_SHOWN])
    values = tuple(_value(name, value, counts.get(value, 0), asked) for value in shown)
    return Facet(_TITLES[name], values, len(others) - len(others[:_VALUES_SHOWN]))


def _value(facet: str, value: str, count: int, asked: Search) -> FacetValue:
    chosen = value in asked.chosen.get(facet, ())
    other = asked.without_value(facet, value) if chosen else asked.with_value(facet, value)
    name = called(value, _TABLES[facet])
    return FacetValue(printable(name), count, chosen, other.address())
