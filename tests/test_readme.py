"""What the README tells a newcomer to type is typed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from nightly.command_table import command_table
from tests.people import PASSWORD

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def block_after(heading: str) -> list[str]:
    """The commands of the first indented block below a heading, comments taken off."""
    section = README.partition(f"\n{heading}\n")[2]
    lines = section.strip("\n").split("\n\n")[0].splitlines()
    return [line.strip().partition("   #")[0].strip() for line in lines]


def test_the_commands_for_real_use_work_in_their_order(tmp_path: Path) -> None:
    commands = block_after("## For real use")
    (tmp_path / "config").mkdir()
    for name in ("narcowatch.example.toml", "config/seeds.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / ".venv").symlink_to(sys.prefix)
    password = tmp_path / "password"
    password.write_text(PASSWORD)
    password.chmod(0o600)
    typed = [line for line in commands if not line.startswith("make ")]
    assert typed.pop() == ".venv/bin/narcowatch console", "serves until it is stopped"
    assert len(typed) == 8, typed
    for line in typed:
        asks = " --password-file password" if " person add " in line else ""
        done = subprocess.run(
            ["sh", "-c", line + asks],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"{line}: {done.stdout}{done.stderr}"
    made = {path.name for path in tmp_path.iterdir()}
    assert {"narcowatch.key", "my.toml", "var"} <= made
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert {"/narcowatch.key", "/my.toml", "narcowatch.toml", "/var/"} <= {*ignored}


def test_the_readme_names_every_command_and_no_other() -> None:
    table = README.partition("| command | what it does |")[2].partition("\n\n")[0]
    named = set(re.findall(r"`narcowatch ([a-z-]+)", table))
    assert named == {*command_table()}
