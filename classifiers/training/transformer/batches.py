"""Batches of token ids of like length, shuffled by a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

import numpy as np
import torch

# Rows are shuffled, then sorted by length within pools of so many batches' worth, so that batches
# hold rows of like length and still differ from epoch to epoch.
_POOL = 40


def batches(
    lengths: Sequence[int], tokens: int, rng: random.Random, *, most: int = 256
) -> Iterator[list[int]]:
    """Places of rows in batches of about ``tokens`` tokens, padding included, and ``most`` rows."""
    order = list(range(len(lengths)))
    rng.shuffle(order)
    mean = max(1, sum(lengths) // max(1, len(lengths)))
    pool = max(1, _POOL * tokens // mean)
    made: list[list[int]] = []
    for first in range(0, len(order), pool):
        made += _cut(sorted(order[first : first + pool], key=lengths.__getitem__), lengths, tokens,
                     most)  # fmt: skip
    rng.shuffle(made)
    yield from made


def _cut(
    order: Sequence[int], lengths: Sequence[int], tokens: int, most: int
) -> Iterator[list[int]]:
    batch: list[int] = []
    for at in order:
        if batch and ((len(batch) + 1) * lengths[at] > tokens or len(batch) >= most):
            yield batch
            batch = []
        batch.append(at)
    if batch:
        yield batch


def padded(rows: Sequence[Sequence[int]], pad: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Token ids and attention mask of ``rows``: two tensors of shape (rows, longest)."""
    lengths = np.array([len(row) for row in rows])
    present = np.arange(lengths.max()) < lengths[:, None]
    ids = np.full(present.shape, pad, dtype=np.int64)
    ids[present] = np.concatenate([np.asarray(row, dtype=np.int64) for row in rows])
    return torch.from_numpy(ids), torch.from_numpy(present.astype(np.int64))
