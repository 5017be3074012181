"""The doctor as its users call it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from config.schema import CHECKOUT
from nightly.doctor import CHECKS


def doctor(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(CHECKOUT),
        "COLUMNS": "200",
        **{f"NARCOWATCH_{name}": value for name, value in variables.items()},
    }
    return subprocess.run(
        [sys.executable, "-m", "nightly.cli", *arguments],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        timeout=120,
    )


def states(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    return {row["id"]: row["state"] for row in json.loads(done.stdout)}


def test_the_doctor_of_a_fresh_checkout_asks_for_migrations_and_then_is_content(
    tmp_path: Path,
) -> None:
    fresh = doctor(tmp_path, "doctor", "--json")
    assert fresh.returncode == 1, fresh.stderr
    assert [one for one, state in states(fresh).items() if state == "error"] == ["NW004"]
    assert list(tmp_path.iterdir()) == []
    assert doctor(tmp_path, "migrate").returncode == 0
    well = doctor(tmp_path, "doctor", "--json")
    assert well.returncode == 0, well.stdout
    assert "error" not in states(well).values()
    table = doctor(tmp_path, "doctor").stdout
    assert all(check.id in table and check.title in table for check in CHECKS)


def test_a_database_that_cannot_be_opened_is_an_error(tmp_path: Path) -> None:
    done = doctor(tmp_path, "doctor", "--json", DATABASE__URL="sqlite:////proc/nowhere/x.db")
    assert done.returncode == 1
    assert (states(done)["NW003"], states(done)["NW004"]) == ("error", "error")


def test_a_data_directory_that_cannot_be_made_is_told_not_thrown(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    done = doctor(tmp_path, "doctor", "--json", DATA_DIR="file/below")
    assert done.returncode == 1, done.stderr
    assert states(done)["NW001"] == "error"
    assert "Traceback" not in done.stderr


def test_the_doctor_runs_where_settings_are_refused(tmp_path: Path) -> None:
    done = doctor(tmp_path, "doctor", "--json", CRAWL__MAX_PAGES="many", PRODUCTION="true")
    assert done.returncode == 1, done.stderr
    assert [*states(done)] == [check.id for check in CHECKS]
    assert states(done)["NW015"] == "error"
    table = doctor(tmp_path, "doctor", CRAWL__MAX_PAGES="many")
    assert "NARCOWATCH_CRAWL__MAX_PAGES = 'many'" in table.stdout
    assert "NW006" in table.stdout
