"""Regions of Kazakhstan named in a text: 17 regions and 3 cities of republican significance.

Codes are those of ISO 3166-2:KZ as amended in 2022. A name that several regions share counts
for all of them: the ambiguity is left open for the reader.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from domain.gazetteer import GAZETTEER
from domain.lexicon import Lexicon

REGION_NAMES = {
    "KZ-10": "Abai Region", "KZ-11": "Akmola Region", "KZ-15": "Aktobe Region",
    "KZ-19": "Almaty Region", "KZ-23": "Atyrau Region", "KZ-27": "West Kazakhstan Region",
    "KZ-31": "Zhambyl Region", "KZ-33": "Zhetisu Region", "KZ-35": "Karaganda Region",
    "KZ-39": "Kostanay Region", "KZ-43": "Kyzylorda Region", "KZ-47": "Mangystau Region",
    "KZ-55": "Pavlodar Region", "KZ-59": "North Kazakhstan Region", "KZ-61": "Turkistan Region",
    "KZ-62": "Ulytau Region", "KZ-63": "East Kazakhstan Region", "KZ-71": "Astana",
    "KZ-75": "Almaty", "KZ-79": "Shymkent",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RegionHit:
    """A place named at ``start`` to ``end``; several ``codes`` when the name is shared."""

    start: int
    end: int
    codes: tuple[str, ...]


@lru_cache(maxsize=1)
def _places() -> Lexicon:
    tables = [
        f'["{code}"]\nkind = "place"\nru = "{ru}"\nkk = "{kk}"\nen = "{en}"'
        for code, (ru, kk, en) in GAZETTEER.items()
    ]
    return Lexicon.parse({"gazetteer": "\n".join(tables)})


def find_regions(text: str) -> list[RegionHit]:
    """The places in normalised ``text`` (lower-case, ``е`` for ``ё``), left to right."""
    found: dict[tuple[int, int], list[str]] = {}
    for hit in _places().hits(text):
        found.setdefault((hit.start, hit.end), []).append(hit.concept.name)
    return [RegionHit(start, end, tuple(sorted(codes))) for (start, end), codes in found.items()]


def regions_of(text: str) -> tuple[str, ...]:
    """Codes of the regions named in ``text``, most often named first.

    A shared name adds nothing when one of its regions is named for certain elsewhere in the
    text; otherwise all its regions are given.
    """
    hits = find_regions(text)
    counts: dict[str, int] = {}
    for hit in hits:
        if len(hit.codes) == 1:
            counts[hit.codes[0]] = counts.get(hit.codes[0], 0) + 1
    for hit in hits:
        if len(hit.codes) > 1 and not any(code in counts for code in hit.codes):
            counts |= dict.fromkeys(hit.codes, 0)
    return tuple(sorted(counts, key=lambda code: (-counts[code], code)))


def codes_named(name: str) -> tuple[str, ...]:
    """The regions that ``name`` stands for: a code, an English name, or a place of the gazetteer in
    any of its languages. Empty where it is none."""
    wanted = " ".join(name.split()).lower()
    exact = [
        code
        for code, english in REGION_NAMES.items()
        if wanted in {code.lower(), english.lower(), english.lower().removesuffix(" region")}
    ]
    if exact:
        return tuple(sorted(exact, key=lambda code: REGION_NAMES[code].lower() != wanted))[:1]
    plain = wanted.replace("-", " ").replace("ё", "е")
    return tuple(
        code
        for code, texts in GAZETTEER.items()
        if any(plain in map(str.strip, text.split(",")) for text in texts)
    )
