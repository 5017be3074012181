"""What a model reaches on the evaluation texts, by file, language and source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from classifiers.cascade import Cascade
from classifiers.corpora import CorpusFile
from classifiers.ranking import average_precision
from classifiers.rates import Rate
from classifiers.rows import Row
from domain.assessment import Label
from domain.digests import digest, sha256_hex

ALL = "all"


@dataclass(frozen=True, slots=True)
class Reached:
    """The figures of one group of texts at the model's threshold; average precision is None where
    all sell or none."""

    average_precision: float | None
    recall: Rate
    false_positives: Rate

    def as_json(self) -> dict[str, Any]:
        """As it stands among the floors."""
        return {
            "average_precision": self.average_precision,
            "recall": [self.recall.hits, self.recall.count],
            "false_positives": [self.false_positives.hits, self.false_positives.count],
        }

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> Reached:
        """The value of ``as_json``. Raises KeyError, TypeError or ValueError for what is none."""
        value = found["average_precision"]
        return cls(
            None if value is None else float(value),
            Rate(*map(int, found["recall"])),
            Rate(*map(int, found["false_positives"])),
        )


@dataclass(frozen=True, slots=True)
class HardNegatives:
    """The innocent texts: how many, a digest over all, and where those stand (file:line) that the
    model would queue."""

    rows: int
    sha256: str
    false_positives: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """All that a model reached; ``figures`` by group."""

    figures: Mapping[str, Reached]
    hard_negatives: HardNegatives


@dataclass(frozen=True, slots=True)
class _Scored:
    file: str
    place: str
    row: Row
    probability: float

    @property
    def sells(self) -> bool:
        return self.row.label is Label.DRUG_SALE


def measure(cascade: Cascade, files: Sequence[CorpusFile]) -> Measured:
    """Score every text of ``files`` and sum up."""
    scored = list(_scored(cascade, files))
    line = cascade.threshold
    innocent = [one for one in scored if not one.sells]
    return Measured(
        {name: _reached(group, line) for name, group in _groups(scored)},
        HardNegatives(
            len(innocent),
            digest(sorted(sha256_hex(one.row.text.encode()) for one in innocent)),
            tuple(one.place for one in innocent if one.probability >= line),
        ),
    )


def _scored(cascade: Cascade, files: Sequence[CorpusFile]) -> Iterator[_Scored]:
    for one in files:
        found = cascade.assess_many((row.text, "") for row in one.rows)
        for number, (row, assessment) in enumerate(zip(one.rows, found, strict=True), start=1):
            yield _Scored(one.name, f"{one.name}:{number}", row, assessment.probability)


def _groups(scored: Sequence[_Scored]) -> Iterator[tuple[str, list[_Scored]]]:
    """All, each language; in each file all, each language, each source, and each language of a
    source that has several."""
    groups: dict[str, list[_Scored]] = {}
    spoken: dict[tuple[str, str], set[str]] = {}
    for one in scored:
        spoken.setdefault((one.file, one.row.source), set()).add(one.row.lang)
    for one in scored:
        several = len(spoken[one.file, one.row.source]) > 1
        for name in _names(one, several=several):
            groups.setdefault(name, []).append(one)
    yield from sorted(groups.items())


def _names(one: _Scored, *, several: bool) -> Iterable[str]:
    lang, source = f"lang {one.row.lang or '?'}", f"source {one.row.source}"
    names = [ALL, f"{ALL}, {lang}", one.file, f"{one.file}, {lang}", f"{one.file}, {source}"]
    return [*names, f"{one.file}, {source}, {lang}"] if several else names


def _reached(group: Sequence[_Scored], line: float) -> Reached:
    selling = [one for one in group if one.sells]
    innocent = [one for one in group if not one.sells]
    scores = np.array([one.probability for one in group])
    truth = np.array([one.sells for one in group])
    return Reached(
        average_precision(scores, truth) if selling and innocent else None,
        Rate(sum(one.probability >= line for one in selling), len(selling)),
        Rate(sum(one.probability >= line for one in innocent), len(innocent)),
    )
