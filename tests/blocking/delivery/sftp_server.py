"""OpenSSH's sftp-server on loopback, behind an SSH server of asyncssh that lets one key in."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncssh
import pytest

SFTP_SERVER = Path("/usr/lib/openssh/sftp-server")
USER = "narcowatch"
needs_sftp_server = pytest.mark.skipif(
    not SFTP_SERVER.exists(), reason="needs the Debian package openssh-sftp-server"
)


@dataclass(frozen=True)
class Served:
    """Where the server is, and the files a client needs; ``sessions`` counts those that came."""

    port: int
    folder: Path
    key_file: Path
    known_hosts: Path
    sessions: Callable[[], int]

    @property
    def to(self) -> str:
        return f"sftp://{USER}@127.0.0.1:{self.port}{self.folder}"


@contextmanager
def serving(folder: Path, *, cut_after: int = 0) -> Iterator[Served]:
    """A server of ``folder``. ``cut_after`` bytes from a client its first session ends, as when a
    line breaks."""
    inbox, keys = folder / "inbox", folder / "keys"
    for path in (inbox, keys):
        path.mkdir(parents=True)
    host_key = asyncssh.generate_private_key("ssh-ed25519")
    user_key = asyncssh.generate_private_key("ssh-ed25519")
    user_key.write_private_key(str(keys / "id"))
    (keys / "id").chmod(0o600)
    user_key.write_public_key(str(keys / "id.pub"))
    count = [0]

    class Server(asyncssh.SSHServer):
        def session_requested(self) -> _Session:
            count[0] += 1
            return _Session(cut_after if count[0] == 1 else 0)

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def start() -> asyncssh.SSHAcceptor:
        return await asyncssh.create_server(
            Server,
            "127.0.0.1",
            0,
            server_host_keys=[host_key],
            authorized_client_keys=str(keys / "id.pub"),
            encoding=None,
        )

    server = asyncio.run_coroutine_threadsafe(start(), loop).result(30)
    port = server.get_port()
    public = host_key.export_public_key().decode().strip()
    (keys / "known").write_text(f"[127.0.0.1]:{port} {public}\n")
    try:
        yield Served(port, inbox, keys / "id", keys / "known", lambda: count[0])
    finally:

        async def stop() -> None:
            server.close()
            await server.wait_closed()

        asyncio.run_coroutine_threadsafe(stop(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
        loop.close()


class _Session(asyncssh.SSHServerSession[bytes]):
    """One run of sftp-server. It ends ``cut_after`` bytes from the client."""

    def __init__(self, cut_after: int) -> None:
        self._cut_after, self._came = cut_after, 0
        self._early: list[bytes] = []
        self._child: asyncio.subprocess.Process | None = None

    def connection_made(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
        self._chan = chan

    def subsystem_requested(self, subsystem: str) -> bool:
        return subsystem == "sftp"

    def session_started(self) -> None:
        self._work = asyncio.get_running_loop().create_task(self._serve())

    def data_received(self, data: bytes, datatype: int | None) -> None:
        self._came += len(data)
        if self._cut_after and self._came > self._cut_after:
            self._chan.get_connection().abort()
        elif self._child is None:
            self._early.append(data)
        else:
            self._child.stdin.write(data)

    def eof_received(self) -> bool:
        if self._child is not None:
            self._child.stdin.close()
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        if self._child is not None and self._child.returncode is None:
            self._child.kill()

    async def _serve(self) -> None:
        pipe = asyncio.subprocess.PIPE
        self._child = await asyncio.create_subprocess_exec(
            str(SFTP_SERVER), stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL
        )
        for data in self._early:
            self._child.stdin.write(data)
        while data := await self._child.stdout.read(65536):
            self._chan.write(data)
        await self._child.wait()
        self._chan.exit(0)
