"""The console command, as a shell sees it."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
from importlib.metadata import version
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


READING = (
    ["report"],
    ["search", "x"],
    ["audit", "verify"],
    ["person", "list"],
    ["review", "next", "--user", "x"],
    ["export", "--recipient", "regulator"],
    ["index", "status"],
    ["night"],
    ["scheduler"],
)


@pytest.mark.parametrize("arguments", READING, ids=lambda words: words[0])
def test_a_command_in_a_wrong_folder_makes_nothing_and_says_where_it_looked(
    tmp_path: Path, arguments: list[str]
) -> None:
    done = narcowatch(tmp_path, *arguments)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert f"no record in {tmp_path}/var (the default: no narcowatch.toml in {tmp_path})" in (
        done.stderr
    )
    assert done.stderr.endswith("narcowatch migrate\n")
    assert list(tmp_path.iterdir()) == []


def test_the_doctor_and_the_settings_table_make_nothing(tmp_path: Path) -> None:
    assert narcowatch(tmp_path, "settings-table").returncode == 0
    assert narcowatch(tmp_path, "doctor").returncode == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", READING, ids=lambda words: words[0])
def test_tables_that_are_missing_are_told_with_what_to_type(
    tmp_path: Path, arguments: list[str]
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    sqlite3.connect(data / "narcowatch.sqlite3").close()
    (data / "narcowatch.sqlite3").touch()
    done = narcowatch(tmp_path, *arguments, DATA_DIR="data")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "migrations have not been applied" in done.stderr
    program = Path(sys.executable).parent / "narcowatch"
    assert done.stderr.endswith(f"run: NARCOWATCH_DATA_DIR=data {program} migrate\n")


def test_the_help_of_a_command_needs_no_record(tmp_path: Path) -> None:
    assert narcowatch(tmp_path, "night", "--help").returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_it_tells_its_own_version(tmp_path: Path) -> None:
    assert narcowatch(tmp_path, "--version").stdout == f"narcowatch {version('narcowatch')}\n"


def test_migrating_begins_a_record_that_others_cannot_read(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "nightly.cli", "migrate"],
        cwd=tmp_path,
        env=environment(DATA_DIR="deep/data"),
        capture_output=True,
        text=True,
        timeout=60,
        umask=0,
    )
    assert done.returncode == 0, done.stderr
    data = tmp_path / "deep" / "data"
    assert done.stdout.startswith(f"data directory {data} (the variable NARCOWATCH_DATA_DIR)\n")
    made = {path: stat.S_IMODE(path.stat().st_mode) for path in [data, *data.rglob("*")]}
    assert {"secret_key", "narcowatch.sqlite3"} <= {path.name for path in made}
    for path, mode in made.items():
        assert mode == (0o700 if path.is_dir() else 0o600), path
    assert narcowatch(tmp_path, "audit", "verify", DATA_DIR="deep/data").returncode == 0


def test_a_data_directory_that_cannot_be_made_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    done = narcowatch(tmp_path, "migrate", DATA_DIR="file/below")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "set data_dir" in done.stderr


def test_a_rule_of_the_house_becomes_one_line(tmp_path: Path) -> None:
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
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs the tests may ignore it
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


def test_a_record_that_cannot_be_written_ends_a_night_with_1_and_what_to_do(
    tmp_path: Path,
) -> None:
    seeds = tmp_path / "seeds.toml"
    seeds.write_text('[[site]]\nurl = "http://refused.test/"\n')
    variables = {"DATA_DIR": str(tmp_path / "data"), "DATABASE__TIMEOUT_S": "0.5"}
    assert narcowatch(tmp_path, "migrate", "--verbosity", "0", **variables).returncode == 0
    lock = sqlite3.connect(tmp_path / "data" / "narcowatch.sqlite3", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    try:
        done = narcowatch(tmp_path, "night", "--seeds", str(seeds), **variables)
    finally:
        lock.close()
    assert done.returncode == 1
    assert "database is locked" in done.stderr
    assert "Start it again" in done.stderr
    assert "Traceback" not in done.stderr
