"""One Chromium: started in its cell, with its doors to the guard proxy, and ended for certain."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shlex
import shutil
import signal
import socket
import ssl
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser as Chromium
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Playwright

from crawlers.rendering import jail, sandbox
from domain.errors import BoundaryError
from net.guardproxy.doors import Door, own_door
from net.guardproxy.onward import Onward

_START_S, _CLOSE_S = 30.0, 5.0
_PID_BYTES = 32
_FOLDER = "narcowatch-browser-"
#: Nothing listens there: what no page's own proxy serves has no way out.
_NOWHERE = "http://127.0.0.1:9"
_ARGUMENTS = (
    "--disable-quic",
    "--disable-gpu",
    "--disable-3d-apis",
    "--disable-remote-fonts",
    "--disable-domain-reliability",
    "--dns-prefetch-disable",
    "--no-pings",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--js-flags=--max-old-space-size=512",
)


class BrowserError(BoundaryError):
    """Chromium does not start."""


@dataclass(frozen=True, slots=True)
class Guard:
    """What doors are made of."""

    onward: Onward
    tls: ssl.SSLContext
    threads: Executor


@dataclass(slots=True)
class Browser:
    """A running Chromium; ``free`` holds the doors that no page uses."""

    chromium: Chromium
    pid: int
    folder: Path
    doors: tuple[Door, ...]
    free: asyncio.Queue[Door]
    pages: int = 0

    @property
    def name(self) -> str:
        """Program and version."""
        return f"Chromium {self.chromium.version}"

    @property
    def alive(self) -> bool:
        return self.chromium.is_connected()

    def memory(self) -> int:
        """Bytes that the browser's processes hold (shared pages counted for each)."""
        return sum(_resident(pid) for pid in _family(self.pid))

    async def close(self) -> None:
        """End it, by force where it does not listen, and clear its files away."""
        try:
            async with asyncio.timeout(_CLOSE_S):
                await self.chromium.close()
        except (TimeoutError, PlaywrightError):
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
        for door in self.doors:
            await door.close()
        shutil.rmtree(self.folder, ignore_errors=True)


async def start(
    playwright: Playwright, guard: Guard, who: sandbox.Account, *, doors: int, walls: bool
) -> Browser:
    """Start Chromium as ``who``, behind ``walls`` unless the kernel gives none.

    Raises BrowserError where it does not start.
    """
    clear_up()
    folder = Path(tempfile.mkdtemp(prefix=f"{_FOLDER}{os.getpid()}-"))
    home = folder / "home"
    try:
        control = _prepare(folder, home, who)
        cell = jail.Cell(
            program=sandbox.chromium(),
            home=str(home),
            control=str(folder / "control"),
            doors=doors if walls else 0,
            uid=who.uid,
            gid=who.gid,
            walls=walls,
        )
        with control:
            async with asyncio.timeout(_START_S):
                chromium, (pid, sockets) = await asyncio.gather(
                    playwright.chromium.launch(
                        executable_path=_launcher(folder, cell),
                        chromium_sandbox=walls,
                        proxy={"server": _NOWHERE},
                        args=_ARGUMENTS,
                        timeout=_START_S * 1000,
                    ),
                    _received(control, doors),
                )
        opened = [Door(one, guard.onward, guard.tls, guard.threads) for one in sockets]
        if not walls:
            opened = [own_door(guard.onward, guard.tls, guard.threads) for _ in range(doors)]
    except (TimeoutError, PlaywrightError, OSError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise BrowserError(f"Chromium does not start: {first}") from error
    free: asyncio.Queue[Door] = asyncio.Queue()
    for door in opened:
        await door.start()
        free.put_nowait(door)
    return Browser(chromium, pid, folder, tuple(opened), free)


def clear_up() -> None:
    """Remove what browsers of killed renderers left: their profiles hold pages."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_FOLDER}*-*"):
        owner = folder.name.removeprefix(_FOLDER).partition("-")[0]
        with contextlib.suppress(OSError):  # another's, or gone meanwhile
            if folder.stat().st_uid == os.geteuid() and not Path(f"/proc/{owner}").exists():
                shutil.rmtree(folder, ignore_errors=True)


def _prepare(folder: Path, home: Path, who: sandbox.Account) -> socket.socket:
    """Make the browser's home. Returns the socket over which its doors will come."""
    home.mkdir(mode=0o700)
    if who.uid >= 0:
        folder.chmod(0o711)
        os.chown(home, who.uid, who.gid)
    control = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    control.bind(str(folder / "control"))
    (folder / "control").chmod(0o600)
    control.listen(1)
    control.setblocking(False)
    return control


def _launcher(folder: Path, cell: jail.Cell) -> Path:
    """A program that Playwright can start in Chromium's place."""
    path = folder / "chromium"
    command = shlex.join([sys.executable, "-I", "-S", jail.__file__, json.dumps(cell._asdict())])
    path.write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding="utf-8")
    path.chmod(0o700)
    return path


async def _received(control: socket.socket, doors: int) -> tuple[int, list[socket.socket]]:
    """The browser's process and the sockets that were opened inside its walls."""
    loop = asyncio.get_running_loop()
    near, _ = await loop.sock_accept(control)
    with near:
        ready = asyncio.Event()
        loop.add_reader(near, ready.set)
        try:
            await ready.wait()
        finally:
            loop.remove_reader(near)
        text, descriptors, _, _ = socket.recv_fds(near, _PID_BYTES, doors)
    if not text:
        raise OSError("the kernel does not shut the browser in")
    sockets = [socket.socket(fileno=one) for one in descriptors]
    for one in sockets:
        one.setblocking(False)
    return int(text), sockets


def _family(pid: int) -> Iterator[int]:
    """``pid`` and all that descend from it."""
    parents: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text("utf-8", "replace").rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        parents.setdefault(int(fields[1]), []).append(int(path.parent.name))
    waiting = [pid]
    while waiting:
        one = waiting.pop()
        yield one
        waiting.extend(parents.get(one, ()))


def _resident(pid: int) -> int:
    try:
        pages = Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]
    except (OSError, IndexError):
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
