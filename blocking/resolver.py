"""A private Unbound on loopback that knows every name, for trying zones out.

It is told that any name in the world has one documentation address, so that it needs no network:
whatever does not answer with it was blocked by the zones on trial.
"""

from __future__ import annotations

import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import dns.exception
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype

_EVERYWHERE, _HERE = "192.0.2.1", "192.0.2.2"
_START_S = 120.0
_ASK_S = 5.0
_POLL_S = 0.2
_PORTS_TRIED = 5
_PORT_TAKEN = "address already in use"
_ROOT = f"""$TTL 60
$ORIGIN .
@ IN SOA localhost. hostmaster.localhost. 1 3600 600 86400 60
@ IN NS localhost.
* IN A {_EVERYWHERE}
{{ready}} IN A {_HERE}
"""
_CONFIG = """server:
  directory: "{folder}"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  do-daemonize: no
  interface: 127.0.0.1@{port}
  access-control: 127.0.0.0/8 allow
  do-ip6: no
  num-threads: 1
  so-reuseport: no
  module-config: "respip validator iterator"
  local-zone: "test." nodefault
remote-control:
  control-enable: no
{zones}auth-zone:
  name: "."
  zonefile: "{folder}/root.zone"
  for-upstream: yes
  for-downstream: yes
  fallback-enabled: no
"""


class TrialResolver:
    """Unbound as a child process with ``zones`` (name, file) as RPZ, in this order.

    A context manager. ``problem`` is "" when it runs, and what it said otherwise. ``folder`` must
    be empty and is filled with copies, so that the files on trial are not touched.
    """

    def __init__(self, unbound: str, zones: Sequence[tuple[str, Path]], folder: Path) -> None:
        self._unbound, self._zones, self._folder = unbound, zones, folder
        self._process: subprocess.Popen[bytes] | None = None
        self._ready = f"{secrets.token_hex(8)}.ready.example"
        self.port, self.problem = 0, ""

    def __enter__(self) -> TrialResolver:
        for _ in range(_PORTS_TRIED):
            self.problem = self._start()
            if _PORT_TAKEN not in self.problem.lower():
                break
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def _start(self) -> str:
        """An empty text once it runs, what it logged when it does not."""
        self._stop()
        self.port = _free_port()
        config, log = self._write_config(), self._folder / "log"
        with log.open("wb") as stream:
            self._process = subprocess.Popen(  # noqa: S603 - a fixed program and our own file
                [self._unbound, "-d", "-c", str(config)], stdout=stream, stderr=stream
            )
        return self._wait(self._process, log)

    def _stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def is_blocked(self, name: str) -> bool:
        """Whether ``name`` has no address here. Raises DNSException when nothing comes back."""
        return not self._addresses(name)

    def _addresses(self, name: str, timeout_s: float = _ASK_S) -> list[str]:
        query = dns.message.make_query(name, dns.rdatatype.A)
        answer, _ = dns.query.udp_with_fallback(
            query, "127.0.0.1", timeout=timeout_s, port=self.port, ignore_unexpected=True
        )
        if answer.rcode() != dns.rcode.NOERROR:
            return []
        return [
            item.address
            for rrset in answer.answer
            if rrset.rdtype == dns.rdatatype.A
            for item in rrset
        ]

    def _write_config(self) -> Path:
        root = _ROOT.format(ready=self._ready)
        (self._folder / "root.zone").write_text(root, encoding="ascii")
        zones = ""
        for number, (name, path) in enumerate(self._zones):
            copy = self._folder / f"{number}.rpz"
            shutil.copyfile(path, copy)
            zones += f'rpz:\n  name: "{name}"\n  zonefile: "{copy}"\n'
        config = self._folder / "unbound.conf"
        text = _CONFIG.format(folder=self._folder, port=self.port, zones=zones)
        config.write_text(text, encoding="utf-8")
        return config

    def _wait(self, process: subprocess.Popen[bytes], log: Path) -> str:
        """An empty text once it answers, it and no other; what it logged when it does not."""
        deadline = time.monotonic() + _START_S
        while time.monotonic() < deadline:
            if process.poll() is not None:
                return _tail(log) or f"it stopped with code {process.returncode}"
            try:
                if _HERE in self._addresses(self._ready, _POLL_S):
                    return ""
            except (OSError, dns.exception.DNSException):
                pass
            time.sleep(0.05)
        return f"it did not answer within {_START_S:.0f} s; {_tail(log)}"


def _tail(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return " / ".join(lines[-5:])


def _free_port() -> int:
    """A port that is free for both UDP and TCP on loopback, as far as one can know."""
    while True:
        with (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
            socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp,
        ):
            udp.bind(("127.0.0.1", 0))
            port = int(udp.getsockname()[1])
            try:
                tcp.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
