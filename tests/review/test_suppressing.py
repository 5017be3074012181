"""No hidden count of a breakdown can be computed from what is published, its sum included."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.transparency.suppressing import FEW_TOLD, WITHHELD, Cell, suppressed

_Told = tuple[Cell, ...] | None


def breakdowns(cells: int, total: int) -> Iterator[tuple[int, ...]]:
    if cells == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in breakdowns(cells - 1, total - first):
            yield (first, *rest)


def told_of(counts: tuple[int, ...]) -> _Told:
    told = suppressed({"abcdef"[n]: number for n, number in enumerate(counts)})
    return None if told is None else tuple(told.values())


@cache
def published(cells: int, total: int) -> dict[_Told, list[tuple[int, ...]]]:
    """All breakdowns of a sum, by what is published of them."""
    found = defaultdict[_Told, list[tuple[int, ...]]](list)
    for counts in breakdowns(cells, total):
        found[told_of(counts)].append(counts)
    return found


def assert_nothing_determined(cells: int, total: int) -> None:
    for told, possible in published(cells, total).items():
        for n in range(cells):
            if told is None or isinstance(told[n], str):
                assert len({counts[n] for counts in possible}) > 1, (told, possible)


@given(st.lists(st.integers(0, 25), min_size=2, max_size=3))
def test_a_reader_who_knows_the_rule_computes_no_hidden_count(counts: list[int]) -> None:
    assert_nothing_determined(len(counts), sum(counts))


@pytest.mark.parametrize(("cells", "most"), [(2, 60), (4, 22), (5, 14)])
def test_nor_of_any_small_sum(cells: int, most: int) -> None:
    for total in range(most + 1):
        assert_nothing_determined(cells, total)


@pytest.mark.parametrize("counts", [(10, 1, 1), (30, 4, 4), (1, 5, 9), (3, 0, 0), (2, 2, 2)])
def test_nothing_is_told_where_the_sum_gives_the_rest_away(counts: tuple[int, ...]) -> None:
    assert told_of(counts) is None


def test_more_is_told_where_it_is_safe() -> None:
    assert told_of((30, 4, 2)) == (30, FEW_TOLD, FEW_TOLD)
    assert told_of((30, 4, 7)) == (30, FEW_TOLD, WITHHELD)
    assert told_of((30, 0, 7)) == (30, 0, 7)
