"""Batches of token ids: every row once, filled up to the longest of its batch."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("torch", reason="needs the extra transformer")

from classifiers.training.transformer.batches import batches, padded

PAD = 9
ROWS = st.lists(st.lists(st.integers(0, 8), min_size=1, max_size=6), min_size=1, max_size=6)


@given(ROWS)
def test_rows_are_filled_up_and_marked_where_they_are(rows: list[list[int]]) -> None:
    ids, mask = padded(rows, PAD)
    longest = max(map(len, rows))
    assert ids.tolist() == [row + [PAD] * (longest - len(row)) for row in rows]
    assert mask.tolist() == [[1] * len(row) + [0] * (longest - len(row)) for row in rows]
    assert ids.dtype == mask.dtype


@given(st.lists(st.integers(1, 50), max_size=60), st.integers(0, 3))
def test_every_row_is_in_one_batch_that_is_not_too_large(lengths: list[int], seed: int) -> None:
    made = list(batches(lengths, 100, random.Random(seed), most=8))
    assert sorted(at for batch in made for at in batch) == list(range(len(lengths)))
    for batch in made:
        assert len(batch) <= 8
        assert len(batch) * max(lengths[at] for at in batch) <= 100
