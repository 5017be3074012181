"""A shift, by keyboard alone, in a real browser."""

from __future__ import annotations

import time
from base64 import b32decode
from pathlib import Path

from django_otp.oath import totp
from playwright.sync_api import Page, expect

from tests.people import PASSWORD
from tests.review.console.browsing import browse, somebody_else
from tests.review.console.served import Served, serving

OWN = "another long password 9"
COUNT = 20
_LEASE_S = 15


def signed_in(page: Page, name: str) -> None:
    """First sign-in of somebody who decides."""
    enrolled(page, name)
    expect(page.locator("article.case")).to_be_visible()


def enrolled(page: Page, name: str) -> None:
    """First sign-in: password, authenticator, a password of one's own. By keyboard."""
    page.goto("/")
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    secret = page.locator(".secret").inner_text().replace(" ", "")
    expect(page.get_by_label("Code of your authenticator")).to_be_focused()
    page.keyboard.type(f"{totp(b32decode(secret)):06d}")
    page.keyboard.press("Enter")
    page.get_by_label("The password in use").focus()
    for word in (PASSWORD, OWN, OWN):
        page.keyboard.type(word)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("The password in use")).to_have_count(0)


def test_a_case_that_was_fetched_and_went_to_somebody_else_is_not_shown(
    empty_record: Path, tmp_path: Path
) -> None:
    """Whoever is long over a case loses the one that was loaded behind it."""

    def shown(page: Page) -> int:
        return int(page.locator("article.case").get_attribute("data-case") or 0)

    def story(page: Page) -> tuple[int, list[int], int]:
        with page.expect_response("**/queue/ahead"):
            signed_in(page, "analyst1")
        first = shown(page)
        time.sleep(_LEASE_S + 1)
        other = somebody_else(page)
        with other.expect_response("**/queue/ahead"):
            signed_in(other, "analyst2")
        theirs = [shown(other)]
        other.keyboard.press("s")
        expect(other.locator(f'article.case[data-case="{theirs[0]}"]')).to_have_count(0)
        theirs.append(shown(other))
        page.keyboard.press("c")
        page.keyboard.press("1")
        page.keyboard.press("Control+Enter")
        expect(page.locator(f'article.case[data-case="{first}"]')).to_have_count(0)
        expect(page.locator("article.case")).to_be_visible()
        return first, theirs, shown(page)

    settings = {"NARCOWATCH_REVIEW__LEASE_MINUTES": str(_LEASE_S / 60)}
    with serving(empty_record, tmp_path / "data", **settings) as house:
        house.seed("waiting", "4")
        house.seed("people", "analyst1:analyst", "analyst2:analyst")
        first, theirs, then = browse(story, house.url)
    assert theirs[0] == first  # its lease had run out as well, and who had it still decided it
    assert then not in theirs


def test_twenty_cases_are_decided_by_keyboard_alone(console: Served) -> None:
    cases = console.seed("waiting", str(COUNT))
    console.seed("people", "analyst1:analyst")

    def story(page: Page) -> list[str]:
        signed_in(page, "analyst1")
        seen = list[str]()
        for number in range(COUNT):
            article = page.locator("article.case")
            seen.append(article.get_attribute("data-case") or "")
            if number % 2:
                page.keyboard.press("d")
                page.keyboard.type("a garden centre")
            else:
                page.keyboard.press("c")
                page.keyboard.press("1")
            page.keyboard.press("Control+Enter")
            expect(page.locator(f'article.case[data-case="{seen[-1]}"]')).to_have_count(0)
        expect(page.get_by_text("Nothing is waiting for you")).to_be_visible()
        page.keyboard.press("u")
        expect(page.get_by_text(f"Taken back: case {seen[-1]}.")).to_be_visible()
        return seen

    seen = browse(story, console.url)
    assert sorted(map(int, seen)) == cases
    verdicts = console.rows(
        "select verdict, jurisdiction, reason, count(*) from cases_decisionrow "
        "where undone_at is null group by 1, 2, 3 order by 1"
    )
    assert verdicts == [("confirm", "sells_in", "", 10), ("dismiss", "", "a garden centre", 9)]
    states = console.rows("select state, count(*) from cases_case group by 1 order by 1")
    assert states == [("dismissed", 9), ("in_review", 11)]
    assert console.rows("select state from cases_case where id = ?", int(seen[-1])) == [
        ("in_review",)
    ]
