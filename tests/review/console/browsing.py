"""A real browser at a real server, driven from a thread of its own.

Playwright runs an event loop in its thread, in which Django refuses to touch the record; tests
look into the record before and after a story, never in it.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from crawlers.rendering import sandbox

T = TypeVar("T")
_OTHERS = dict[Browser, Callable[[], Page]]()


def browse(story: Callable[[Page], T], base: str, **context: Any) -> T:
    """What ``story`` returns of a fresh browser at ``base``. Errors of the page fail it, and so
    does whatever its content policy refused."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(_browse, story, base, context).result()


def _browse(story: Callable[[Page], T], base: str, context: dict[str, Any]) -> T:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=sandbox.chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        try:
            wrong = list[str]()
            page = _watched(browser.new_context(base_url=base, **context), wrong)
            _OTHERS[browser] = lambda: _watched(browser.new_context(base_url=base), wrong)
            try:
                found = story(page)
            except BaseException as error:
                error.add_note(f"the page was {page.url}:\n{page.locator('body').inner_text()}")
                raise
            assert wrong == []
            return found
        finally:
            browser.close()


def somebody_else(page: Page) -> Page:
    """A page at the same server in a browser of its own, as watched as the first one."""
    browser = page.context.browser
    assert browser is not None
    return _OTHERS[browser]()


def _watched(context: BrowserContext, wrong: list[str]) -> Page:
    page = context.new_page()
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda line: wrong.append(line.text) if _refused(line.text) else None)
    return page


def _refused(line: str) -> bool:
    return "Content Security Policy" in line
