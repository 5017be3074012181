"""Fits that do not depend on each other, on all processors."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

_One = TypeVar("_One")
_Found = TypeVar("_Found")

# What the children work on. They are forked, so that they share the matrix instead of copying it;
# a closure cannot be sent to them, its place in here can.
_WORK: list[Callable[[int], object]] = []


def in_parallel(work: Callable[[_One], _Found], of: Sequence[_One]) -> Iterator[_Found]:
    """``work`` of each, in order, in as many processes as there are processors."""
    processes = min(len(of), len(os.sched_getaffinity(0)))
    if processes < 2:
        yield from map(work, of)
        return
    _WORK.append(lambda at: work(of[at]))
    try:
        with multiprocessing.get_context("fork").Pool(processes) as pool:
            yield from pool.imap(_done, range(len(of)))
    finally:
        _WORK.pop()


def _done(at: int) -> object:
    return _WORK[-1](at)
