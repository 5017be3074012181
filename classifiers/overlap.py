"""How much of a text was seen in training, without the training texts.

A *sketch* is a sample of hashed shingles (five words in a row, normalised, digits alike): those
whose 64-bit hash is a multiple of 64, kept as their upper 32 bits. Broder, "On the resemblance
and containment of documents" (1997): sampling by hash keeps containment unbiased.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifiers.ngrams import word_hashes
from classifiers.normalise import normalise
from domain.errors import ModelError

SHINGLE = 5
SAMPLING = 64
_ROLL = np.uint64(0x9E3779B97F4A7C15)

Sketch = NDArray[np.uint32]


def sampled_shingles(text: str) -> Sketch:
    """The sampled shingles of ``text``, sorted, each once; empty for a short text."""
    words = word_hashes(normalise(text).text)
    if len(words) < SHINGLE:
        return np.zeros(0, dtype=np.uint32)
    count = len(words) - SHINGLE + 1
    hashes = np.zeros(count, dtype=np.uint64)
    for offset in range(SHINGLE):
        hashes = (hashes ^ words[offset : offset + count]) * _ROLL
        hashes ^= hashes >> np.uint64(31)
    kept = hashes[hashes % np.uint64(SAMPLING) == 0]
    return np.unique((kept >> np.uint64(32)).astype(np.uint32))


def build_sketch(texts: Iterable[str]) -> Sketch:
    """The sketch of all ``texts`` together."""
    parts = [sampled_shingles(text) for text in texts]
    return np.unique(np.concatenate(parts)) if parts else np.zeros(0, dtype=np.uint32)


def overlap_share(text: str, sketch: Sketch) -> float:
    """The share of the sampled shingles of ``text`` that the sketch holds, 0 when it has none."""
    own = sampled_shingles(text)
    return float(np.isin(own, sketch, assume_unique=True).mean()) if len(own) else 0.0


def save_sketch(path: Path, sketch: Sketch) -> None:
    """Write ``sketch`` as the gaps between its sorted values, which compress well."""
    np.savez_compressed(path, gaps=np.diff(sketch, prepend=np.uint32(0)))


def load_sketch(path: Path) -> Sketch:
    """The sketch written by ``save_sketch``; raises ModelError when there is none."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            return np.cumsum(stored["gaps"], dtype=np.uint64).astype(np.uint32)
    except (OSError, KeyError, ValueError) as error:
        raise ModelError(
            f"overlap sketch {path} cannot be read: {error}", permanent=True
        ) from error
