"""Child processes that work on a run: each room's crawl or reading, with a loop of its own.

They die with the process that started them, so that a killed night leaves nobody at work.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_CHECKOUT = Path(__file__).resolve().parent.parent
_PR_SET_PDEATHSIG = 1  # prctl(2)


def child_command(room: str, run_id: int, options: Sequence[str] = ()) -> list[str]:
    """The command that has ``room`` work on a run and end with this process."""
    # -P: what lies in the current folder cannot be taken for a room
    command = [sys.executable, "-P", "-m", room, str(run_id), "--parent", str(os.getpid())]
    return [*command, *options]


def run_child(
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    on_progress: Callable[[], None] | None = None,
    every_s: float = 0.5,
) -> int:
    """Run a child's command to its end and return its exit code, below 0 if a signal killed it.

    ``env`` is laid over this process's environment. ``on_progress`` is called every ``every_s``
    seconds: how far the child is stands in the record. Call it from a thread that lives as long
    as the child: the kernel kills the child when that thread ends. The child is killed when this
    function is left by an exception.
    """
    child = subprocess.Popen(  # noqa: S603 - this interpreter, a room, a number
        command, env=child_environment(env or {}), stdin=subprocess.DEVNULL
    )
    try:
        while True:
            try:
                return child.wait(every_s)
            except subprocess.TimeoutExpired:
                if on_progress is not None:
                    on_progress()
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()


def child_environment(more: Mapping[str, str]) -> dict[str, str]:
    """This environment with ``more`` over it, for a child that is a room.

    The checkout comes first on the path, before any package that is called like a room.
    """
    found = {**os.environ, **more}
    path = [str(_CHECKOUT), *filter(None, [found.get("PYTHONPATH", "")])]
    return {**found, "PYTHONPATH": os.pathsep.join(path)}


def die_with(parent: int) -> bool:
    """Have the kernel kill this process when ``parent`` dies. False if it is dead already."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    return os.getppid() == parent
