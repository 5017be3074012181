"""A folder of another machine, over SFTP (draft-ietf-secsh-filexfer-02, as OpenSSH speaks it)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

import asyncssh

from blocking.signing.pem import secret
from domain.errors import InputError, TransportError

T = TypeVar("T")
_PIECE = 1 << 18


@dataclass(frozen=True, slots=True)
class SshServer:
    """Where to sign in, and with which key. ``known_hosts`` is a file in OpenSSH's form with the
    server's host key: no other is taken. ``timeout_s`` is for each step, and for each piece of
    a file, ``whole_s`` for all of a delivery."""

    host: str
    port: int
    user: str
    folder: str
    key_file: Path
    known_hosts: Path
    passphrase: bytes | None = None
    timeout_s: float = 300.0
    whole_s: float = 3600.0


@contextmanager
def sftp_shelf(server: SshServer) -> Iterator[SftpShelf]:
    """The shelf (see ``blocking.delivery.placing``) that is the server's folder, while connected.

    Raises TransportError: ``host_key``, ``login``, ``connection``, ``timeout``, ``no_folder``;
    InputError for a key or a list of known hosts that cannot be read.
    """
    key = private_key_in(server.key_file, server.passphrase)
    known = known_hosts_in(server.known_hosts)
    with asyncio.Runner() as runner:
        connection: asyncssh.SSHClientConnection | None = None
        try:
            with _told(server):
                connection = runner.run(_in_time(_connect(server, key, known), server.timeout_s))
                client = runner.run(_in_time(_opened(connection), server.timeout_s))
            shelf = SftpShelf(server, client, runner)
            shelf.check()
            yield shelf
        finally:
            if connection is not None:
                connection.abort()


class SftpShelf:
    """See ``sftp_shelf``."""

    def __init__(
        self, server: SshServer, client: asyncssh.SFTPClient, runner: asyncio.Runner
    ) -> None:
        self._server, self._client, self._runner = server, client, runner
        self._end = time.monotonic() + server.whole_s

    def check(self) -> None:
        """Raise TransportError where the server's folder is none."""
        if not self._do(self._client.isdir(self._server.folder)):
            raise TransportError(f"{self._server.folder} is no folder there", reason="no_folder")

    def read(self, name: str, most: int) -> bytes | None:
        """See ``Shelf``."""

        async def read() -> bytes | None:
            try:
                async with self._client.open(self._path(name), "rb") as stream:
                    content = await stream.read(most)
                return content if isinstance(content, bytes) else content.encode()
            except asyncssh.SFTPNoSuchFile:
                return None

        return self._do(read())

    def make_folder(self, name: str) -> None:
        """See ``Shelf``."""
        attrs = asyncssh.SFTPAttrs(permissions=0o700)
        self._do(self._client.mkdir(self._path(name), attrs))

    def remove(self, name: str) -> None:
        """See ``Shelf``."""

        async def remove() -> None:
            path = self._path(name)
            if await self._client.isdir(path) and not await self._client.islink(path):
                await self._client.rmtree(path)
            elif await self._client.lexists(path):
                await self._client.remove(path)

        self._do(remove())

    def put(self, source: Path, name: str) -> None:
        """See ``Shelf``. Where the server can (``fsync@openssh.com``), it is asked to put the file
        onto its disk."""

        async def put() -> None:
            path = self._path(name)
            attrs = asyncssh.SFTPAttrs(permissions=0o600)
            async with self._client.open(path, "wb", attrs) as stream:
                with source.open("rb") as local:
                    while piece := local.read(_PIECE):
                        await _in_time(stream.write(piece), self._limit())
                with suppress(asyncssh.SFTPOpUnsupported):
                    await _in_time(stream.fsync(), self._limit())

        with _told(self._server):
            self._runner.run(put())

    def rename(self, old: str, new: str) -> None:
        """See ``Shelf``."""

        async def rename() -> None:
            try:
                await self._client.posix_rename(self._path(old), self._path(new))
            except asyncssh.SFTPOpUnsupported:
                await self._client.rename(self._path(old), self._path(new))

        self._do(rename())

    def size(self, name: str) -> int:
        """See ``Shelf``."""
        return self._do(self._client.getsize(self._path(name))) or 0

    def exists(self, name: str) -> bool:
        """See ``Shelf``."""
        return self._do(self._client.lexists(self._path(name)))

    def _path(self, name: str) -> str:
        return str(PurePosixPath(self._server.folder) / name)

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        with _told(self._server):
            return self._runner.run(_in_time(work, self._limit()))

    def _limit(self) -> float:
        """How long the next step may take: what is left of the whole at the most."""
        return max(0.0, min(self._server.timeout_s, self._end - time.monotonic()))


async def _in_time(work: Coroutine[Any, Any, T], timeout_s: float) -> T:
    return await asyncio.wait_for(work, timeout_s)


async def _opened(connection: asyncssh.SSHClientConnection) -> asyncssh.SFTPClient:
    return await connection.start_sftp_client()


async def _connect(
    server: SshServer, key: asyncssh.SSHKey, known: asyncssh.SSHKnownHosts
) -> asyncssh.SSHClientConnection:
    """Nothing of the user's own configuration, agent or keys is looked at."""
    return await asyncssh.connect(
        server.host,
        server.port,
        username=server.user,
        client_keys=[key],
        known_hosts=known,
        config=None,
        agent_path=None,
        password=None,
        keepalive_interval=30,
    )


@contextmanager
def _told(server: SshServer) -> Iterator[None]:
    where = f"{server.host}:{server.port}"
    try:
        yield
    except asyncssh.HostKeyNotVerifiable as error:
        message = f"{where} is not whom known_hosts names: {error.reason}"
        raise TransportError(message, reason="host_key", permanent=True) from error
    except asyncssh.PermissionDenied as error:
        message = f"{where} does not let {server.user} in: {error.reason}"
        raise TransportError(message, reason="login", permanent=True) from error
    except asyncssh.SFTPConnectionLost as error:
        raise TransportError(f"{where}: {error.reason}", reason="connection") from error
    except asyncssh.SFTPError as error:
        raise TransportError(f"{where}: {error.reason}", reason="refused") from error
    except TimeoutError as error:
        message = (
            f"{where}: no answer within {server.timeout_s:g} s, or not done in {server.whole_s:g} s"
        )
        raise TransportError(message, reason="timeout") from error
    except (OSError, asyncssh.Error) as error:
        raise TransportError(f"{where}: {error}", reason="connection") from error


def private_key_in(path: Path, passphrase: bytes | None) -> asyncssh.SSHKey:
    """The private key in a file. Raises InputError naming it."""
    try:
        return asyncssh.import_private_key(secret(path), passphrase)
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError) as error:
        raise InputError(f"{path}: no private key for SSH: {error}") from error


def known_hosts_in(path: Path) -> asyncssh.SSHKnownHosts:
    """The host keys in a file of OpenSSH's form. Raises InputError naming it."""
    try:
        return asyncssh.read_known_hosts(str(path))
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: no list of known hosts: {error}") from error
