"""A recipient with nothing but curl and `verify-export`, as the documentation has it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from config.schema import CHECKOUT

CLIENT = CHECKOUT / "docs" / "pull.sh"
needs_curl = pytest.mark.skipif(not shutil.which("curl"), reason="system package missing: curl")


class Recipient:
    """A folder that the client of the documentation keeps."""

    def __init__(
        self, url: str, secret: str, environ: Mapping[str, str], folder: Path, signed_by: Path
    ) -> None:
        self.folder = folder
        (folder / "bin").mkdir(parents=True)
        program = folder / "bin" / "narcowatch"
        program.write_text(f'#!/bin/sh\nexec {sys.executable} -m nightly.cli "$@"\n')
        program.chmod(0o700)
        header = folder / "header"
        header.write_text(f"Authorization: Bearer {secret}\n")
        (folder / "had").mkdir()
        self._environ = {
            **environ,
            "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(CHECKOUT),
            "PULL_FROM": url,
            "PULL_HEADER": str(header),
            "PULL_SIGNED_BY": str(signed_by),
        }

    def pull(self, mode: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", str(CLIENT), mode, str(self.folder / "had")],
            env=self._environ, capture_output=True, text=True, check=False,
        )  # fmt: skip

    def names(self, number: int) -> set[str]:
        return {path.name for path in (self.folder / "had" / str(number)).iterdir()}

    def documents(self, name: str) -> list[dict]:
        path = self.folder / "had" / name
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
