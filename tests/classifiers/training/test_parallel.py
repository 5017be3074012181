"""Fits side by side: in order, with what the closure holds, and failures that are seen."""

from __future__ import annotations

import os
import signal
from concurrent.futures.process import BrokenProcessPool

import pytest

pytest.importorskip("sklearn", reason="needs the extra train")

from classifiers.training.parallel import in_parallel


def test_results_come_in_order_from_other_processes() -> None:
    held = {"a": 1, "b": 2, "c": 3}
    found = list(in_parallel(lambda name: (held[name], os.getpid()), list(held)))
    assert [number for number, _ in found] == [1, 2, 3]
    if len(os.sched_getaffinity(0)) > 1:
        assert os.getpid() not in {process for _, process in found}


def test_what_fails_in_a_process_fails_here() -> None:
    def fail(number: int) -> int:
        raise ValueError(f"no {number}")

    with pytest.raises(ValueError, match="no 1"):
        list(in_parallel(fail, [1, 2]))


def test_a_process_that_is_killed_is_told_and_not_waited_for() -> None:
    def die(number: int) -> int:
        os.kill(os.getpid(), signal.SIGKILL)
        return number

    if len(os.sched_getaffinity(0)) > 1:
        with pytest.raises(BrokenProcessPool):
            list(in_parallel(die, [1, 2]))


def test_nothing_gives_nothing() -> None:
    assert list(in_parallel(str, [])) == []
