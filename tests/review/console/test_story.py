"""A shift, by keyboard alone, in a real browser."""

from __future__ import annotations

from base64 import b32decode

from django_otp.oath import totp
from playwright.sync_api import Page, expect

from tests.people import PASSWORD
from tests.review.console.browsing import browse
from tests.review.console.served import Served

OWN = "another long password 9"
COUNT = 20


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
