"""A private Unbound on loopback that knows every name, for trying zones out.

It is told that any name in the world has one documentation address, so that it needs no network:
whatever does not answer with it was blocked by the zones on trial.
"""

from __future__ import annotations

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

_READY_NAME = "trial-load-ready.example"
_EVERYWHERE = "192.0.2.1"
_START_S = 120.0
_ASK_S = 5.0
_POLL_S = 0.2
_ROOT = f"""$TTL 60
$ORIGIN .
@ IN SOA localhost. hostmaster.localhost. 1 3600 600 86400 60
@ IN NS localhost.
* IN A {_EVERYWHERE}
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
        self.port, self.problem = _free_port(), ""

    def __enter__(self) -> TrialResolver:
        config = self._write_config()
        log = self._folder / "log"
        with log.open("wb") as stream:
            self._process = subprocess.Popen(  # noqa: S603 - a fixed program and our own file
                [self._unbound, "-d", "-c", str(config)], stdout=stream, stderr=stream
            )
        self.problem = self._wait(log)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None:
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
        (self._folder / "root.zone").write_text(_ROOT, encoding="ascii")
        zones = ""
        for number, (name, path) in enumerate(self._zones):
            copy = self._folder / f"{number}.rpz"
            shutil.copyfile(path, copy)
            zones += f'rpz:\n  name: "{name}"\n  zonefile: "{copy}"\n'
        config = self._folder / "unbound.conf"
        text = _CONFIG.format(folder=self._folder, port=self.port, zones=zones)
        config.write_text(text, encoding="utf-8")
        return config

    def _wait(self, log: Path) -> str:
        """ "" once it answers; what it logged when it stops, or never answers."""
        assert self._process is not None
        deadline = time.monotonic() + _START_S
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                return _tail(log) or f"it stopped with code {self._process.returncode}"
            try:
                if self._addresses(_READY_NAME, _POLL_S):
                    return ""
            except (OSError, dns.exception.DNSException):
                pass
            time.sleep(0.05)
        return f"it did not answer within {_START_S:.0f} s; {_tail(log)}"


def _tail(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return " / ".join(lines[-5:])


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
