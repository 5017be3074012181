"""Floors: the figures on the evaluation texts that no model in force may fall below.

They are pinned with the hash of every file of texts and the name of the model that reached them.
A check fails on texts that are missing, changed or unpinned before it looks at any figure, so
that it cannot be passed by leaving texts out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor
from pathlib import Path
from typing import Any

from classifiers.corpora import CorpusFile
from classifiers.learning.measuring import Measured, Reached
from domain.errors import InputError, RuleError

FORMAT = 1
#: How far below its floor a figure may lie. Sums are taken in another order on another processor;
#: a text at the very threshold may then fall on its other side. Nobody innocent may.
TOLERANCE: Mapping[str, float] = {
    "average_precision": 0.005,
    "recall_texts": 1,
    "false_positives": 0,
}


@dataclass(frozen=True, slots=True)
class Floors:
    """What was pinned. ``corpus`` is the SHA-256 of each file, ``history`` every pinning."""

    model: str
    tolerance: Mapping[str, float]
    corpus: Mapping[str, str]
    figures: Mapping[str, Reached]
    hard_negatives: Mapping[str, Any]
    history: tuple[Mapping[str, Any], ...]

    def as_json(self) -> dict[str, Any]:
        """As it stands in the file."""
        return {
            "format": FORMAT,
            "model": self.model,
            "tolerance": dict(self.tolerance),
            "corpus": dict(self.corpus),
            "figures": {name: one.as_json() for name, one in self.figures.items()},
            "hard_negatives": dict(self.hard_negatives),
            "history": [dict(one) for one in self.history],
        }


def read_floors(path: Path) -> Floors:
    """The floors in ``path``. Raises InputError when they are missing or not in the format."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if found["format"] != FORMAT:
            raise ValueError(f"format {found['format']}, not {FORMAT}")
        if not found["corpus"] or not found["figures"]:
            raise ValueError("nothing is pinned")
        return Floors(
            str(found["model"]),
            {name: float(found["tolerance"][name]) for name in TOLERANCE},
            {str(name): str(digest) for name, digest in found["corpus"].items()},
            {str(name): Reached.of(one) for name, one in found["figures"].items()},
            {name: found["hard_negatives"][name] for name in ("rows", "sha256", "false_positives")},
            tuple(found["history"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"floors {path} cannot be read: {error!r}") from error


def write_floors(path: Path, floors: Floors) -> None:
    """Put ``floors`` in the place of ``path``, whole or not at all."""
    text = json.dumps(floors.as_json(), ensure_ascii=False, indent=1) + "\n"
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)


def other_texts(floors: Floors, files: Sequence[CorpusFile]) -> list[str]:
    """How ``files`` differ from those that were pinned, a line each; empty when they do not."""
    there = {one.name: one.sha256 for one in files}
    found = []
    for name in sorted(there.keys() | floors.corpus.keys()):
        if name not in there:
            found.append(f"{name} is pinned and not there")
        elif name not in floors.corpus:
            found.append(f"{name} is there and not pinned")
        elif there[name] != floors.corpus[name]:
            found.append(f"{name} is not the file that was pinned: SHA-256 {there[name][:12]}")
    return found


def breaches(floors: Floors, files: Sequence[CorpusFile], measured: Measured) -> list[str]:
    """Every floor that ``measured`` (of ``files``) falls below, and all that keeps the two from
    being compared, a line each; empty when all floors hold."""
    if texts := other_texts(floors, files):
        return texts
    found = []
    for name, floor_ in floors.figures.items():
        reached = measured.figures.get(name)
        if reached is None:
            found.append(f"{name}: there is no such figure")
        else:
            found += [f"{name}: {one}" for one in _below(reached, floor_, floors.tolerance)]
    return found + _hard_negatives(floors, measured)


def _below(reached: Reached, pinned: Reached, allowed: Mapping[str, float]) -> list[str]:
    found = []
    if (reached.recall.count, reached.false_positives.count) != (
        pinned.recall.count,
        pinned.false_positives.count,
    ):
        return ["it is of another number of texts"]
    if pinned.average_precision is not None:
        value = reached.average_precision or 0.0
        if value < pinned.average_precision - allowed["average_precision"]:
            found.append(f"average precision {value:.4f}, the floor {pinned.average_precision:.4f}")
    if reached.recall.hits < pinned.recall.hits - allowed["recall_texts"]:
        of = pinned.recall.count
        found.append(f"finds {reached.recall.hits} of {of}, the floor {pinned.recall.hits}")
    if reached.false_positives.hits > pinned.false_positives.hits + allowed["false_positives"]:
        told = f"{reached.false_positives.hits} of {pinned.false_positives.count}"
        found.append(f"false positives {told}, at most {pinned.false_positives.hits}")
    return found


def _hard_negatives(floors: Floors, measured: Measured) -> list[str]:
    pinned, found = floors.hard_negatives, measured.hard_negatives
    if (found.rows, found.sha256) != (pinned["rows"], pinned["sha256"]):
        return ["hard negatives: not the texts that were pinned"]
    if len(found.false_positives) <= pinned["false_positives"]:
        return []
    told = ", ".join(found.false_positives)
    most = pinned["false_positives"]
    return [f"hard negatives: {len(found.false_positives)} queued, at most {most}: {told}"]


def pin(
    before: Floors | None,
    files: Sequence[CorpusFile],
    measured: Measured,
    *,
    model: str,
    date: str,
    reason: str = "",
) -> Floors:
    """Floors at what ``model`` reached. Raises RuleError, naming each, where a floor would be lower
    than ``before`` and no ``reason`` is given; the reason goes into the history."""
    lowered = [] if before is None else _lowered(before, files, measured)
    if lowered and not reason.strip():
        raise RuleError("\n  ".join(("floors would be lowered without a reason:", *lowered)))
    entry = {"date": date, "model": model, "reason": reason.strip(), "lowered": lowered}
    found = measured.hard_negatives
    return Floors(
        model,
        TOLERANCE,
        {one.name: one.sha256 for one in files},
        {name: _rounded(one) for name, one in measured.figures.items()},
        {
            "rows": found.rows,
            "sha256": found.sha256,
            "false_positives": len(found.false_positives),
        },
        (*(before.history if before else ()), entry),
    )


def _lowered(before: Floors, files: Sequence[CorpusFile], measured: Measured) -> list[str]:
    """What would be worth less than before: figures, and texts that they stand for."""
    there = {one.name: one.sha256 for one in files}
    found = [
        f"{name} is {'another file' if name in there else 'gone'}"
        for name, digest in before.corpus.items()
        if there.get(name) != digest
    ]
    for name, pinned in before.figures.items():
        reached = measured.figures.get(name)
        told = ["gone"] if reached is None else _worse(_rounded(reached), pinned)
        found += [f"{name}: {one}" for one in told]
    known = before.hard_negatives["false_positives"]
    if len(measured.hard_negatives.false_positives) > known:
        now = len(measured.hard_negatives.false_positives)
        found.append(f"hard negatives: {known} queued before, now {now}")
    if measured.hard_negatives.rows < before.hard_negatives["rows"]:
        found.append(f"hard negatives: {measured.hard_negatives.rows} texts are left")
    found += [
        f"tolerance of {name}: {before.tolerance[name]:g} before, now {allowed:g}"
        for name, allowed in TOLERANCE.items()
        if allowed > before.tolerance[name]
    ]
    return found


def _worse(now: Reached, before: Reached) -> list[str]:
    found = []
    if before.average_precision is not None and (
        now.average_precision is None or now.average_precision < before.average_precision
    ):
        told = "none" if now.average_precision is None else f"{now.average_precision:.4f}"
        found.append(f"average precision {before.average_precision:.4f} before, now {told}")
    if (now.recall.share or 0.0) < (before.recall.share or 0.0):
        found.append(f"recall {before.recall.share:.2%} before, now {now.recall.share or 0.0:.2%}")
    if (now.false_positives.share or 0.0) > (before.false_positives.share or 0.0):
        told = f"{before.false_positives.hits} before, now {now.false_positives.hits}"
        found.append(f"false positives {told}")
    return found


def _rounded(one: Reached) -> Reached:
    """Rounded down, so that what is pinned was reached."""
    value = one.average_precision
    down = None if value is None else floor(value * 10_000) / 10_000
    return Reached(down, one.recall, one.false_positives)
