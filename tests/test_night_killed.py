"""kill -9 in the middle of a night, and a second start that finishes it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.nights import House, build_house, requests_by_host, served_by_host
from tests.world.world import World

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with World(tmp_path / "world", tor=False, latency_ms=20) as world:
        yield build_house(world, tmp_path / "house", world.seeds_toml())


def kill_when(house: House, holds: Callable[[], bool], longest_s: float = 120) -> None:
    """Start a night and kill -9 it, and it alone, as soon as ``holds``."""
    night = house.start_night()
    deadline = time.monotonic() + longest_s
    while not holds():
        assert night.poll() is None, (house.folder / "night.log").read_text()[-3000:]
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.kill(night.pid, signal.SIGKILL)
    night.wait()


def served(house: House) -> int:
    return served_by_host(house.world).total()


def assessed(house: House) -> int:
    return int(house.rows("SELECT count(*) FROM cases_assessmentrow")[0][0])


def test_a_night_killed_thrice_loses_and_doubles_nothing(house: House) -> None:
    kill_when(house, lambda: served(house) >= 25)
    kill_when(house, lambda: served(house) >= 70)
    kill_when(house, lambda: assessed(house) >= 64)
    done = house.narcowatch(*house.night_arguments(), timeout=400)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    report = house.report()

    assert report["starts"] == 4
    expected = requests_by_host(report) + requests_by_host(report, "refetched")
    assert expected == served_by_host(house.world)
    doubled = house.rows(
        "SELECT run_id, url_hash FROM cases_capture GROUP BY run_id, url_hash, rendered "
        "HAVING count(*) > 1"
    )
    assert doubled == []
    assert house.rows("SELECT count(*) FROM cases_run") == [(1,)]
    unread = house.rows(
        "SELECT count(*) FROM cases_documentrow d LEFT JOIN cases_assessmentrow a "
        "ON a.document_id = d.id WHERE a.id IS NULL"
    )
    assert unread == [(0,)]
    found = {line["target"] for line in report["cases"]}
    assert set(house.must_find()) <= found
    chain = house.narcowatch("audit", "verify")
    assert chain.returncode == 0, chain.stderr


def test_what_a_night_that_died_had_read_is_judged_by_the_next(house: House) -> None:
    kill_when(house, lambda: served(house) >= 70)
    (house.folder / "seeds.toml").write_text('[[site]]\nurl = "http://nowhere.test/"\n')
    done = house.narcowatch(*house.night_arguments(), timeout=400)
    assert done.returncode == 3, done.stdout[-3000:] + done.stderr[-3000:]
    unjudged = house.rows(
        "SELECT t.value FROM cases_case c JOIN cases_target t ON t.id = c.target_id "
        "WHERE c.state IN ('new', 'assessed') AND EXISTS "
        "(SELECT 1 FROM cases_documentrow d WHERE d.target_id = t.id) AND NOT EXISTS "
        "(SELECT 1 FROM cases_runsource s WHERE s.target_id = t.id AND s.why = 'search')"
    )
    assert unjudged == []
    found = {line["target"] for line in house.report()["cases"]}
    assert found & set(house.must_find()), "shops of the first night stand in the report"
