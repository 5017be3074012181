"""Whatever stands in the record, nothing of it runs on a page: it is text there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.review.console.served import AWAKE, serving
from tests.review.console.whole import poison
from tests.review.console.whole.touring import Bus, Tour, Visit, visits

#: Pages that show nothing of anybody's.
BARE = {"sign_in", "enrol", "code", "password", "own_answer"}


@pytest.fixture(scope="module")
def poisoned(bus: Bus, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tour]:
    place: Path = tmp_path_factory.mktemp("poisoned") / "data"
    with serving(bus.house.data, place, **AWAKE) as house:
        columns = house.seed("poisoned")
        assert {"DocumentRow.title", "DocumentRow.text", "Note.text", "SavedFilter.name",
                "SavedSearch.name", "Target.name", "Person.username"} <= {*columns}  # fmt: skip
        yield bus.tour.at(house)


def test_nothing_that_is_shown_runs(bus: Bus, poisoned: Tour) -> None:
    def look(_: Tour) -> list[str]:
        return [line for visit in visits(poisoned.house) for line in met(poisoned, visit)]

    found = bus.run(look)
    assert not found, "\n".join(found)


def met(tour: Tour, visit: Visit) -> Iterator[str]:
    """What went wrong on a page, in every way of opening it up."""
    with tour.signed_in(visit.who, "en") as page:
        wrong = watched(page)
        answer = page.goto(visit.address)
        assert answer is not None
        if answer.status != 200:
            yield f"{visit.name} answers {answer.status}"
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        page.locator("body").press("?")
        page.evaluate("for (const one of document.querySelectorAll('*')) one.focus()")
        page.mouse.move(200, 400)
        if page.evaluate("window.__owned") is not None:
            yield f"{visit.name}: a script of somebody else's ran"
        if page.locator("[data-owned], main [onload], main [onerror], a[href^=javascript]").count():
            yield f"{visit.name}: a text became a part of the page"
        if visit.name not in BARE and poison.MARK not in page.content():
            yield f"{visit.name}: shows nothing that was poisoned"
        turned = "\u202e" in page.locator("body").inner_text()
        if turned:
            yield f"{visit.name}: a text can turn the page: {page.evaluate(_TURNED)}"
        yield from (f"{visit.name}: {line}" for line in wrong)


def watched(page: Page) -> list[str]:
    """Collects what a page must not do."""
    wrong = list[str]()
    page.on("dialog", lambda dialog: (wrong.append(f"asked: {dialog.message}"), dialog.dismiss()))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "console",
        lambda line: wrong.append(line.text) if "Content Security Policy" in line.text else None,
    )
    page.on(
        "request",
        lambda asked: (
            wrong.append(f"asked for {asked.url}")
            if not asked.url.startswith(("http://127.0.0.1:", "data:"))
            else None
        ),
    )
    return wrong


_TURNED = """() => [...document.querySelectorAll('body *')].filter((one) =>
  [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.includes('\\u202e')))
  .map((one) => one.outerHTML.slice(0, 60).replace(/[^\\x20-\\x7e]/g, '.'))"""
