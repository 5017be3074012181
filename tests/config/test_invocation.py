from __future__ import annotations

from pathlib import Path

import pytest

from config.invocation import command_form


@pytest.fixture
def venv(tmp_path: Path) -> Path:
    """A folder with ``.venv/bin/narcowatch`` in it."""
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    (programs / "narcowatch").write_text("#!/bin/sh\n")
    (programs / "narcowatch").chmod(0o755)
    return tmp_path


def form(folder: Path, argv0: str, cwd: Path | None = None, **environ: str) -> str:
    return command_form(argv0, folder / ".venv" / "bin" / "python", environ, cwd or folder)


def test_a_program_is_called_again_as_it_was(venv: Path) -> None:
    assert form(venv, ".venv/bin/narcowatch") == ".venv/bin/narcowatch"
    full = str(venv / ".venv/bin/narcowatch")
    assert form(venv, full, Path("/")) == full


def test_a_program_found_on_the_path_keeps_its_name(venv: Path) -> None:
    path = str(venv / ".venv" / "bin")
    assert form(venv, f"{path}/narcowatch", PATH=path) == "narcowatch"
    assert form(venv, "/x/nightly/cli.py", PATH=path) == "narcowatch"


def test_a_module_is_named_by_the_program_beside_its_interpreter(venv: Path) -> None:
    assert form(venv, "/x/nightly/cli.py") == ".venv/bin/narcowatch"
    assert form(venv, "/x/nightly/cli.py", Path("/etc")) == str(venv / ".venv/bin/narcowatch")
    assert form(venv / "nowhere", "/x/nightly/cli.py") == "narcowatch"


def test_the_variables_that_choose_the_record_come_along_and_secrets_do_not(venv: Path) -> None:
    told = form(
        venv,
        ".venv/bin/narcowatch",
        NARCOWATCH_CONFIG="my own.toml",
        NARCOWATCH_SECRET_KEY="s" * 50,
        NARCOWATCH_DATA_DIR="",
    )
    assert told == "NARCOWATCH_CONFIG='my own.toml' .venv/bin/narcowatch"
