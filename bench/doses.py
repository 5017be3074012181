"""How often a price list by dose stands in texts: ``python -m bench.doses DIR`` over a text pack
(see docs/model-card.md), and over the project's evaluation texts without one."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from classifiers.doses import dose_list
from classifiers.rows import read_pack

CORPUS = Path(__file__).resolve().parents[1] / "tests" / "corpus" / "corpus.jsonl"


def counted(texts: Iterable[tuple[str, str]]) -> Iterator[tuple[str, int, int]]:
    """For each kind of text how many have a list, of how many; ``texts`` are kinds and texts."""
    all_, found = Counter[str](), Counter[str]()
    for kind, text in texts:
        all_[kind] += 1
        found[kind] += bool(dose_list(text))
    yield from ((kind, found[kind], n) for kind, n in sorted(all_.items()))


def texts_of(folder: str) -> Iterator[tuple[str, str]]:
    """The rows of the pack in ``folder``, of the evaluation texts where it is empty."""
    if folder:
        for file in read_pack(Path(folder)):
            yield from ((f"{file.part}/{file.name} {row.label}", row.text) for row in file.rows)
        return
    for row in map(json.loads, CORPUS.read_text("utf-8").splitlines()):
        yield row["label"], row["text"]


if __name__ == "__main__":
    for kind, found, n in counted(texts_of("".join(sys.argv[1:2]))):
        print(f"{kind:60} {found} of {n}")
