"""The public pages are for everybody: keyboard, colours, widths, and no word left in English."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from tests.review.console.browsing import browse
from tests.review.console.whole import checks, pictures
from tests.review.public.served import Public

PAGES = ("/", "/report", "/appeal", "/follow", "/missing")


def opened(path: str) -> Callable[[Page], object]:
    """Opens ``path``."""
    return lambda page: page.goto(path)


def handed_out(page: Page) -> str:
    """Leave the page that hands out a number open; returns the number."""
    page.goto("/report")
    page.locator("[name=links]").fill("https://everybody.test/goods")
    page.locator("main form button:not([type=button])").last.click()
    return page.locator(".number").inner_text()


def refused(page: Page) -> None:
    """Leave a form open that was sent empty."""
    page.goto("/appeal")
    page.evaluate("for (const one of document.querySelectorAll('[required]')) one.required = false")
    page.locator("main form button:not([type=button])").last.click()
    assert page.locator("[role=alert]").count()


def followed(page: Page) -> None:
    """Leave the page open that tells what became of a report."""
    number = handed_out(page)
    page.goto("/follow")
    page.locator("[name=number]").fill(number)
    page.locator("main form button:not([type=button])").last.click()


OPENED: dict[str, Callable[[Page], object]] = {
    **{path: opened(path) for path in PAGES},
    "a number": handed_out,
    "a refusal": refused,
    "what became of it": followed,
}


@pytest.mark.parametrize("name", OPENED)
def test_a_page_is_for_everybody(public: Public, name: str) -> None:
    def story(page: Page) -> list[str]:
        OPENED[name](page)
        return [*looked_at(page)]

    assert browse(story, public.url, locale="en-GB") == []


def looked_at(page: Page) -> Iterator[str]:
    yield from checks.doubled_ids(page)
    yield from checks.overflowing(page)
    yield from checks.without_edges(page)
    yield from checks.moving(page)
    yield from checks.broken_rules(page)


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_nothing_is_left_in_english(public: Public, language: str) -> None:
    def story(page: Page) -> list[str]:
        found = []
        for name, leave_open in OPENED.items():
            leave_open(page)
            assert page.locator("html").get_attribute("lang") == language
            found += [f"{name}: {text}" for text in pictures.left_in_english(page, language)]
        return found

    assert browse(story, public.url, locale=pictures.LOCALES[language]) == []
