"""The keys and ports of the network's authorities, made once and kept."""

from __future__ import annotations

import json
import re
import shutil
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from tests.world.tor.process import TorError, run_tor_tool
from tests.world.tor.torrc import Authority

COUNT = 4
#: The certificates hold for twelve months; new keys are made well before.
_KEYS_HOLD_S = 300 * 86400
_DUMMY = f"test orport=1 no-v2 v3ident={'0' * 40} 127.0.0.1:2 {'0' * 40}"


def authorities(folder: Path) -> tuple[list[Authority], int, bool]:
    """The authorities kept in ``folder``, and the SOCKS port, made where there are none.

    The third item is true where all is as it was when the network last ran, so that what tor
    has kept of it (the consensus, above all) still holds.
    """
    kept = _read_ports(folder / "ports.json")
    same = kept is not None and _all_free(kept)
    ports = kept if kept is not None and same else _free_ports(2 * COUNT + 1)
    with ThreadPoolExecutor(COUNT) as pool:
        made = list(pool.map(lambda n: _authority(folder, n, ports), range(COUNT)))
    (folder / "ports.json").write_text(json.dumps(ports), encoding="utf-8")
    fresh_keys = any(new for _, new in made)
    return [authority for authority, _ in made], ports[-1], same and not fresh_keys


def forget_network(data: Path) -> None:
    """Delete all that tor keeps below its data directory but its keys."""
    for path in data.iterdir():
        if path.name == "keys":
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _authority(folder: Path, number: int, ports: list[int]) -> tuple[Authority, bool]:
    nick = f"auth{number}"
    data = folder / nick
    certificate = data / "keys" / "authority_certificate"
    new = not certificate.exists() or time.time() - certificate.stat().st_mtime > _KEYS_HOLD_S
    if new:
        shutil.rmtree(data, ignore_errors=True)
        _make_keys(data)
    found = re.search(r"^fingerprint ([0-9A-F]{40})$", certificate.read_text("ascii"), re.MULTILINE)
    identity = data / "keys" / "fingerprint.txt"
    if new or not identity.exists():
        identity = _relay_fingerprint(data, nick, ports[2 * number])
    fingerprint = identity.read_text(encoding="ascii").strip()
    if found is None:
        raise TorError(f"{certificate} names no fingerprint; delete {folder}")
    authority = Authority(nick, ports[2 * number], ports[2 * number + 1], found[1], fingerprint)
    return authority, new


def _make_keys(data: Path) -> None:
    keys = data / "keys"
    keys.mkdir(mode=0o700, parents=True)
    data.chmod(0o700)
    run_tor_tool(
        [
            "tor-gencert",
            "--create-identity-key",
            *("-m", "12"),
            *("-i", str(keys / "authority_identity_key")),
            *("-s", str(keys / "authority_signing_key")),
            *("-c", str(keys / "authority_certificate")),
            *("--passphrase-fd", "0"),
        ],
        given="sample world\n",
    )


def _relay_fingerprint(data: Path, nick: str, or_port: int) -> Path:
    """Make the relay's identity key; its fingerprint is kept where ``forget_network`` spares it."""
    printed = run_tor_tool(
        [
            "tor",
            *("--defaults-torrc", "/dev/null", "-f", "/dev/null", "--ignore-missing-torrc"),
            *("--DataDirectory", str(data), "--Nickname", nick, "--ORPort", str(or_port)),
            *("--TestingTorNetwork", "1", "--DirAuthority", _DUMMY, "--quiet"),
            "--list-fingerprint",
        ]
    )
    found = re.search(rf"^{nick} ((?:[0-9A-F]{{4}} ?){{10}})$", printed, re.MULTILINE)
    if found is None:
        raise TorError(f"tor --list-fingerprint printed no fingerprint: {printed[-300:]}")
    kept = data / "keys" / "fingerprint.txt"
    kept.write_text(found[1].replace(" ", ""), encoding="ascii")
    return kept


def _read_ports(path: Path) -> list[int] | None:
    if not path.exists():
        return None
    ports = json.loads(path.read_text(encoding="utf-8"))
    return ports if len(ports) == 2 * COUNT + 1 else None


def _all_free(ports: list[int]) -> bool:
    try:
        with ExitStack() as held:
            for port in ports:
                _bind(held, port)
    except OSError:
        return False
    return True


def _free_ports(count: int) -> list[int]:
    with ExitStack() as held:
        return [_bind(held, 0) for _ in range(count)]


def _bind(held: ExitStack, port: int) -> int:
    listener = held.enter_context(socket.socket())
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    bound: int = listener.getsockname()[1]
    return bound
