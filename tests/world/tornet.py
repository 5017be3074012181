"""A private Tor network on loopback: four authorities that relay, one client that hosts onions.

Smaller networks bootstrap but their onion fetches time out. There are no exits: nothing leaves
this machine through it.
"""

from __future__ import annotations

import base64
import fcntl
import os
import re
import shutil
import socket
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import TracebackType

from tests.world.tor.authorities import authorities, forget_network
from tests.world.tor.control import Control, ControlError
from tests.world.tor.onionkeys import OnionKey
from tests.world.tor.process import TorError, TorProcess
from tests.world.tor.socks import GRANTED, socks_reply
from tests.world.tor.torrc import Authority, authority_torrc, client_torrc

__all__ = ["TorError", "TorNetwork", "tor_available"]

_ATTEMPTS = 4
_CONSENSUS_S = 20.0
_BOOTSTRAP_S = 40.0
_UPLOAD_S = 40.0
_CONNECT_S = 45.0
_CONSENSUS_MARGIN = timedelta(minutes=10)
_VOTE_PERIOD_S = 5
_SLOTS = 4
_LONGEST_SOCKET = 90  # sun_path holds 108 bytes


def tor_available() -> bool:
    """Whether the package `tor` is installed."""
    return bool(shutil.which("tor") and shutil.which("tor-gencert"))


class TorNetwork:
    """A context manager: inside it ``onions`` are served and ``socks`` leads to them.

    ``slugs`` are the services, each forwarded from its port 80 to ``target_port`` on loopback.
    Keys, ports and the consensus are kept in ``cache_dir``, which makes the next start faster;
    networks that run at the same time take folders of their own in it.
    """

    def __init__(self, cache_dir: Path, slugs: list[str], target_port: int) -> None:
        self._cache_dir = cache_dir
        self._keys = {slug: OnionKey.for_slug(slug) for slug in slugs}
        self._target_port = target_port
        self._stack = ExitStack()
        self._processes: list[TorProcess] = []
        self._known: list[Authority] = []
        self._folder = self._sockets = cache_dir
        self.socks = ""

    @property
    def onions(self) -> Mapping[str, str]:
        """Each service's host name by its slug."""
        return {slug: key.address for slug, key in self._keys.items()}

    @property
    def pids(self) -> list[int]:
        return [process.pid for process in self._processes]

    def __enter__(self) -> TorNetwork:
        if not tor_available():
            raise TorError("the program tor is not installed (system package tor)")
        with ExitStack() as undo:
            folder = undo.enter_context(_slot(self._cache_dir))
            sockets = undo.enter_context(_socket_folder(folder))
            undo.callback(self._stop)
            self._start(folder, sockets)
            self._stack = undo.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    @contextmanager
    def another_client(self) -> Iterator[str]:
        """One more Tor client of the network, which hosts nothing: gives its SOCKS port."""
        data = self._folder / "client1"
        data.mkdir(mode=0o700, exist_ok=True)
        forget_network(data)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = int(free.getsockname()[1])
        torrc = client_torrc(self._known, data, port)
        client = TorProcess(torrc, data, self._sockets / "client1")
        try:
            deadline = time.monotonic() + _BOOTSTRAP_S
            control = client.connect(deadline)
            _until(lambda: _is_bootstrapped(control, deadline), deadline, "no circuits")
            yield f"127.0.0.1:{port}"
        finally:
            client.stop()

    def _start(self, folder: Path, sockets: Path) -> None:
        for attempt in range(1, _ATTEMPTS + 1):
            known, socks_port, as_before = authorities(folder)
            self._known, self._folder, self._sockets = known, folder, sockets
            warm = as_before and attempt == 1 and _consensus_holds(folder / known[0].nick)
            if not warm:
                _forget(folder)
                # Started at another phase of the vote, some runs agree on a consensus without
                # all four, and the next vote is half an hour away.
                time.sleep((_VOTE_PERIOD_S - 1 - time.time()) % _VOTE_PERIOD_S)
            try:
                self._start_authorities(known, folder, sockets)
                self._start_client(known, folder, sockets, socks_port)
            except (TorError, ControlError) as error:
                tail = self._processes[-1].log_tail() if self._processes else ""
                self._stop()
                if attempt == _ATTEMPTS:
                    raise TorError(f"after {attempt} attempts: {error}\n{tail}") from error
            else:
                self.socks = f"127.0.0.1:{socks_port}"
                return

    def _start_authorities(self, known: list[Authority], folder: Path, sockets: Path) -> None:
        deadline = time.monotonic() + _CONSENSUS_S
        for me in known:
            data = folder / me.nick
            self._run(authority_torrc(me, known, data), data, sockets / me.nick)
        for process in self._processes:
            process.connect(deadline)
        for me in known:
            _until(partial(_has_all, me), deadline, f"{me.nick} has no full consensus")

    def _start_client(
        self, known: list[Authority], folder: Path, sockets: Path, socks_port: int
    ) -> None:
        data = folder / "client"
        data.mkdir(mode=0o700, exist_ok=True)
        client = self._run(client_torrc(known, data, socks_port), data, sockets / "client")
        deadline = time.monotonic() + _BOOTSTRAP_S
        control = client.connect(deadline)
        _until(lambda: _is_bootstrapped(control, deadline), deadline, "the client has no circuits")
        deadline = time.monotonic() + _UPLOAD_S
        control.command("SETEVENTS HS_DESC", deadline)
        for key in self._keys.values():
            secret = base64.b64encode(key.secret).decode()
            control.command(
                f"ADD_ONION ED25519-V3:{secret} Port=80,127.0.0.1:{self._target_port}", deadline
            )
        _await_uploads(control, {key.address for key in self._keys.values()}, deadline)
        self._prove(socks_port)

    def _prove(self, socks_port: int) -> None:
        """Connect to every onion once: only then is it sure that a fetch will not fail."""
        if not self._keys:
            return
        deadline = time.monotonic() + _CONNECT_S
        with ThreadPoolExecutor(len(self._keys)) as pool:
            addresses = list(self.onions.values())
            for _ in pool.map(lambda host: _connect(socks_port, host, deadline), addresses):
                pass

    def _run(self, torrc: str, data: Path, control: Path) -> TorProcess:
        process = TorProcess(torrc, data, control)
        self._processes.append(process)
        return process

    def _stop(self) -> None:
        while self._processes:
            self._processes.pop().stop()


@contextmanager
def _slot(cache_dir: Path) -> Iterator[Path]:
    """A folder below ``cache_dir`` that no other running network uses."""
    for number in range(_SLOTS):
        folder = cache_dir / f"network{number}"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (folder / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                continue
            yield folder
            return
    raise TorError(f"{_SLOTS} networks already run from {cache_dir}")


@contextmanager
def _socket_folder(folder: Path) -> Iterator[Path]:
    """``folder``, or one with a shorter name where socket paths in it would be too long."""
    if len(os.fsencode(folder.resolve() / "client")) < _LONGEST_SOCKET:
        sockets = folder.resolve() / "sockets"
        sockets.mkdir(mode=0o700, exist_ok=True)
        yield sockets
        return
    with tempfile.TemporaryDirectory(prefix="nwtor-") as name:
        yield Path(name)


def _forget(folder: Path) -> None:
    for data in folder.iterdir():
        if data.is_dir():
            forget_network(data)


def _consensus_holds(data: Path) -> bool:
    """Whether tor has kept a consensus that is valid for a while yet."""
    kept = data / "cached-microdesc-consensus"
    if not kept.exists():
        return False
    found = re.search(r"^valid-until (.+)$", kept.read_text("utf-8", "replace"), re.MULTILINE)
    if found is None:
        return False
    until = datetime.strptime(found[1], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    return until - datetime.now(UTC) > _CONSENSUS_MARGIN


def _until(holds: Callable[[], bool], deadline: float, failure: str) -> None:
    while not holds():
        if time.monotonic() > deadline:
            raise TorError(failure)
        time.sleep(0.1)


def _has_all(authority: Authority) -> bool:
    """Whether the authority's consensus lists four relays that can guard and keep descriptors."""
    url = f"http://127.0.0.1:{authority.dir_port}/tor/status-vote/current/consensus-microdesc"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=2) as answer:
            text = answer.read().decode("utf-8", "replace")
    except (urllib.error.URLError, OSError):
        return False
    flags = re.findall(r"^s (.*)$", text, re.MULTILINE)
    return sum({"Guard", "HSDir"} <= set(line.split()) for line in flags) >= 4


def _is_bootstrapped(control: Control, deadline: float) -> bool:
    phase = control.command("GETINFO status/bootstrap-phase", deadline)[0]
    return "PROGRESS=100" in phase


def _await_uploads(control: Control, addresses: set[str], deadline: float) -> None:
    """Wait until each onion's descriptors stand in all directories they were sent to."""
    waiting = {address.removesuffix(".onion"): [0, 0] for address in addresses}
    while any(not done or done < sent for sent, done in waiting.values()):
        event = control.event(deadline).split()
        if len(event) > 2 and event[0] == "HS_DESC" and event[2] in waiting:
            sent_done = waiting[event[2]]
            sent_done[0] += event[1] == "UPLOAD"
            sent_done[0] -= event[1] == "FAILED"
            sent_done[1] += event[1] == "UPLOADED"


def _connect(socks_port: int, host: str, deadline: float) -> None:
    """Open and close one connection to ``host``, trying until ``deadline``."""
    while True:
        try:
            reply = str(socks_reply(socks_port, host, 80, timeout_s=15))
        except OSError as error:
            reply = str(error)
        if reply == str(GRANTED):
            return
        if time.monotonic() > deadline:
            raise TorError(f"{host} cannot be reached (SOCKS reply {reply})")
        time.sleep(0.3)
