"""Every page in a browser: for everybody, in three languages, with nothing of others run."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from config.schema import CHECKOUT
from review import vocabulary
from review.console import table
from tests.review.console.whole import checks, pictures
from tests.review.console.whole.touring import ELSEWHERE, FILES, Bus, Tour, Visit, visits

NAMES = [
    page.name
    for page in table.PAGES
    if "GET" in page.methods and page.name not in FILES | ELSEWHERE
]


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_for_everybody(bus: Bus, name: str) -> None:
    (visit,) = (one for one in visits(bus.house) if one.name == name)
    assert bus.run(lambda tour: wrong_with(tour, visit.who, visit.address)) == []


@pytest.mark.parametrize("state", ["on_hold", "requested"])
def test_so_is_a_case_after_the_queue(bus: Bus, state: str) -> None:
    where = "from cases_case where state = ? and not restricted"
    ((case,),) = bus.house.rows(f"select min(id) {where}", state)
    assert bus.run(lambda tour: wrong_with(tour, "supervisor1", f"/cases/{case}")) == []


def wrong_with(tour: Tour, who: str, address: str) -> list[str]:
    """What keeps somebody from the page, whoever they are."""
    with tour.signed_in(who) as page:
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, f"{address} answers {answer.status}"
        return [
            *checks.unreachable(page),
            *checks.doubled_ids(page),
            *checks.overflowing(page),
            *checks.without_edges(page),
            *checks.moving(page),
            *checks.broken_rules(page),
        ]


@pytest.fixture(scope="session")
def folder(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pictures of all pages are left for people to look at: what ``--pictures`` names."""
    folder = pytestconfig.getoption("--pictures") or tmp_path_factory.mktemp("pictures")
    Path(folder).mkdir(parents=True, exist_ok=True)
    return Path(folder)


@pytest.mark.parametrize("language", pictures.LANGUAGES)
def test_every_page_is_photographed_in_every_language(
    bus: Bus, language: str, folder: Path
) -> None:
    def look(tour: Tour) -> list[str]:
        return [line for visit in visits(bus.house) for line in photographed(tour, visit)]

    def photographed(tour: Tour, visit: Visit) -> Iterator[str]:
        options = {"viewport": {"width": 1280, "height": 900}}
        locale = pictures.LOCALES[language]
        with tour.signed_in(visit.who, language, locale=locale, **options) as page:
            page.goto(visit.address)
            png = page.screenshot(full_page=True, path=folder / f"{visit.name}-{language}.png")
            if pictures.is_blank(png):
                yield f"{visit.name}: nothing is on the picture"
            if (spoken := page.locator("html").get_attribute("lang")) != language:
                yield f"{visit.name} says that it speaks {spoken}"
            for text in pictures.left_in_english(page, language):
                yield f"{visit.name} has in English: {text}"
            if visit.name != "audit":  # what is in the chain is shown as it is there
                yield from (f"{visit.name} shows the code {code}" for code in raw_codes(page))

    assert bus.run(look) == []
    assert len([*folder.glob(f"*-{language}.png")]) >= len(NAMES)


def raw_codes(page: Page) -> list[str]:
    """Codes of the record that stand on a page instead of their names."""
    codes = {code for names in vocabulary.TABLES.values() for code in names if "_" in code}
    words = set(page.locator("main").inner_text().replace(",", " ").split())
    return sorted(codes & words)


def test_the_pictures_of_the_readme_are_those_that_are_made() -> None:
    readme = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    for best in pictures.BEST:
        path = f"docs/pictures/console-{best.name}.webp"
        assert f"]({path})" in readme
        stored = CHECKOUT / path
        assert stored.stat().st_size < pictures.MOST
        with Image.open(stored) as picture:
            assert picture.size == (1280, best.height)
            picture.save(png := io.BytesIO(), "PNG")
        assert not pictures.is_blank(png.getvalue())


def test_single_keys_work_in_every_layout_and_can_be_switched_off(bus: Bus) -> None:
    def look(tour: Tour) -> None:
        with tour.signed_in("analyst3", "en") as page:
            page.goto("/queue")
            page.evaluate(_CYRILLIC)  # the key of C, where it gives a Cyrillic letter
            expect(page.locator("[name=verdict][value=confirm]")).to_be_checked()
            page.keyboard.press("?")
            page.get_by_label("Keys work without Ctrl").focus()
            page.keyboard.press("Space")
            page.keyboard.press("Escape")
            page.reload()
            page.keyboard.press("d")
            page.evaluate(_CYRILLIC)
            expect(page.locator("[name=verdict]:checked")).to_have_count(0)
            expect(page.locator("form.verdict kbd").first).to_be_hidden()
            page.keyboard.press("Control+Enter")  # no single key: it goes on working
            assert page.evaluate("document.activeElement.name") == "verdict"

    bus.run(look)


_CYRILLIC = """document.body.dispatchEvent(
    new KeyboardEvent('keydown', {key: 'с', code: 'KeyC', bubbles: true}))"""
