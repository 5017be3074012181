"""The made-up cases, and what is true of them."""

from __future__ import annotations

import re
import tomllib
from base64 import b32encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha3_256, sha256
from pathlib import Path
from typing import Any

from domain.assessment import Span
from domain.targets import TargetKey, parse_key

_HERE = Path(__file__).parent
_AGAINST = frozenset({"news", "medical", "harm_reduction", "trade", "talk", "denial"})


@dataclass(frozen=True, slots=True)
class PageOf:
    """A page at ``path``, or a post (``part``) of a channel."""

    title: str
    text: str
    path: str = "/"
    part: str = ""


@dataclass(frozen=True, slots=True)
class MadeUp:
    """A case as it is made up. ``sells`` is the truth, ``why`` explains it by language; ``part`` is
    what the case is there for, ``marks`` are words by what they are."""

    slug: str
    key: TargetKey
    name: str
    part: str
    sells: bool
    role: str
    score: float
    langs: tuple[str, ...]
    substances: tuple[str, ...]
    regions: tuple[str, ...]
    pages: tuple[PageOf, ...]
    why: Mapping[str, str]
    marks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    indicators: tuple[tuple[str, str], ...] = ()
    prices: tuple[tuple[float, str, str], ...] = ()
    family: str = ""

    def spans_in(self, text: str) -> tuple[Span, ...]:
        """The marks of ``text``, left to right; the longer goes before the shorter."""
        found = [
            Span(match.start(), match.end(), kind, -1.0 if kind in _AGAINST else 1.5)
            for kind, words in self.marks.items()
            for word in words
            for match in re.finditer(re.escape(word), text, re.IGNORECASE)
        ]
        kept: list[Span] = []
        for span in sorted(found, key=lambda one: (one.start, -one.end)):
            if not kept or span.start >= kept[-1].end:
                kept.append(span)
        return tuple(kept)


@lru_cache(maxsize=1)
def made_up() -> Mapping[str, MadeUp]:
    """All of them by their slugs."""
    rows = [
        row
        for path in sorted(_HERE.glob("*.toml"))
        for row in tomllib.loads(path.read_text(encoding="utf-8"))["case"]
    ]
    known = {row["slug"]: row for row in rows}
    return {row["slug"]: _read({**known.get(row.get("like", ""), {}), **row}) for row in rows}


def _read(row: dict[str, Any]) -> MadeUp:
    return MadeUp(
        slug=row["slug"],
        key=_key(row),
        name=row["name"],
        part=row["part"],
        sells=row["sells"],
        role=row["role"],
        score=row["score"],
        langs=tuple(row["langs"]),
        substances=tuple(row["substances"]),
        regions=tuple(row["regions"]),
        pages=tuple(PageOf(**page) for page in row["pages"]),
        why=row["why"],
        marks={kind: tuple(words) for kind, words in row["marks"].items()},
        indicators=tuple((kind, value) for kind, value in row["indicators"]),
        prices=tuple((float(amount), unit, per) for amount, unit, per in row["prices"]),
        family=row.get("family", ""),
    )


def _key(row: dict[str, Any]) -> TargetKey:
    """The target; an onion address is made of the slug (rend-spec-v3, section 6), and nobody has
    the key to it."""
    if not row["key"].startswith("onion:"):
        return parse_key(row["key"])
    public = sha256(row["slug"].encode()).digest()
    check = sha3_256(b".onion checksum" + public + b"\x03").digest()[:2]
    return parse_key(f"onion:{b32encode(public + check + bytes([3])).decode().lower()}.onion")
