"""Searching in a real browser: found, narrowed, kept, renamed, opened again, deleted."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.review.console.browsing import browse
from tests.review.console.served import Served
from tests.review.console.test_story import signed_in


def test_a_search_is_made_narrowed_kept_and_opened(console: Served) -> None:
    one, _ = console.seed("indexed", "one.test", "two.test")
    console.seed("people", "analyst1:analyst")

    def story(page: Page) -> None:
        signed_in(page, "analyst1")
        page.get_by_role("link", name="Search").click()
        expect(page.get_by_role("searchbox")).to_be_focused()
        page.keyboard.type("мефедрона")
        page.keyboard.press("Enter")
        expect(page.locator(".hits > ol > li")).to_have_count(2)
        expect(page.locator("mark").first).to_have_text("мефедрон")
        page.get_by_role("navigation", name="Filters").get_by_role("link", name="in review").click()
        expect(page.get_by_role("link", name="Without the filter in review")).to_be_visible()
        assert "state=in_review" in page.url
        page.get_by_label("Save this search as").fill("Меф в очереди")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Меф в очереди")
        page.get_by_label("Name", exact=True).fill("Меф")
        page.get_by_role("button", name="Rename").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Меф")
        page.get_by_role("link", name="Open its hits").click()
        expect(page.get_by_role("searchbox")).to_have_value("мефедрона")
        page.get_by_role("link", name=f"Case {one}", exact=True).click()
        expect(page.locator(f'article.case[data-case="{one}"]')).to_be_visible()
        page.goto("/search/saved")
        page.get_by_role("link", name="Меф", exact=True).click()
        page.get_by_role("button", name="Delete this search").click()
        expect(page.get_by_text("You keep none.")).to_be_visible()

    browse(story, console.url)
    assert console.rows("select count(*) from review_savedsearch") == [(0,)]
