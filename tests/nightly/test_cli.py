"""The console command, as a shell sees it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from config.schema import CHECKOUT


def environment(**variables: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(CHECKOUT),
        **{f"NARCOWATCH_{name}": value for name, value in variables.items()},
    }


def narcowatch(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "nightly.cli", *arguments],
        cwd=folder,
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize("arguments", [[], ["help"], ["--help"]])
def test_help_lists_our_commands_with_a_line_each_and_needs_no_settings(
    tmp_path: Path, arguments: list[str]
) -> None:
    done = narcowatch(tmp_path, *arguments, NITE="1")
    assert done.returncode == 0
    assert "settings-table   Print the table of all settings" in done.stdout
    assert "migrate  " in done.stdout
    assert "collectstatic" not in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_command_tells_its_own_help(tmp_path: Path) -> None:
    done = narcowatch(tmp_path, "settings-table", "--help")
    assert done.returncode == 0
    assert done.stdout.startswith("usage: narcowatch settings-table")


def test_settings_that_are_wrong_are_told_without_a_traceback(tmp_path: Path) -> None:
    done = narcowatch(tmp_path, "migrate", CRAWL__MAX_PAGES="many", CRAWL__MAX_PAGE="1")
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "narcowatch: the settings are not right:",
        "  NARCOWATCH_CRAWL__MAX_PAGE = '1': there is no such key; the nearest is "
        "NARCOWATCH_CRAWL__MAX_PAGES",
        "  NARCOWATCH_CRAWL__MAX_PAGES = 'many': must be a valid integer",
    ]


def test_an_unknown_command_is_refused(tmp_path: Path) -> None:
    done = narcowatch(tmp_path, "nigth")
    assert done.returncode == 2
    assert done.stderr == "narcowatch: there is no command 'nigth'; `narcowatch help` lists them\n"


def test_a_database_without_tables_is_told_in_one_line(tmp_path: Path) -> None:
    done = narcowatch(tmp_path, "audit", "verify")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "no such table" in done.stderr
    assert "migrate" in done.stderr
    assert "Traceback" in (tmp_path / "var" / "log" / "narcowatch.log").read_text()


def test_a_rule_of_the_house_becomes_one_line(tmp_path: Path) -> None:
    assert narcowatch(tmp_path, "migrate").returncode == 0
    code = """
import sys
from nightly import cli
from domain.errors import GateError
import config.table
def refuse(): raise GateError("the gate is shut", ("first", "second"))
config.table.settings_markdown = refuse
sys.exit(cli.main(["settings-table"]))
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert done.stderr == "narcowatch: the gate is shut\n  first\n  second\n"


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    command = f"{sys.executable} -m nightly.cli settings-table | head -n 1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "# Settings\n", "")


def test_ctrl_c_ends_with_130(tmp_path: Path) -> None:
    code = """
import sys, time
from nightly import cli
import config.table
def wait():
    print("waiting", flush=True); time.sleep(60)
config.table.settings_markdown = wait
sys.exit(cli.main(["settings-table"]))
"""
    with subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "waiting\n"
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=30)
    assert process.returncode == 130
    assert told == "narcowatch: interrupted\n"


def test_starting_loads_no_reactor_and_no_models(tmp_path: Path) -> None:
    code = """
import sys
from nightly import cli
cli.main(["settings-table"])
heavy = {"scrapy", "twisted", "transformers", "onnxruntime", "tantivy", "telethon"}
print(sorted(heavy & set(sys.modules)), file=sys.stderr)
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stderr == "[]\n"
