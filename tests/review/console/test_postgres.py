"""The console on PostgreSQL: its pages over a record, and people at it. SQLite beside it, alike."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.analysts.running import environment_of, filled, shift
from bench.console.comparing import in_turns
from bench.console.tour import TOURS
from config.schema import CHECKOUT
from tests import postgres

ENGINES = ("sqlite", "postgresql")
CASES, CAPTURES, INDEXED = 400, 2_000, 50


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    if not postgres.available():
        pytest.skip(postgres.MISSING)
    with postgres.serving({"fsync": "off"}) as running:
        yield running


@pytest.fixture(scope="module", params=ENGINES)
def record(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """Settings of a record of some hundred cases."""
    data = tmp_path_factory.mktemp(request.param)
    if request.param == "sqlite":
        environ = environment_of(data)
    else:
        environ = environment_of(data, request.getfixturevalue("server").create("record"))
    made = filled(environ, CASES, CAPTURES, INDEXED)
    assert (made["engine"], made["rows"]["Case"], made["rows"]["Capture"]) == (
        request.param, CASES, CAPTURES,
    )  # fmt: skip
    return environ


def ours(record: dict[str, str], *program: str) -> str:
    done = subprocess.run(
        [sys.executable, *program], env={**os.environ, **record}, cwd=CHECKOUT, check=True,
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    return done.stdout


def test_the_made_up_record_holds(record: dict[str, str]) -> None:
    """States, decisions, holds: what the chain tells, the record says."""
    assert "audit chain holds" in ours(record, "-m", "nightly.cli", "audit", "verify")


def test_every_main_page_answers(record: dict[str, str]) -> None:
    figures = in_turns(record, record, 10)
    assert figures.keys() == TOURS.keys()
    assert figures["case"]["large"]["queries"][0] > 10


def test_people_who_work_at_once(record: dict[str, str]) -> None:
    """No error, no case before two people, no verdict lost or doubled, and a chain that holds."""
    found = shift(record, people=6, seconds=20, think=0.3)
    assert found["wrong"] == found["given_twice"] == found["lost_or_doubled"] == [], found
    assert found["chain"] == found["contradictions"] == [], found
    assert found["verdicts"] >= 6, found
    assert "locked" not in Path(record["NARCOWATCH_DATA_DIR"], "console.log").read_text()
