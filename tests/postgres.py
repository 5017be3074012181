"""A PostgreSQL server of its own, on loopback, thrown away at the end.

``python -m tests.postgres COMMAND …`` runs a command with the record in it: the whole suite of
pages on PostgreSQL is ``python -m tests.postgres .venv/bin/python -m pytest tests/review``.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.review.console.served import free_port

MISSING = "system package postgresql is not installed"
_DEBIAN = Path("/usr/lib/postgresql")
_OWNERS = ("postgres", "nobody")
_STARTS_WITHIN_S = 60


def programs() -> Path | None:
    """The folder of the newest PostgreSQL's programs, None where there is none."""
    there = [path.parent for path in _DEBIAN.glob("*/bin/initdb")]
    there.sort(key=lambda path: int(path.parent.name))
    if there:
        return there[-1]
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def available() -> bool:
    """Whether a server can be started and spoken to."""
    return programs() is not None and find_spec("psycopg") is not None


@dataclass(frozen=True, slots=True)
class Server:
    """A running server; whoever connects is let in as its only user."""

    port: int
    folder: Path
    log: Path

    def url(self, name: str = "postgres") -> str:
        """A database as ``database.url`` names it."""
        return f"postgresql://narcowatch@127.0.0.1:{self.port}/{name}"

    def create(self, name: str, template: str = "template1") -> str:
        """Make a database, as a copy of another that nobody is connected to. Returns its URL."""
        import psycopg
        from psycopg import sql

        made = sql.SQL("create database {} template {}")
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(made.format(sql.Identifier(name), sql.Identifier(template)))
        return self.url(name)


@contextmanager
def serving(settings: Mapping[str, str] | None = None) -> Iterator[Server]:
    """A server while the block runs. It refuses to run as root: then it has another user."""
    bin_dir = programs()
    assert bin_dir is not None, MISSING
    folder = Path(tempfile.mkdtemp(prefix="narcowatch-postgres-"))
    owner = _owner()
    if owner:
        os.chown(folder, owner["user"], owner["group"])
    try:
        _make(bin_dir, folder / "data", owner)
        with (folder / "log").open("wb") as log:
            port = free_port()
            process = _start(bin_dir, folder, port, settings or {}, log, owner)
            try:
                server = Server(port, folder, folder / "log")
                _await(server, process)
                yield server
            finally:
                process.send_signal(signal.SIGINT)  # "fast": sessions that are left are cut off
                process.wait(60)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _owner() -> dict[str, Any]:
    """Whose the server is, for ``subprocess``: nothing to say unless this is root."""
    if os.geteuid() != 0:
        return {}
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = next(known[name] for name in _OWNERS if name in known)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _make(bin_dir: Path, data: Path, owner: dict[str, Any]) -> None:
    subprocess.run(
        [
            bin_dir / "initdb", "--pgdata", data, "--username", "narcowatch", "--auth", "trust",
            "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync",
        ],
        check=True, capture_output=True, cwd=data.parent, **owner,
    )  # fmt: skip


def _start(
    bin_dir: Path,
    folder: Path,
    port: int,
    settings: Mapping[str, str],
    log: Any,
    owner: dict[str, Any],
) -> subprocess.Popen[bytes]:
    chosen = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": "",
        "max_connections": "60",
        **settings,
    }
    program: list[str | Path] = [bin_dir / "postgres", "-D", folder / "data"]
    for name, value in chosen.items():
        program += ["-c", f"{name}={value}"]
    return subprocess.Popen(program, stdout=log, stderr=log, cwd=folder, **owner)


def _await(server: Server, process: subprocess.Popen[bytes]) -> None:
    import psycopg

    until = time.monotonic() + _STARTS_WITHIN_S
    while time.monotonic() < until:
        try:
            psycopg.connect(server.url(), connect_timeout=5).close()
            return
        except psycopg.OperationalError:
            assert process.poll() is None, server.log.read_text()
            time.sleep(0.05)
    raise AssertionError(f"no answer within {_STARTS_WITHIN_S} s: {server.log.read_text()}")


def main() -> int:
    with serving({"fsync": "off"}) as server:
        environ = {**os.environ, "TEST_DATABASE_URL": server.url()}
        return subprocess.run(sys.argv[1:], env=environ, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
