"""Whether a text repeats one of the evaluation texts: those are never trained on."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from classifiers.ngrams import word_hashes
from classifiers.normalise import normalise

_SHINGLE = 5
#: So much of an evaluation text within another text makes that one a repetition.
_CONTAINED = 0.6
_ROLL = np.uint64(0x9E3779B97F4A7C15)


class Repeats:
    """Knows evaluation texts by the hashes of five normalised words in a row (Broder, 1997:
    containment); texts shorter than that must be equal."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._short: set[bytes] = set()
        shingles: list[NDArray[np.uint64]] = []
        for text in texts:
            words = _words(text)
            if len(words) < _SHINGLE:
                self._short.add(words.tobytes())
            else:
                shingles.append(np.unique(_shingles(words)))
        owners = np.repeat(np.arange(len(shingles)), [len(one) for one in shingles])
        flat = np.concatenate(shingles) if shingles else np.zeros(0, dtype=np.uint64)
        order = np.argsort(flat, kind="stable")
        self._sorted, self._owners = flat[order], owners[order].astype(np.int64)
        self._sizes = np.array([len(one) for one in shingles])

    def has(self, text: str) -> bool:
        """Whether ``text`` is one of them, or holds most of one."""
        words = _words(text)
        if not len(words):
            return False
        if len(words) < _SHINGLE:
            return words.tobytes() in self._short
        if not len(self._sorted):
            return False
        known = np.isin(self._sorted, _shingles(words))
        held = np.bincount(self._owners[known], minlength=len(self._sizes))
        return bool((held >= _CONTAINED * self._sizes).any())


def _words(text: str) -> NDArray[np.uint64]:
    return word_hashes(normalise(text).text)


def _shingles(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    count = len(words) - _SHINGLE + 1
    hashes = np.zeros(count, dtype=np.uint64)
    for offset in range(_SHINGLE):
        hashes = (hashes ^ words[offset : offset + count]) * _ROLL
        hashes ^= hashes >> np.uint64(31)
    return hashes
