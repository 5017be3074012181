"""``narcowatch screenshot`` as an analyst types it, after a night over the sample world."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from cases.evidence import Pointer, read_resource
from crawlers.rendering import sandbox
from domain.digests import sha256_hex
from tests.nights import ROOT, House, build_house, served_by_host
from tests.people import PASSWORD
from tests.world.scriptapp import browser_available
from tests.world.seeding import seeds_toml
from tests.world.world import World

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not browser_available(), reason="no Chromium that can be shut in"),
]
SHOP = "kok-aspan"


class Desk:
    """A house after its night, which took no pictures, and the analyst who works there."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.password = house.folder / "password"
        self.password.write_text(PASSWORD)
        self.password.chmod(0o600)
        self.host = house.world.content.sites[SHOP].host
        for name, group in (("analyst1", "analyst"), ("operator1", "operator")):
            self.ok("person", "add", name, "--group", group, *self._signed())
        ((self.case,),) = house.rows(
            "SELECT c.id FROM cases_case c JOIN cases_target t ON t.id = c.target_id "
            f"WHERE c.state = 'in_review' AND t.value = '{self.host}'"
        )

    def _signed(self) -> tuple[str, str]:
        return "--password-file", str(self.password)

    def typed(
        self, *words: str, user: str = "analyst1", **env: str
    ) -> subprocess.CompletedProcess[str]:
        """Type a command as ``user``, in an environment changed by ``env``."""
        signed = ("--user", user, *self._signed()) if user else ()
        return subprocess.run(
            [sys.executable, "-m", "nightly.cli", *words, *signed],
            cwd=ROOT,
            env={**self.house.environment, **env},
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
        )

    def ok(self, *words: str, user: str = "") -> str:
        done = self.typed(*words, user=user)
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        return done.stdout

    def refused(self, *words: str, user: str = "analyst1", **env: str) -> str:
        """What a command that is refused says; nothing else may happen."""
        before = self.world_and_record()
        done = self.typed(*words, user=user, **env)
        assert done.returncode == 2, (words, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr
        assert self.world_and_record() == before
        return done.stderr

    def world_and_record(self) -> tuple[object, ...]:
        house = self.house
        counts = "SELECT (SELECT count(*) FROM cases_screenshot), count(*) FROM cases_auditevent"
        return served_by_host(house.world), *house.rows(counts)

    def screenshots(self) -> list[sqlite3.Row]:
        database = sqlite3.connect(self.house.data / "narcowatch.sqlite3")
        database.row_factory = sqlite3.Row
        try:
            return database.execute("SELECT * FROM cases_screenshot ORDER BY id").fetchall()
        finally:
            database.close()

    def events(self, action: str) -> list[tuple[str, str, dict[str, object]]]:
        rows = self.house.rows(
            "SELECT actor, subject, details FROM cases_auditevent "
            f"WHERE action = '{action}' ORDER BY seq"
        )
        return [(actor, subject, json.loads(details)) for actor, subject, details in rows]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("screenshots")
    with World(folder / "world", tor=False) as world:
        seeds = seeds_toml([fact for fact in world.truth() if fact.slug == SHOP])
        house = build_house(world, folder / "house", seeds, evidence={"max_screenshots": 0})
        done = house.narcowatch(*house.night_arguments(), timeout=500)
        assert done.returncode in {0, 3}, done.stdout[-3000:] + done.stderr[-3000:]
        yield Desk(house)


@pytest.fixture(scope="module")
def taken(desk: Desk) -> list[sqlite3.Row]:
    """A picture without images, then one with them."""
    assert desk.screenshots() == []
    before = served_by_host(desk.house.world)[desk.host]
    case = str(desk.case)
    plain = desk.ok("screenshot", case, user="analyst1")
    assert plain.startswith(f"case {case}: photographed, images off; not fetched: image ")
    with_images = desk.ok("screenshot", case, "--images", user="analyst1")
    assert with_images.startswith(f"case {case}: photographed, images on")
    rows = desk.screenshots()
    asked = served_by_host(desk.house.world)[desk.host] - before
    assert sum(row["requests"] for row in rows) == asked, "every request is accounted for"
    return rows


def test_both_pictures_land_whole_with_their_digests(desk: Desk, taken: list[sqlite3.Row]) -> None:
    plain, coloured = taken
    assert (plain["images"], coloured["images"]) == (0, 1)
    root = desk.house.data / "evidence"
    pictures = []
    for row in taken:
        assert row["warc_file"].startswith(f"screens/run-{row['run_id']:06d}/asked-")
        assert (root / row["warc_file"]).stat().st_mode & 0o777 == 0o600
        for part in ("png", "text"):
            pointer = Pointer(row["warc_file"], row[f"{part}_offset"], row[f"{part}_length"])
            data = read_resource(root, pointer)
            assert sha256_hex(data) == row[f"{part}_sha256"]
            assert len(data) == row[f"{part}_size"]
        text = data.decode()
        assert "КӨК АСПАН" in text
        pictures.append(row["png_sha256"])
        assert (row["egress"], row["taken_for"]) == ("direct", "analyst1")
        assert row["browser"].startswith("Chromium ")
        checked = [sys.executable, "-m", "warcio.cli", "check", str(root / row["warc_file"])]
        assert subprocess.run(checked, check=False, timeout=60).returncode == 0
    assert len(set(pictures)) == 2
    assert coloured["requests"] > plain["requests"]


def test_who_asked_and_what_was_taken_stands_in_the_chain_sealed(
    desk: Desk, taken: list[sqlite3.Row]
) -> None:
    subject = f"case:{desk.case}"
    assert desk.events("screenshot.asked") == [
        ("analyst1", subject, {"images": False}),
        ("analyst1", subject, {"images": True}),
    ]
    events = desk.events("screenshot.taken")
    assert [(who, about, d["png_sha256"], d["images"]) for who, about, d in events] == [
        ("analyst1", subject, row["png_sha256"], bool(row["images"])) for row in taken
    ]
    sealed = {name for _, _, d in desk.events("evidence.sealed") for name in dict(d["files"])}
    assert {row["warc_file"] for row in taken} <= sealed
    desk.ok("audit", "verify", "--evidence")


def test_custody_record_and_bundle_have_them(
    desk: Desk, taken: list[sqlite3.Row], tmp_path: Path
) -> None:
    case = str(desk.case)
    desk.ok("review", "confirm", case, "--jurisdiction", "sells_in", user="analyst1")
    desk.ok("evidence", case, "--out", str(tmp_path / "bundle"), user="analyst1")
    desk.ok("verify-evidence", str(tmp_path / "bundle"))
    record = tmp_path / "bundle" / "record"
    listed = json.loads((record / "screenshots.json").read_bytes())
    assert {one["png"]["sha256"] for one in listed} == {row["png_sha256"] for row in taken}
    origins = json.loads((record / "custody.json").read_bytes())["origins"]
    assert all(origin["sealed"] for origin in origins)
    custody = (tmp_path / "bundle" / "custody.txt").read_text("utf-8")
    assert all(row["png_sha256"] in custody for row in taken)


def blurred(page: Page, number: int) -> bool:
    shown = page.locator("figure").nth(number).locator("img")
    return "blur" in str(shown.evaluate("one => getComputedStyle(one).filter"))


def test_the_case_shows_them_and_those_with_images_blurred_until_clicked(
    desk: Desk, taken: list[sqlite3.Row], tmp_path: Path
) -> None:
    file = tmp_path / "pictures.html"
    desk.ok("review", "show", str(desk.case), "--pictures", str(file), user="analyst1")
    assert file.stat().st_mode & 0o777 == 0o600
    assert "there already" in desk.refused(
        *("review", "show", str(desk.case), "--pictures", str(file))
    )
    assert desk.events("screenshot.shown") == [
        ("analyst1", f"case:{desk.case}", {"screenshots": [row["id"] for row in reversed(taken)]})
    ]
    shown = desk.ok("review", "show", str(desk.case), user="analyst1")
    assert all(row["png_sha256"][:16] in shown for row in taken)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=sandbox.chromium(), chromium_sandbox=False
        )
        page = browser.new_page(java_script_enabled=True)
        page.goto(file.as_uri())
        assert page.locator("figure").count() == 2
        widths = page.locator("img").evaluate_all("all => all.map(one => one.naturalWidth)")
        assert widths == [1280, 1280], "the pictures stand in the page itself"
        assert (blurred(page, 0), blurred(page, 1)) == (True, False)
        veiled = page.locator("figure").nth(0).screenshot()
        page.screenshot(path=tmp_path / "veiled.png")
        page.locator("figure").nth(0).locator("label").click(position={"x": 300, "y": 200})
        assert not blurred(page, 0)
        assert page.locator("figure").nth(0).screenshot() != veiled
        page.screenshot(path=tmp_path / "open.png", full_page=True)
        page.locator("figure").nth(0).locator("label").click(position={"x": 300, "y": 200})
        assert blurred(page, 0), "and back"
        browser.close()


def test_a_picture_is_never_replaced(desk: Desk, taken: list[sqlite3.Row]) -> None:
    for more in ((), ("--images",)):
        told = desk.refused("screenshot", str(desk.case), *more)
        assert "was photographed at" in told
        assert "for analyst1" in told


def test_what_is_refused_is_told_and_touches_nothing(desk: Desk, tmp_path: Path) -> None:
    case = str(desk.case)
    assert "there is no case 9999" in desk.refused("screenshot", "9999")
    assert "may not ask for screenshots" in desk.refused("screenshot", case, user="operator1")
    assert "no such person, wrong password" in desk.refused("screenshot", case, user="nobody")
    off = desk.refused("screenshot", case, NARCOWATCH_EVIDENCE__SCREENSHOTS="false")
    assert "no screenshot: evidence.screenshots is off" in off
    without = desk.refused("screenshot", case, PATH=str(tmp_path))
    assert "no screenshot: Chromium is missing" in without
    nobody = desk.refused("screenshot", case, NARCOWATCH_RENDER__USER="no-such-user")
    assert "no screenshot: no user no-such-user" in nobody


def test_nothing_of_the_restricted_queue_is_photographed_or_shown(
    desk: Desk, taken: list[sqlite3.Row], tmp_path: Path
) -> None:
    def restrict(value: int) -> None:
        with sqlite3.connect(desk.house.data / "narcowatch.sqlite3") as database:
            database.execute(
                "UPDATE cases_case SET restricted = ? WHERE id = ?", (value, desk.case)
            )

    restrict(1)
    try:
        for words in (
            ("screenshot", str(desk.case)),
            ("screenshot", str(desk.case), "--images"),
            ("review", "show", str(desk.case), "--pictures", str(tmp_path / "x.html")),
        ):
            assert f"case {desk.case} is in the restricted queue" in desk.refused(*words)
    finally:
        restrict(0)
    assert not (tmp_path / "x.html").exists()
