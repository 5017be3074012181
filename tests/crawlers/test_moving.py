"""A source whose first page only redirects: where it leads to belongs to it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from domain.onion import onion_from_public_key
from tests.crawlers.crawling import Place
from tests.crawlers.servers import Reply, Web, html, links
from tests.crawlers.test_resuming import PAGES, kill_after, slow_site, spelled

ONION = onion_from_public_key(b"\4" * 32)


def to(url: str) -> Reply:
    return Reply("", 301, {"Location": url})


def moves(at: Place, run: int) -> dict[str, tuple[str | None, str]]:
    """Where first pages redirect to, by host, with the reason for what was not followed."""
    rows = at.rows(
        "select t.value source, d.value to_, v.stuck from crawlers_sitevisit v"
        " join cases_target t on t.id = v.target_id"
        " left join cases_target d on d.id = v.moves_to_id"
        " where v.run_id = ? and (v.moves_to_id is not null or v.stuck != '')",
        run,
    )
    return {row["source"]: (row["to_"], row["stuck"]) for row in rows}


def sources(at: Place, run: int) -> dict[str, str]:
    rows = at.rows(
        "select t.value, s.why from cases_runsource s join cases_target t on t.id = s.target_id"
        " where s.run_id = ?",
        run,
    )
    return {row["value"]: row["why"] for row in rows}


def parents(at: Place, host: str) -> set[str]:
    rows = at.rows(
        "select p.value from cases_candidaterow c join cases_target t on t.id = c.target_id"
        " join cases_target p on p.id = c.parent_id where t.value = ?",
        host,
    )
    return {row["value"] for row in rows}


@pytest.mark.parametrize("limit", ["MAX_NEW_SITES=0", "FOLLOW_DISCOVERED=false"])
def test_where_a_seed_redirects_to_is_crawled_even_when_no_new_site_is(
    web: Web, place: Callable[..., Place], limit: str
) -> None:
    web.site("shop.test", {"/": to("http://www.shop.test/kz")})
    web.site("www.shop.test", {"/kz": html(links("/a", "http://else.test/")), "/a": html("page a")})
    name, _, value = limit.partition("=")
    at = place(**{f"CRAWL__{name}": value})
    run = at.begin("http://shop.test/")
    at.crawl(run)
    assert at.outcomes(run) == {
        "http://shop.test/": "redirect",
        "http://www.shop.test/kz": "ok",
        "http://www.shop.test/a": "ok",
    }
    assert sources(at, run) == {"shop.test": "seed", "www.shop.test": "link"}
    assert parents(at, "www.shop.test") == {"shop.test"}
    assert moves(at, run) == {"shop.test": ("www.shop.test", "")}
    assert at.rows("select * from cases_runsource where done = 0") == []


def test_the_destination_has_the_budget_of_the_seed(web: Web, place: Callable[..., Place]) -> None:
    words = [f"/{word}" for word in ("tea", "salt", "rope", "bread")]
    web.site("shop.test", {"/": to("http://www.shop.test/")})
    web.site("www.shop.test", {"/": html(links(*words)), **{w: html(f"on {w}") for w in words}})
    at = place(CRAWL__MAX_PAGES_PER_NEW_SITE="2", CRAWL__MAX_HOSTS_PER_DOMAIN="1")
    run = at.begin("http://shop.test/")
    at.crawl(run)
    assert len(at.captures(run)) == 6


def test_a_chain_of_redirects_is_followed_from_host_to_host(
    web: Web, place: Callable[..., Place]
) -> None:
    web.site("one.test", {"/": to("/start"), "/start": to("http://two.test/")})
    web.site("two.test", {"/": to("http://three.test/")})
    web.site("three.test", {"/": html("here it is")})
    at = place(CRAWL__MAX_NEW_SITES="0", CRAWL__MAX_SITE_HOPS="0")
    run = at.begin("http://one.test/")
    at.crawl(run)
    assert at.outcomes(run)["http://three.test/"] == "ok"
    assert moves(at, run) == {"one.test": ("two.test", ""), "two.test": ("three.test", "")}


def test_loops_and_chains_that_are_too_long_are_named(
    web: Web, place: Callable[..., Place]
) -> None:
    web.site("round.test", {"/": to("http://and.test/")})
    web.site("and.test", {"/": to("http://round.test/")})
    web.site("self.test", {"/": to("/b"), "/b": to("/")})
    for n in range(30):
        web.site(f"h{n}.far{n}.test", {"/": to(f"http://h{n + 1}.far{n + 1}.test/")})
    at = place(NET__MAX_REDIRECTS="5")
    run = at.begin("http://round.test/", "http://self.test/", "http://h0.far0.test/")
    at.crawl(run)
    found = moves(at, run)
    assert found["round.test"] == ("and.test", "")
    assert found["and.test"] == (None, "redirect loop")
    assert found["self.test"] == (None, "redirect loop")
    assert found["h4.far4.test"] == ("h5.far5.test", "")
    assert found["h5.far5.test"] == (None, "too many redirects")
    assert sum("far" in url for url in web.served) == 6
    assert at.counts(run, "dropped") == {"redirect loop": 2, "too many redirects": 1}


def test_seeds_that_redirect_to_each_other_are_both_seen_to_move(
    web: Web, place: Callable[..., Place]
) -> None:
    web.site("one.test", {"/": to("http://two.test/")})
    web.site("two.test", {"/": to("http://one.test/")})
    at = place()
    run = at.begin("http://one.test/", "http://two.test/")
    at.crawl(run)
    assert moves(at, run) == {"one.test": ("two.test", ""), "two.test": ("one.test", "")}


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("http://127.0.0.1:22/", "address refused"),
        ("http://169.254.169.254/latest/", "address refused"),
        ("http://intranet/", "no public name"),
        ("https://www.youtube.com/c/x", "platform"),
        ("mailto:a@shop.test", "mailto link"),
        ("/price.pdf", "not a page"),
        (f"http://{ONION}/", "onion service, and Tor is off"),
    ],
)
def test_a_redirect_that_is_not_followed_stays_a_failure_with_its_name(
    web: Web, place: Callable[..., Place], location: str, reason: str
) -> None:
    web.site("shop.test", {"/": to(location)})
    at = place(TOR__ENABLED="off")
    run = at.begin("http://shop.test/")
    at.crawl(run)
    assert moves(at, run) == {"shop.test": (None, reason)}
    assert set(sources(at, run)) == {"shop.test"}
    assert reason in at.captures(run)["http://shop.test/"]["detail"]


def test_a_name_that_leads_into_private_space_is_a_destination_that_fails(
    web: Web, place: Callable[..., Place]
) -> None:
    web.site("shop.test", {"/": to("http://refused.test/")})
    at = place()
    run = at.begin("http://shop.test/")
    at.crawl(run)
    assert at.outcomes(run)["http://refused.test/"] == "address_refused"
    assert moves(at, run) == {"shop.test": ("refused.test", "")}


def test_only_the_first_page_moves_a_source(web: Web, place: Callable[..., Place]) -> None:
    web.site(
        "shop.test",
        {
            "/": html(links("/out", "/within")),
            "/out": to("http://advert.test/"),
            "/within": to("http://shop.test/kz"),
            "/kz": html("still here"),
        },
    )
    web.site("advert.test", {"/": html("bought from everybody")})
    at = place(CRAWL__MAX_NEW_SITES="0")
    run = at.begin("http://shop.test/")
    at.crawl(run)
    assert moves(at, run) == {}
    assert at.counts(run, "skipped") == {"budget of new sites": 1}
    assert "http://advert.test/" not in at.outcomes(run)
    assert at.outcomes(run)["http://shop.test/kz"] == "ok"


def test_an_old_page_of_another_seed_is_a_step_of_the_way_and_moves_only_who_took_it(
    web: Web, place: Callable[..., Place]
) -> None:
    web.site("old.test", {"/": to("http://hub.test/promo")})
    web.site("hub.test", {"/": html("a page of its own"), "/promo": to("http://new.test/")})
    web.site("new.test", {"/": html("here it is")})
    at = place(CRAWL__MAX_NEW_SITES="0")
    run = at.begin("http://old.test/", "http://hub.test/")
    at.crawl(run)
    assert moves(at, run) == {"old.test": ("new.test", "")}
    assert at.outcomes(run)["http://new.test/"] == "ok"


def test_a_seed_that_moved_to_telegram_makes_the_channel_a_source(
    web: Web, place: Callable[..., Place]
) -> None:
    web.site("shop.test", {"/": to("https://t.me/some_shop_kz")})
    at = place()
    run = at.begin("http://shop.test/")
    at.crawl(run)
    assert sources(at, run) == {"shop.test": "seed", "@some_shop_kz": "mention"}
    assert moves(at, run) == {"shop.test": ("@some_shop_kz", "")}


def test_a_result_page_that_moved_is_read_as_a_result_page(
    web: Web, place: Callable[..., Place]
) -> None:
    web.pages["engine.test"] = lambda asked: to(f"http://www.engine.test{asked.path}")
    results = html(links("http://found.test/", "/page/2"))
    web.pages["www.engine.test"] = lambda asked: results
    web.site("found.test", {"/": html("what was searched for")})
    at = place()
    run = at.begin("search=http://engine.test/search?q={query}")
    at.crawl(run)
    assert set(at.outcomes(run)) == {
        "http://engine.test/search?q=q",
        "http://www.engine.test/search?q=q",
        "http://found.test/",
    }
    there = "http://www.engine.test/search?q=q"
    assert sources(at, run)[there] == "search"
    assert moves(at, run) == {"http://engine.test/search?q=q": (there, "")}


def test_an_empty_page_that_sends_its_reader_on_is_a_redirect(
    web: Web, place: Callable[..., Place]
) -> None:
    onward = '<meta http-equiv="refresh" content="0; url=http://new.test/">'
    web.site("old.test", {"/": html("", head=onward, title="")})
    web.site("new.test", {"/": html("here it is")})
    waiting = '<meta http-equiv="refresh" content="5; url=/">'
    web.site("waiting.test", {"/": html("", head=waiting, title="")})
    at = place(CRAWL__MAX_NEW_SITES="0")
    run = at.begin("http://old.test/", "http://waiting.test/")
    at.crawl(run)
    assert at.outcomes(run) == {
        "http://old.test/": "redirect",
        "http://new.test/": "ok",
        "http://waiting.test/": "empty",
    }
    assert moves(at, run) == {"old.test": ("new.test", "")}


def test_a_killed_crawl_still_knows_what_belongs_to_its_seeds(
    web: Web, place: Callable[..., Place]
) -> None:
    web.site("old.test", {"/": to("http://new.test/")})
    web.pages["new.test"] = slow_site
    at = place(CRAWL__MAX_NEW_SITES="1", CRAWL__MAX_PAGES_PER_NEW_SITE="2")
    run = at.begin("http://old.test/")
    kill_after(web, at.start(run), 15)
    web.site("other.test", {"/": html("found on the way")})
    web.pages["new.test"] = lambda asked: (
        html(links("http://other.test/")) if asked.path == spelled[PAGES - 1] else slow_site(asked)
    )
    at.crawl(run)
    assert sum("new.test" in url for url in at.captures(run)) == PAGES
    assert at.outcomes(run)["http://other.test/"] == "ok", "the one new site is not used up"
    assert moves(at, run) == {"old.test": ("new.test", "")}


def test_the_robots_of_the_destination_are_asked_for_first(
    web: Web, place: Callable[..., Place]
) -> None:
    rules = Reply("User-agent: *\nDisallow: /salt", kind="text/plain")
    web.site("old.test", {"/": to("http://new.test/")})
    web.site(
        "new.test",
        {"/": html(links("/salt", "/tea")), "/tea": html("tea"), "/robots.txt": rules},
    )
    at = place(CRAWL__OBEY_ROBOTS="true")
    run = at.begin("http://old.test/")
    at.crawl(run)
    assert "http://new.test/tea" in at.outcomes(run)
    assert at.counts(run, "dropped") == {"robots.txt": 1}
