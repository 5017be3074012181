"""``narcowatch console --demo`` as somebody starts it who is new here."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings as live
from playwright.sync_api import Page, expect

from config.errors import SettingsError
from config.loading import load
from config.schema import CHECKOUT
from domain.errors import InputError
from review.demo import running
from review.demo.tour import tour_of
from review.management.commands.console import check_fit
from tests.review.console.browsing import browse
from tests.review.console.served import free_port
from tests.review.console.whole import checks

_STARTS_WITHIN_S = 240
#: What a house that works for real has in its environment.
REAL = {
    "NARCOWATCH_CONFIG": "",
    "NARCOWATCH_DATABASE__URL": "postgresql://nobody:nothing@127.0.0.1:1/real",
    "NARCOWATCH_REVIEW__SECOND_FACTOR": "true",
    "NARCOWATCH_BLOCKING__AUTHORITY__UNIT": "The real unit",
}


def command(*more: str) -> list[str]:
    return [sys.executable, "-m", "nightly.cli", "console", "--demo", *more]


def environ(data: Path, **settings: str) -> dict[str, str]:
    return {
        **os.environ, **REAL, "NARCOWATCH_DATA_DIR": str(data), "PYTHONUNBUFFERED": "1", **settings
    }  # fmt: skip


@contextmanager
def toured(data: Path, *more: str) -> Iterator[tuple[str, str]]:
    """The address of the console over the tour, and what was printed."""
    port = free_port()
    out = data.parent / f"{port}.log"
    with out.open("wb") as log:
        process = subprocess.Popen(
            [*command(), "--listen", f"127.0.0.1:{port}", *more],
            env=environ(data), cwd=CHECKOUT, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        until = time.monotonic() + _STARTS_WITHIN_S
        while True:
            assert process.poll() is None, out.read_text()
            assert time.monotonic() < until, out.read_text()
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in", timeout=5).close()
                break
            except OSError:
                time.sleep(0.2)
        yield f"http://127.0.0.1:{port}", out.read_text()
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def codes(data: Path) -> dict[str, str]:
    """The codes of now, by name, as the command prints them."""
    done = subprocess.run(
        command("--codes"), env=environ(data), cwd=CHECKOUT, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    return dict(re.findall(r"^(\w+) +\w+ +(\d{6}) ", done.stdout, re.MULTILINE))


def refused(data: Path, *more: str, **settings: str) -> str:
    done = subprocess.run(
        command(*more), env=environ(data, **settings), cwd=CHECKOUT, capture_output=True,
        text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 2, done.stdout + done.stderr
    return done.stderr


def people(data: Path) -> list[str]:
    with sqlite3.connect(data / "tour" / "narcowatch.sqlite3") as record:
        return [row[0] for row in record.execute("select password from cases_person")]


@pytest.mark.timeout(900)  # it starts three consoles, and fills two records
def test_somebody_new_takes_the_tour(tmp_path: Path) -> None:
    data = tmp_path / "var"
    data.mkdir()
    kept = data / "narcowatch.sqlite3"
    kept.write_bytes(b"the real record")
    with toured(data) as (url, printed):
        found = re.search(r"shown this once: +(\S+)", printed)
        assert found, printed
        word = found[1]
        assert len(re.findall(r"^otpauth://totp/", printed, re.MULTILINE)) == 7
        code = codes(data)["analyst1"]

        def story(page: Page) -> None:
            page.goto("/")
            page.get_by_label("Name").fill("analyst1")
            page.get_by_label("Password").fill(word)
            page.keyboard.press("Enter")
            page.get_by_label("Code of your authenticator").fill(code)
            page.keyboard.press("Enter")
            expect(page.locator("article.case")).to_be_visible()
            page.locator(".demo").get_by_role("link", name="Tour").click()
            expect(page.get_by_text("0 of 11 steps are done")).to_be_visible()
            page.goto("/search?q=прегабалин")
            page.get_by_role("link", name=re.compile(r"^Case \d")).click()
            page.get_by_label("Dismiss").check()
            page.get_by_label("Reason").fill("лицензия и рецепт")
            page.get_by_role("button", name=re.compile("^Decide")).click()
            expect(page.get_by_label("Reason")).not_to_have_value("лицензия и рецепт")
            page.goto("/tour")
            assert [*checks.broken_rules(page), *checks.overflowing(page)] == []
            expect(page.get_by_text("1 of 11 steps is done")).to_be_visible()
            expect(page.get_by_text("1 of 1 verdict of yours is true.")).to_be_visible()

        browse(story, url)
        with urllib.request.urlopen(f"{url}/sign-in") as answer:
            assert b"A tour with made-up data" in answer.read()
    before = people(data)
    with toured(data) as (_, printed):
        assert "shown this once" not in printed
        assert people(data) == before
    with toured(data, "--fresh") as (_, printed):
        assert "shown this once" in printed
        assert people(data) != before
    assert kept.read_bytes() == b"the real record"
    assert {path.name for path in data.iterdir()} - {"log"} == {"narcowatch.sqlite3", "tour"}


def test_production_has_no_tour(tmp_path: Path) -> None:
    data = tmp_path / "var"
    data.mkdir()
    production = {
        "NARCOWATCH_PRODUCTION": "true",
        "NARCOWATCH_SECRET_KEY": "s" * 64,
        "NARCOWATCH_REVIEW__HTTPS": "true",
    }
    for more in ((), ("--fresh",), ("--codes",)):
        assert "no tour in production" in refused(data, *more, **production)
    assert not (data / "tour").exists()


def test_a_record_that_is_made_up_is_served_in_no_production(tmp_path: Path) -> None:
    review = live.NARCOWATCH.review.model_copy(update={"https": True})
    chosen = live.NARCOWATCH.model_copy(
        update={"production": True, "review": review, "data_dir": tmp_path}
    )
    check_fit(chosen)
    (tmp_path / "THIS-IS-A-DEMO").write_text("")
    with pytest.raises(InputError, match="holds made-up data"):
        check_fit(chosen)
    (tmp_path / "tour.json").write_text('{"begun_at": "2026-01-01", "event": 1, "cases": {}}')
    assert tour_of(tmp_path, production=True) is None
    assert tour_of(tmp_path, production=False) is not None


def test_its_settings_are_the_safe_ones_and_cannot_be_productions(tmp_path: Path) -> None:
    """Nothing of the house goes in, and second factor, passwords and lock-out are as they are."""
    given = running.environment(tmp_path / "tour", {**REAL, "NARCOWATCH_PRODUCTION": "true"})
    values = load(_own(given), tmp_path)
    plain = load({"NARCOWATCH_CONFIG": ""}, tmp_path)
    assert values.database.url == ""
    assert values.review == plain.review
    assert values.review.second_factor
    assert not values.production
    assert not values.debug
    with pytest.raises(SettingsError):
        load({**_own(given), "NARCOWATCH_PRODUCTION": "true"}, tmp_path)


def _own(given: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in given.items() if name.startswith("NARCOWATCH_")}


def test_a_folder_that_is_something_else_stays_as_it_is(tmp_path: Path) -> None:
    data = tmp_path / "var"
    (data / "tour").mkdir(parents=True)
    (data / "tour" / "work").write_text("mine")
    for more in ((), ("--fresh",)):
        assert "is no tour's" in refused(data, *more)
    (data / "tour" / "work").unlink()
    (data / "tour").rmdir()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "THIS-IS-A-DEMO").write_text("")
    (data / "tour").symlink_to(elsewhere)
    assert "is no tour's" in refused(data, "--fresh")
    assert (elsewhere / "THIS-IS-A-DEMO").exists()
    assert "there is no tour yet" in refused(tmp_path / "none", "--codes")
