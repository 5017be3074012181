"""One tor process: started, controlled and ended by its own id."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

from tests.world.tor.control import Control

_STOP_S = 5.0


class TorError(RuntimeError):
    """The private Tor network could not be built; the message ends with tor's own words."""


class TorProcess:
    """Runs tor with ``torrc`` in ``data``; it ends when this process does, however that ends.

    Tor watches our process id, and gives up at once when the control connection breaks.
    """

    def __init__(self, torrc: str, data: Path, control: Path) -> None:
        self.data = data
        self._socket = control
        self._control: Control | None = None
        config = data / "torrc"
        config.write_text(f"{torrc}ControlSocket {control}\n", encoding="utf-8")
        (data / "log").unlink(missing_ok=True)
        command = ["tor", "--defaults-torrc", "/dev/null", "-f", str(config)]
        self._process = subprocess.Popen(
            [*command, "--__OwningControllerProcess", str(os.getpid())],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
        )

    def connect(self, deadline: float) -> Control:
        """The control connection, made before ``deadline`` (monotonic). Raises ControlError."""
        if self._control is None:
            self._control = Control(self._socket, deadline)
        return self._control

    @property
    def pid(self) -> int:
        return self._process.pid

    def stop(self) -> None:
        """End the process; tor needs no more than a moment."""
        if self._control is not None:
            self._control.close()
        self._process.terminate()
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def log_tail(self, lines: int = 12) -> str:
        """The last lines of tor's log."""
        log = self.data / "log"
        if not log.exists():
            return f"{log}: not written"
        return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


def run_tor_tool(command: list[str], given: str = "", timeout_s: float = 60.0) -> str:
    """Run one of tor's programs to its end; returns what it printed. Raises TorError."""
    began = time.monotonic()
    try:
        done = subprocess.run(
            command, input=given, capture_output=True, text=True, timeout=timeout_s, check=True
        )
    except subprocess.CalledProcessError as error:
        raise TorError(f"{command[0]} failed: {error.stdout}{error.stderr}") from error
    except subprocess.TimeoutExpired as error:
        spent = time.monotonic() - began
        raise TorError(f"{command[0]} took more than {spent:.0f} s") from error
    return done.stdout
