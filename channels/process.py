"""The child process that reads a run's channels, as the night starts it."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

EXIT_DONE, EXIT_STOPPED, EXIT_REFUSED = 0, 1, 2
_CHECKOUT = Path(__file__).resolve().parent.parent
_PR_SET_PDEATHSIG = 1  # prctl(2)
_PROGRESS_S = 0.5


def channels_command(run_id: int, *, parent: int = 0) -> list[str]:
    """The command that reads the channels of a run; it dies with process ``parent``."""
    command = [sys.executable, "-P", "-m", "channels", str(run_id)]
    return [*command, "--parent", str(parent)] if parent else command


def run_channels(
    run_id: int,
    *,
    env: Mapping[str, str] | None = None,
    on_progress: Callable[[], None] | None = None,
) -> int:
    """Read the run's channels in a child process; returns its exit code (see ``__main__``).

    ``env`` is added to this process's environment. ``on_progress`` is called every half second
    while the child works: how far it is stands in the record. The child is killed when this
    process dies or leaves this function by an exception.
    """
    child = subprocess.Popen(  # noqa: S603 - this interpreter, this room, a number
        channels_command(run_id, parent=os.getpid()),
        env=_environment(env or {}),
        stdin=subprocess.DEVNULL,
    )
    try:
        while True:
            try:
                return child.wait(_PROGRESS_S)
            except subprocess.TimeoutExpired:
                if on_progress is not None:
                    on_progress()
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    """This process's environment and ``more``; the checkout comes first on the path, so that
    another package called "channels" cannot be taken for this one."""
    found = {**os.environ, **more}
    path = [str(_CHECKOUT), *filter(None, [found.get("PYTHONPATH", "")])]
    return {**found, "PYTHONPATH": os.pathsep.join(path)}


def die_with_parent(parent: int) -> bool:
    """Have the kernel kill this process when ``parent`` dies. False if it is dead already."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    return os.getppid() == parent
