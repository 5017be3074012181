"""Commands as a supervisor types them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nightly.cli import main
from tests.blocking.conftest import PASSWORD

#: Runs a command; gives its exit code, what it wrote, and what it complained of.
Runs = Callable[..., tuple[object, str, str]]


def running(folder: Path, capsys: pytest.CaptureFixture[str]) -> Runs:
    """Commands of supervisor1, whose password lies in ``folder``."""
    password = folder / "password"
    password.write_text(PASSWORD)
    password.chmod(0o600)
    who = ["--user", "supervisor1", "--password-file", str(password)]

    def call(*arguments: str) -> tuple[object, str, str]:
        try:
            code: object = main([*arguments, *(who if arguments[0] == "release" else [])])
        except SystemExit as stop:
            code = stop.code
        out = capsys.readouterr()
        return code, out.out, out.err

    return call
