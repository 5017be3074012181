"""Vectors of tokens from what stands near them: where pre-training begins."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.utils.extmath import randomized_svd

# Tokens on either side that count as near, and how far a context's rarity is smoothed.
_NEAR = 5
_SMOOTHED = 0.75
# Root mean square of a vector's entries: what the encoder's own untrained weights have, doubled.
_SPREAD = 0.04
_CHUNK = 1_000_000

Floats = NDArray[np.float32]


def token_vectors(
    ids: Sequence[Sequence[int]], entries: int, width: int, special: int, seed: int
) -> Floats:
    """A vector for each of ``entries`` tokens, shape (entries, width), from the texts ``ids``.

    They are the leading singular vectors of positive pointwise mutual information of tokens that
    stand near each other (Levy, Goldberg and Dagan, 2015): counted in seconds, where an encoder of
    random weights must learn them step by step. The first
    ``special`` tokens, and those never seen, get random ones. Raises ValueError when nothing is
    near anything.
    """
    near = _counts(ids, entries, special)
    seen = np.asarray(near.sum(axis=1)).ravel() > 0
    if not seen.any():
        raise ValueError("no two tokens stand near each other: there is nothing to count")
    left, values, _ = randomized_svd(
        _mutual_information(near), n_components=width, n_iter=3, random_state=seed
    )
    found = left * np.sqrt(values)
    rng = np.random.default_rng(seed)
    found[~seen] = rng.standard_normal((int((~seen).sum()), width))
    found -= found[seen].mean(axis=0)
    size = np.sqrt(np.mean(found**2, axis=1, keepdims=True))
    return np.asarray(_SPREAD * found / np.maximum(size, 1e-9), dtype=np.float32)


def _counts(ids: Sequence[Sequence[int]], entries: int, special: int) -> csr_matrix:
    total = csr_matrix((entries, entries), dtype=np.float32)
    part: list[int] = []
    for row in ids:
        part += [token for token in row if token >= special]
        part += [-1] * _NEAR
        if len(part) > _CHUNK:
            total, part = total + _counted(part, entries), []
    return total + _counted(part, entries)


def _counted(stream: Sequence[int], entries: int) -> csr_matrix:
    tokens = np.asarray(stream, dtype=np.int64)
    total = csr_matrix((entries, entries), dtype=np.float32)
    for apart in range(1, _NEAR + 1):
        left, right = tokens[:-apart], tokens[apart:]
        both = (left >= 0) & (right >= 0)
        pairs, times = np.unique(left[both] * entries + right[both], return_counts=True)
        weight = times.astype(np.float32) / apart
        one = csr_matrix((weight, (pairs // entries, pairs % entries)), shape=total.shape)
        total = total + one + one.T
    return total


def _mutual_information(near: csr_matrix) -> csr_matrix:
    found = near.tocoo()
    own = np.asarray(near.sum(axis=1)).ravel()
    context = own**_SMOOTHED
    shares = own[found.row] * (context / context.sum())[found.col]
    value = np.log(np.maximum(found.data / np.maximum(shares, 1e-12), 1e-12))
    kept = value > 0
    return csr_matrix((value[kept], (found.row[kept], found.col[kept])), shape=near.shape)


def log_frequencies(ids: Sequence[Sequence[int]], entries: int) -> Floats:
    """The natural logarithm of each token's share of all, shape (entries,); each counts once
    more than it was seen."""
    times = np.ones(entries)
    for row in ids:
        np.add.at(times, row, 1)
    return np.asarray(np.log(times / times.sum()), dtype=np.float32)
