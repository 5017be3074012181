"""The words that training saw, as sorted hashes: what share of a text is new to the model."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from classifiers.ngrams import word_hashes
from classifiers.normalise import normalise
from classifiers.overlap import Sketch, load_sketch, save_sketch

#: Beside the model, named with its hash in the card. A model that lacks it says nothing of words.
WORDS = "words.npz"
_MAX_CHARS = 6000
#: A word that one text alone has is a name or a slip of the keyboard.
_LEAST_TEXTS = 2


def words_of(text: str) -> Sketch:
    """The upper 32 bits of the hash of each word of normalised ``text``, in order."""
    hashes = word_hashes(normalise(text[:_MAX_CHARS]).text)
    return (hashes >> np.uint64(32)).astype(np.uint32)


def vocabulary(texts: Iterable[str]) -> Sketch:
    """The words that two of ``texts`` have or more, sorted, each once."""
    parts = [np.unique(words_of(text)) for text in texts]
    if not parts:
        return np.zeros(0, dtype=np.uint32)
    found, counts = np.unique(np.concatenate(parts), return_counts=True)
    return found[counts >= _LEAST_TEXTS]


def unknown(text: str, known: Sketch) -> tuple[int, int]:
    """How many words of ``text`` are not among the sorted ``known``, and how many it has."""
    words = words_of(text)
    if not len(known):
        return len(words), len(words)
    at = np.minimum(np.searchsorted(known, words), len(known) - 1)
    return int((known[at] != words).sum()), len(words)


def save_words(folder: Path, known: Sketch) -> None:
    """Write the list beside a model; its card must be told (``store.write_card``)."""
    save_sketch(folder / WORDS, known)


def load_words(folder: Path) -> Sketch | None:
    """The words of the model under ``folder``; None where it has no list. Raises ModelError for
    one that cannot be read."""
    path = folder / WORDS
    return load_sketch(path) if path.exists() else None
