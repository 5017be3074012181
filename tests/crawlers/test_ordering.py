"""In what order a crawl fetches, seen from the outside: by what its servers were asked for."""

from __future__ import annotations

from collections.abc import Callable

from tests.crawlers.crawling import Place
from tests.crawlers.servers import Web, html, links

OFFER = (
    "Мефедрон кристалл 1 г — 14 000 тг, 2 г — 26 000 тг. Гашиш 1 г — 6 000 тг. Закладки в Алматы "
    "и Астане, магнит, прикоп. Оплата криптой, адрес сразу. Пиши оператору @primer_magazin_bot"
)
PLAIN = "В кружке вязания сегодня разбирали новые узоры, пили чай и говорили о погоде."
PAGES = ["ash", "birch", "cedar", "elm", "fir", "hazel", "larch", "maple", "oak", "pine"]


def two_branches(web: Web) -> None:
    """A site of two halves with the same kind of addresses: one sells, one does not."""
    plain = {f"/plain/{name}": html(links(text=PLAIN)) for name in PAGES}
    selling = {f"/other/{name}": html(links(text=OFFER)) for name in PAGES}
    web.site(
        "one.test",
        {
            "/": html(links("/plain", "/other", text=PLAIN)),
            "/plain": html(links(*plain, text=PLAIN)),
            "/other": html(links(*selling, text=OFFER)),
            **plain,
            **selling,
        },
    )


def fetched(at: Place, run: int) -> list[str]:
    rows = at.rows("select url from cases_capture where run_id = ? order by id", run)
    return [row["url"].removeprefix("http://one.test") for row in rows]


def test_links_of_a_selling_page_are_fetched_before_those_found_earlier(
    web: Web, place: Callable[..., Place]
) -> None:
    two_branches(web)
    at = place(
        CRAWL__EXPLORE_SHARE="0",
        CRAWL__MAX_PAGES="13",
        CRAWL__CONCURRENCY="1",
        CRAWL__CONCURRENCY_PER_HOST="1",
    )
    run = at.begin("http://one.test/")
    at.crawl(run)
    order = fetched(at, run)
    assert len(order) == 13
    # as many as may be on their way at a time were chosen before the selling page was read
    assert sum(path.startswith("/other/") for path in order) >= 6
    assert order.index("/other") < 3


def test_some_are_chosen_by_chance_and_counted(web: Web, place: Callable[..., Place]) -> None:
    two_branches(web)
    at = place(CRAWL__EXPLORE_SHARE="0.5", CRAWL__CONCURRENCY="1", CRAWL__CONCURRENCY_PER_HOST="1")
    run = at.begin("http://one.test/")
    at.crawl(run)
    assert len(fetched(at, run)) == 23
    assert 1 <= at.counts(run, "explored").total() <= 12


def test_the_budget_of_a_site_grows_with_its_yield(web: Web, place: Callable[..., Place]) -> None:
    two_branches(web)
    at = place(CRAWL__MAX_PAGES_PER_SITE="4", CRAWL__PAGES_PER_SELLING_PAGE="3")
    run = at.begin("http://one.test/")
    at.crawl(run)
    assert len(fetched(at, run)) > 12
    at = place(
        CRAWL__MAX_PAGES_PER_SITE="4",
        CRAWL__PAGES_PER_SELLING_PAGE="3",
        CRAWL__MAX_PAGES_PER_SELLING_SITE="8",
    )
    run = at.begin("http://one.test/")
    at.crawl(run)
    assert len(fetched(at, run)) == 8


def test_what_was_learned_is_there_after_a_restart(web: Web, place: Callable[..., Place]) -> None:
    two_branches(web)
    at = place(CRAWL__MAX_PAGES="10")
    run = at.begin("http://one.test/")
    at.crawl(run)
    (row,) = at.rows("select scored, reward, selling from crawlers_sitevisit where run_id = ?", run)
    assert row["scored"] == 10
    assert row["selling"] >= 1
    assert 0 < row["reward"] < 10
