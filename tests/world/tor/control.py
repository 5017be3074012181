"""Tor's control protocol, as much of it as the network needs (control-spec, sections 2 to 4)."""

from __future__ import annotations

import socket
import time
from collections import deque
from pathlib import Path

_EVENT = "650"


class ControlError(RuntimeError):
    """Tor refused a command, went away, or did not answer in time."""


class Control:
    """A connection to one tor process. The process ends when the connection does."""

    def __init__(self, path: Path, deadline: float) -> None:
        """Connect to the control socket at ``path`` before ``deadline`` (monotonic seconds)."""
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._buffer = b""
        self._events: deque[str] = deque()
        try:
            self._connect(path, deadline)
            self.command("AUTHENTICATE", deadline)
            self.command("TAKEOWNERSHIP", deadline)
        except BaseException:
            self._socket.close()
            raise

    def _connect(self, path: Path, deadline: float) -> None:
        while True:
            try:
                return self._socket.connect(str(path))
            except OSError as error:
                if time.monotonic() > deadline:
                    raise ControlError(f"no control socket at {path}: {error}") from error
                time.sleep(0.05)

    def command(self, line: str, deadline: float) -> list[str]:
        """Send one command; returns the reply's lines without their codes."""
        self._socket.sendall(line.encode("ascii") + b"\r\n")
        reply = []
        while True:
            answer = self._line(deadline)
            if answer.startswith(_EVENT):
                self._events.append(answer[4:])
                continue
            reply.append(answer[4:])
            if not answer.startswith("250"):
                raise ControlError(f"{line.split()[0]} was refused: {answer}")
            if answer[3:4] == " ":
                return reply

    def event(self, deadline: float) -> str:
        """The next event, without its code. Raises ControlError at ``deadline``."""
        while not self._events:
            line = self._line(deadline)
            if line.startswith(_EVENT):
                self._events.append(line[4:])
        return self._events.popleft()

    def _line(self, deadline: float) -> str:
        while b"\r\n" not in self._buffer:
            self._socket.settimeout(max(0.01, deadline - time.monotonic()))
            try:
                received = self._socket.recv(65536)
            except OSError as error:
                raise ControlError(f"no answer from tor: {error}") from error
            if not received:
                raise ControlError("tor closed the control connection")
            self._buffer += received
        line, _, self._buffer = self._buffer.partition(b"\r\n")
        return line.decode("utf-8", "replace")

    def close(self) -> None:
        self._socket.close()
