"""A BIND primary and an Unbound that transfers from it, as the documentation sets them up."""

from __future__ import annotations

import re
import subprocess
import textwrap
import time
from pathlib import Path
from types import TracebackType

from blocking.resolver import TrialResolver
from blocking.zonecheck import program
from config.schema import CHECKOUT
from tests.review.console.served import free_port

_DOC = CHECKOUT / "docs" / "formats.md"
_WITHIN_S = 60
_OPTIONS = """
key "rndc" {{ algorithm hmac-sha256; secret "bm90IG9mIGltcG9ydGFuY2UgaGVyZQ=="; }};
controls {{ inet 127.0.0.1 port {control} allow {{ 127.0.0.1; }} keys {{ "rndc"; }}; }};
options {{
    directory "{folder}";
    listen-on port {port} {{ 127.0.0.1; }};
    listen-on-v6 {{ none; }};
    pid-file none;
    lock-file none;
    session-keyfile none;
    recursion no;
    dnssec-validation no;
}};
"""


def documented(begins: str) -> str:
    """The block of the documentation whose first line begins so."""
    blocks = re.findall(r"\n\n((?:    .*\n|\n(?=    ))+)", _DOC.read_text("utf-8"))
    (found,) = [block for block in map(textwrap.dedent, blocks) if block.startswith(begins)]
    return found


class Primary:
    """BIND with the documented zones, loaded from ``current``; the resolver at
    ``resolver_port`` is told. A context manager."""

    def __init__(self, folder: Path, current: Path, port: int, resolver_port: int) -> None:
        self.folder, self.port, self._control = folder, port, free_port()
        folder.mkdir()
        zones = documented('zone "passthru')
        for written, here in (
            ("/var/lib/bind/narcowatch/current", str(current)),
            ("/var/cache/bind", str(folder)),
            ("also-notify { 192.0.2.53; }", f"also-notify {{ 127.0.0.1 port {resolver_port}; }}"),
            ("192.0.2.53", "127.0.0.1"),
        ):
            assert written in zones
            zones = zones.replace(written, here)
        options = _OPTIONS.format(folder=folder, port=self.port, control=self._control)
        (folder / "named.conf").write_text(options + zones)
        (folder / "rndc.key").write_text(options.strip().splitlines()[0])
        self._log = folder / "log"

    def __enter__(self) -> Primary:
        with self._log.open("wb") as stream:
            self._process = subprocess.Popen(
                [program("named"), "-g", "-4", "-n", "1", "-c", str(self.folder / "named.conf")],
                stdout=stream, stderr=stream,
            )  # fmt: skip
        try:
            until(lambda: "running" in self.log() or self._process.poll() is not None)
            assert self._process.poll() is None, self.log()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def _stop(self) -> None:
        self._process.terminate()
        self._process.wait(30)

    def log(self) -> str:
        return self._log.read_text("utf-8", errors="replace")

    def reload(self) -> None:
        """As an operator does, with the documented command."""
        for command in documented("rndc reload").split("&&"):
            rndc, *rest = command.split()
            subprocess.run(
                [program(rndc), "-s", "127.0.0.1", "-p", str(self._control),
                 "-k", str(self.folder / "rndc.key"), *rest],
                check=True, capture_output=True,
            )  # fmt: skip

    def transfers(self, zone: str) -> list[tuple[str, str]]:
        """The kind of each transfer of ``zone``, and the serials that it led from and to."""
        line = rf"transfer of '{re.escape(zone)}/IN': (\wXFR) started.*\(serial ([^)]+)\)"
        return re.findall(line, self.log())


class Secondary(TrialResolver):
    """Unbound with the documented zones, which it transfers from a primary at ``port``."""

    def __init__(self, folder: Path, primary_port: int) -> None:
        folder.mkdir()
        super().__init__(program("unbound"), [], folder)
        self._primary_port = primary_port

    def _write_config(self) -> Path:
        config = super()._write_config()
        text = config.read_text("utf-8")
        zones = documented("server:\n    module-config")
        zones = zones.replace("192.0.2.10", f"127.0.0.1@{self._primary_port}")
        zones = zones.replace("/var/lib/unbound", str(self._folder))
        config.write_text(text + zones)
        return config


def until(met) -> None:
    """Wait until something holds."""
    end = time.monotonic() + _WITHIN_S
    while not met():
        assert time.monotonic() < end, "not within a minute"
        time.sleep(0.1)
