"""Fits that do not depend on each other, on all processors."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, TypeVar

_One = TypeVar("_One")
_Found = TypeVar("_Found")

# What the children work on. They are forked, so that they share the matrix instead of copying it;
# a closure cannot be sent to them, its place in here can.
_WORK: list[Callable[[int], Any]] = []
# Each copies the rows that it fits on.
_MOST = 4


def in_parallel(work: Callable[[_One], _Found], of: Sequence[_One]) -> Iterator[_Found]:
    """``work`` of each, in order, in as many processes as there are processors, at most four.

    Raises what ``work`` raises, and BrokenProcessPool when a process is killed.
    """
    processes = min(len(of), len(os.sched_getaffinity(0)), _MOST)
    if processes < 2:
        yield from map(work, of)
        return
    _WORK.append(lambda at: work(of[at]))
    try:
        forked = multiprocessing.get_context("fork")
        with ProcessPoolExecutor(processes, mp_context=forked) as pool:
            yield from pool.map(_done, range(len(of)))
    finally:
        _WORK.pop()


def _done(at: int) -> Any:
    return _WORK[-1](at)
