"""The substance head: which group of the taxonomy an offer is of that has no plain name.

A multinomial linear model over the hashed n-grams of the fast stage, folded to FOLDED columns,
and over the lexicon's hits by group, plain and weak. It has its own document frequencies, so that
it is trained and replaced by itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifiers.ngrams import buckets_of
from classifiers.prepared import Prepared
from domain.errors import ModelError
from domain.lexicon import Hit, TermKind

FILE = "substances.npz"
FORMAT = 1
FOLDED = 1 << 14
#: The group is named from this probability on.
SURE = 0.5
_CHARS = 1500
UNNAMED = "any_drug"

Floats = NDArray[np.float32]
Columns = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SubstanceHead:
    """``weights`` has a row for each of ``groups``, a column for each n-gram, then for the hits of
    each of ``hit_groups``, plain, then weak; ``idf`` one value for each n-gram."""

    groups: tuple[str, ...]
    hit_groups: tuple[str, ...]
    idf: Floats
    weights: NDArray[np.float16]
    intercepts: Floats

    def named(self, prepared: Prepared) -> str:
        """The group that a text offers; empty where the head is not sure."""
        text = prepared.aligned.text
        if not any(map(str.isalpha, text)):
            return ""
        shares = self.shares(text, prepared.marks.hits)
        best = int(np.argmax(shares))
        return self.groups[best] if shares[best] >= SURE else ""

    def shares(self, text: str, hits: Sequence[Hit]) -> Floats:
        """The probability of each group for normalised ``text`` with ``hits``; they add up to 1."""
        columns, values = row_of(text, hits, self.hit_groups, self.idf)
        logits = self.weights[:, columns].astype(np.float32) @ values + self.intercepts
        odds = np.exp(logits - logits.max())
        shares: Floats = odds / odds.sum()
        return shares


def counted(text: str) -> tuple[tuple[Columns, Floats], ...]:
    """Folded columns of the first characters of normalised ``text`` and how often they occur,
    those of character and those of word n-grams by themselves."""
    counts = (np.unique(one % FOLDED, return_counts=True) for one in buckets_of(text[:_CHARS]))
    return tuple((columns, times.astype(np.float32)) for columns, times in counts)


def row_of(
    text: str, hits: Iterable[Hit], hit_groups: Sequence[str], idf: Floats
) -> tuple[Columns, Floats]:
    """Columns and values of one text. N-grams are weighted ``(1 + ln count) * idf`` and brought to
    length one by kind, as in ``features``; a column may occur once for each kind."""
    columns, values = [], []
    for found, times in counted(text):
        weighted = (1 + np.log(times)) * idf[found]
        norm = float(np.sqrt(np.sum(weighted * weighted)))
        columns.append(found)
        values.append(weighted / norm if norm else weighted)
    named = Counter((one.concept.name, one.weak) for one in hits if is_substance(one))
    places = {name: at for at, name in enumerate(hit_groups)}
    for (name, weak), count in named.items():
        if name in places:
            columns.append(np.array([FOLDED + places[name] + weak * len(hit_groups)]))
            values.append(np.array([1 + np.log(count)]))
    return np.concatenate(columns), np.concatenate(values).astype(np.float32)


def is_substance(hit: Hit) -> bool:
    """Whether ``hit`` names a group of the taxonomy."""
    return hit.concept.kind is TermKind.SUBSTANCE and hit.concept.name != UNNAMED


def save_head(path: Path, head: SubstanceHead) -> None:
    """Write ``head``; the same head gives the same bytes."""
    np.savez_compressed(
        path,
        format=np.int64(FORMAT),
        groups=np.array(head.groups),
        hit_groups=np.array(head.hit_groups),
        idf=head.idf.astype(np.float16),
        weights=head.weights,
        intercepts=head.intercepts.astype(np.float32),
    )


def load_head(path: Path) -> SubstanceHead:
    """The head at ``path``, unchecked by hash. Raises ModelError when it is none."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            if int(stored["format"]) != FORMAT:
                raise ValueError(f"format {int(stored['format'])}, not {FORMAT}")
            head = SubstanceHead(
                tuple(map(str, stored["groups"])),
                tuple(map(str, stored["hit_groups"])),
                stored["idf"].astype(np.float32),
                stored["weights"],
                stored["intercepts"],
            )
        expected = (len(head.groups), FOLDED + 2 * len(head.hit_groups))
        if head.weights.shape != expected or head.idf.shape != (FOLDED,):
            raise ValueError(f"weights have shape {head.weights.shape}, not {expected}")
    except (OSError, KeyError, ValueError) as error:
        raise ModelError(
            f"substance head {path} cannot be read: {error}", permanent=True
        ) from error
    return head
