"""A person at a real pseudo-terminal."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

WAIT_S = 120.0


class Terminal:
    """A command with a terminal of its own; ``shown`` is all that has been on the screen."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str], folder: Path) -> None:
        self._screen, self._line = pty.openpty()
        self.shown = ""
        self._read = 0
        self.process = subprocess.Popen(
            command,
            env=env,
            cwd=folder,
            stdin=self._line,
            stdout=self._line,
            stderr=self._line,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._line)
        os.close(self._screen)

    @property
    def echoes(self) -> bool:
        """Whether the terminal shows what is typed."""
        return bool(termios.tcgetattr(self._line)[3] & termios.ECHO)

    @property
    def command_line(self) -> str:
        """What the list of processes shows of the command."""
        return Path(f"/proc/{self.process.pid}/cmdline").read_text()

    def see(self, text: str) -> None:
        """Wait until ``text`` is shown, after all that was seen before."""
        end = time.monotonic() + WAIT_S
        while text not in self.shown[self._read :]:
            assert time.monotonic() < end, f"not shown: {text!r}; but {self.shown!r}"
            self._look(0.1)
        self._read = self.shown.index(text, self._read) + len(text)

    def type(self, text: str) -> None:
        os.write(self._screen, text.encode())

    def end(self) -> int:
        """Wait until the command has ended, and return its exit code."""
        end = time.monotonic() + WAIT_S
        while self.process.poll() is None:
            assert time.monotonic() < end, f"not ended: {self.shown!r}"
            self._look(0.1)
        while self._look(0.1):
            pass
        return self.process.returncode

    def _look(self, wait_s: float) -> bool:
        ready, _, _ = select.select([self._screen], [], [], wait_s)
        if ready:
            self.shown += os.read(self._screen, 65_536).decode(errors="replace")
        return bool(ready)
