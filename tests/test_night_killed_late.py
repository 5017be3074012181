"""kill -9 within the stages that follow the fetching, each at a chosen row, and what is then left.

A trigger in the night's own database holds it up as it writes that row, inside the transaction:
from outside the database is locked for as long as it takes to kill the night.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.nights import House, build_house, requests_by_host, served_by_host
from tests.people import PASSWORD
from tests.test_night_killed import kill_when
from tests.world.exchange import html, not_found
from tests.world.scriptapp import browser_available
from tests.world.seeding import seeds_toml
from tests.world.world import World

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

#: Shops whose own texts sell; the second is a mirror of the first.
SITES = ("aurora-kz", "aurora-kz-2", "caspian-cloud", "zelenka-steppe", "tikhiy-doktor")
#: Counts until nobody waits for it any more.
_HELD_UP = (
    "SELECT count(*) FROM (WITH RECURSIVE n(x) AS "
    "(SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 1000000000000) SELECT x FROM n)"
)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with World(tmp_path / "world", tor=False) as world:
        seeds = [fact for fact in world.truth() if fact.slug in SITES and fact.username == ""]
        states = ("in_review", "confirmed", "requested")
        every_night = {f"{state}_days": 0 for state in states}
        rules = {**every_night, "gone_after": 1, "cleaned_after": 1}
        built = build_house(world, tmp_path / "house", seeds_toml(seeds), recheck=rules)
        alone = built.config.read_text().replace("[crawl]", "[crawl]\nfollow_discovered = false")
        built.config.write_text(alone)
        yield built


def database(house: House, wait_s: float = 30.0) -> sqlite3.Connection:
    return sqlite3.connect(house.data / "narcowatch.sqlite3", timeout=wait_s, isolation_level=None)


def locked(house: House) -> bool:
    """Whether somebody is writing into the record."""
    connection = database(house, 0.0)
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
    except sqlite3.OperationalError:
        return True
    finally:
        connection.close()
    return False


def run_sql(house: House, sql: str) -> None:
    connection = database(house)
    try:
        connection.execute(sql)
    finally:
        connection.close()


def kill_within(house: House, stage: str, table: str, when: str = "1", after: int = 0) -> None:
    """Start a night and kill it as its ``stage`` writes the first row of ``table`` for which
    ``when`` holds and before which ``after`` rows were written."""
    when = f"{when} AND (SELECT count(*) FROM {table}) >= {after}"

    def running() -> set[tuple[int, int]]:
        rows = "SELECT run_id, starts FROM cases_stagerun"
        return set(house.rows(f"{rows} WHERE stage = '{stage}' AND state = 'running'"))

    killed_before = running()

    def held_up() -> bool:
        begun = running() - killed_before
        written = house.rows(f"SELECT count(*) FROM {table}")[0][0]
        return bool(begun) and written >= after and all(locked(house) for _ in range(50))

    run_sql(
        house,
        f"CREATE TRIGGER held_up BEFORE INSERT ON {table} WHEN {when} BEGIN {_HELD_UP}; END",
    )
    try:
        kill_when(house, held_up, longest_s=500)
    finally:
        run_sql(house, "DROP TRIGGER held_up")


def finish(house: House) -> dict[str, Any]:
    done = house.narcowatch(*house.night_arguments(), timeout=400)
    assert done.returncode in {0, 3}, done.stdout[-3000:] + done.stderr[-3000:]
    return house.report()


def counted(report: dict[str, Any], stage: str) -> dict[str, int]:
    (line,) = [line for line in report["stages"] if line["stage"] == stage]
    assert line["state"] == "done"
    counts: dict[str, int] = line["counts"]
    return counts


def assert_nothing_lost_or_doubled(house: House, *reports: dict[str, Any]) -> None:
    asked: Counter[str] = Counter()
    for report in reports:
        asked += requests_by_host(report) + requests_by_host(report, "refetched")
    assert asked == served_by_host(house.world)
    for rows in (
        "SELECT run_id, url_hash, rendered FROM cases_capture",
        "SELECT run_id, case_id, url_hash FROM cases_screenshot",
        "SELECT run_id, case_id FROM cases_contentcheck",
        "SELECT case_id, kind, state, other_id FROM cases_proposal",
        "SELECT case_id, source_id FROM cases_proposedverdict",
        "SELECT links FROM cases_family",
        "SELECT subject, details FROM cases_auditevent WHERE action IN "
        "('screenshot.taken', 'verdict.proposed', 'evidence.sealed', 'family.joined')",
    ):
        found = house.rows(rows)
        assert len(found) == len(set(found)), rows
    taken = house.rows("SELECT 1 FROM cases_auditevent WHERE action = 'screenshot.taken'")
    assert len(taken) == len(house.rows("SELECT 1 FROM cases_screenshot"))
    unfounded = "SELECT id FROM cases_family WHERE id NOT IN (SELECT family_id FROM cases_case"
    assert house.rows(f"{unfounded} WHERE family_id IS NOT NULL)") == []
    seals = house.rows("SELECT subject FROM cases_auditevent WHERE action = 'evidence.sealed'")
    assert Counter(subject for (subject,) in seals) == {
        f"run:{report['run']}": 1 for report in reports
    }
    chain = house.narcowatch("audit", "verify", "--evidence")
    assert chain.returncode == 0, chain.stdout + chain.stderr


def test_a_first_night_killed_in_families_screenshots_and_seal(house: House) -> None:
    kill_within(house, "families", "cases_family")
    if browser_available():
        kill_within(house, "screenshots", "cases_screenshot", after=1)
        assert len(house.rows("SELECT 1 FROM cases_screenshot")) == 1
    kill_within(house, "seal", "cases_auditevent", "NEW.action = 'evidence.sealed'")
    report = finish(house)

    assert report["starts"] == (4 if browser_available() else 3)
    families = {line["target"]: line["family"] for line in report["cases"]}
    assert len(families) == len(SITES)
    assert families["host:aurora-kz.test"] == families["host:aurora-kz-2.test"] is not None
    assert counted(report, "families")["out: cases joined"] == sum(
        family is not None for family in families.values()
    )
    if browser_available():
        pictures = len(house.rows("SELECT 1 FROM cases_screenshot"))
        assert pictures > 1
        assert counted(report, "screenshots")["out: taken"] == pictures
        assert counted(report, "screenshots")["in: pages"] == pictures
    assert_nothing_lost_or_doubled(house, report)


def people(house: House, tmp_path: Path) -> Callable[[str, int], None]:
    """Two analysts; gives back what has one of them confirm a case."""
    password = tmp_path / "password"
    password.write_text(PASSWORD)
    password.chmod(0o600)
    signing_in = ("--password-file", str(password))
    for name in ("analyst1", "analyst2"):
        added = house.narcowatch("person", "add", name, "--group", "analyst", *signing_in)
        assert added.returncode == 0, added.stderr

    def confirm(name: str, case: int) -> None:
        verdict = ("confirm", str(case), "--jurisdiction", "sells_in", "--reason", "price list")
        said = house.narcowatch("review", *verdict, "--user", name, *signing_in)
        assert said.returncode == 0, said.stderr

    return confirm


def test_a_later_night_killed_in_families_and_in_looking_again(
    house: House, tmp_path: Path
) -> None:
    first = finish(house)
    confirm = people(house, tmp_path)
    (case,) = [line["case"] for line in first["cases"] if line["target"] == "host:aurora-kz.test"]
    for name in ("analyst1", "analyst2"):
        confirm(name, case)
    garden = html("<h1>Садовый центр</h1><p>Саженцы яблонь, груш и вишен. Доставка по городу.</p>")
    house.world.server.add(
        {"caspian-cloud.test": not_found, "zelenka-steppe.test": lambda request: garden}
    )
    kill_within(house, "families", "cases_proposedverdict")
    kill_within(house, "recheck", "cases_contentcheck", after=2)
    assert len(house.rows("SELECT 1 FROM cases_contentcheck")) == 2
    kill_within(house, "recheck", "cases_proposal")
    report = finish(house)

    assert report["starts"] == 4
    looks = {line["name"]: line["result"] for line in report["looked_again"]}
    assert len(looks) == len(SITES)
    assert (looks["caspian-cloud.test"], looks["zelenka-steppe.test"]) == ("down", "up")
    kinds = Counter(kind for (kind,) in house.rows("SELECT kind FROM cases_proposal"))
    assert kinds["gone"] == kinds["cleaned"] == 1
    again = counted(report, "recheck")
    assert {name: n for name, n in again.items() if name.startswith("out: looks")} == {
        f"out: looks: {result}": n for result, n in Counter(looks.values()).items()
    }
    assert again["out: proposed: gone"] == again["out: proposed: cleaned"] == 1
    (proposed,) = house.rows("SELECT source_id FROM cases_proposedverdict")
    assert proposed == (case,)
    assert counted(report, "families")["out: verdicts proposed"] == 1
    assert_nothing_lost_or_doubled(house, first, report)
