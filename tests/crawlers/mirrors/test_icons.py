"""Icons are asked for once a site, counted like any request, and leave a digest alone."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Callable
from hashlib import sha256

import pytest
from warcio.archiveiterator import ArchiveIterator

from tests.crawlers.crawling import Place
from tests.crawlers.servers import Asked, Reply, Web, html, links
from tests.world.sites import png

ICON = png("shop")
Maker = Callable[..., Place]


def shop(head: str = "") -> Reply:
    return html(links("/goods", "/rules", text="Товары со склада, доставка по городу."), head=head)


def build(web: Web, *, icon: Reply | Callable[[Asked], Reply | None], head: str = "") -> None:
    pages = {"/": shop(head), "/goods": html("<p>товары</p>"), "/rules": html("<p>правила</p>")}
    logo = Reply(ICON, kind="image/png")
    web.site("shop.test", {**pages, "/favicon.ico": icon, "/logo.png": logo})


def crawled(place: Maker, **settings: str) -> tuple[Place, int]:
    at = place(CRAWL__FAVICONS="true", **settings)
    run = at.begin("http://shop.test/")
    at.crawl(run)
    return at, run


def digests(at: Place) -> list[tuple[str, int]]:
    rows = at.rows("select sha256, size from cases_siteicon")
    return [(row["sha256"], row["size"]) for row in rows]


def test_an_icon_is_hashed_and_counted_and_its_bytes_are_nowhere(web: Web, place: Maker) -> None:
    build(web, icon=Reply(ICON, kind="image/x-icon"))
    at, run = crawled(place)
    assert digests(at) == [(sha256(ICON).hexdigest(), len(ICON))]
    captures = at.captures(run)
    assert Counter({u: row["requests"] for u, row in captures.items()}) == web.served
    capture = captures["http://shop.test/favicon.ico"]
    assert (capture["outcome"], capture["size"]) == ("ok", 0)
    assert capture["detail"] == f"icon {sha256(ICON).hexdigest()}"
    documents = at.rows("select 1 from cases_documentrow where capture_id = ?", capture["id"])
    assert documents == []
    for file in (at.data / "evidence").rglob("*.warc.gz"):
        assert ICON not in gzip.decompress(file.read_bytes())
        with file.open("rb") as stream:
            assert any(True for _ in ArchiveIterator(stream))


@pytest.mark.parametrize(
    ("head", "asked"),
    [
        ('<link rel="shortcut icon" href="/logo.png">', "http://shop.test/logo.png"),
        ('<link rel="apple-touch-icon" href="/logo.png">', "http://shop.test/favicon.ico"),
        ('<link rel="icon" href="http://cdn.test/i.png">', ""),
        ('<link rel="icon" href="data:image/png;base64,AAAA">', ""),
        ('<link rel="icon" href="http://[bad/">', ""),
    ],
)
def test_the_icon_that_the_page_names_on_its_own_host(
    web: Web, place: Maker, head: str, asked: str
) -> None:
    build(web, icon=Reply(ICON, kind="image/png"), head=head)
    at, run = crawled(place)
    pages = {f"http://shop.test/{path}" for path in ("", "goods", "rules")}
    assert set(web.served) - pages == ({asked} if asked else set())
    assert max(web.served.values()) == 1
    skipped = at.counts(run, "skipped")
    assert skipped["icon on another host"] == (not asked and "cdn" in head)
    assert skipped["icon without an address"] == (not asked and "cdn" not in head)


@pytest.mark.parametrize(
    ("icon", "outcome"),
    [
        (Reply("<title>404</title>", 404), "no_icon"),
        (Reply("<p>this is no picture</p>"), "no_icon"),
        (Reply("nor is this", kind="image/png"), "no_icon"),
        (Reply(b"", 302, {"Location": "/logo.png"}), "no_icon"),
        (Reply(png("big", 200, 200) + b"x" * 100_000, kind="image/png"), "too_large"),
        (Reply(png("dot", 1, 1), kind="image/png"), "ok"),
        (lambda asked: endless(asked), "too_large"),
    ],
)
def test_what_is_no_icon_is_counted_and_tells_nothing(
    web: Web, place: Maker, icon: Reply, outcome: str
) -> None:
    build(web, icon=icon)
    at, run = crawled(place)
    assert at.outcomes(run)["http://shop.test/favicon.ico"] == outcome
    assert digests(at) == []
    assert Counter({u: row["requests"] for u, row in at.captures(run).items()}) == web.served


def endless(asked: Asked) -> None:
    """Five megabytes whose length is not announced."""
    handler = asked.handler
    handler.send_response(200)
    handler.send_header("Content-Type", "image/png")
    handler.send_header("Connection", "close")
    handler.end_headers()
    for _ in range(80):
        handler.wfile.write(ICON * (65_536 // len(ICON)))
    handler.close_connection = True


def test_a_killed_crawl_asks_for_no_icon_twice(web: Web, place: Maker) -> None:
    build(web, icon=Reply(ICON, kind="image/png"))
    at = place(CRAWL__FAVICONS="true", CRAWL__MAX_PAGES="2")
    run = at.begin("http://shop.test/")
    at.crawl(run)
    assert web.served["http://shop.test/favicon.ico"] == 1
    with at.database() as database:
        database.execute("update cases_runsource set done = 0")
        database.execute("update crawlers_frontierentry set state = 'queued' where why = 'link'")
    at.settings["NARCOWATCH_CRAWL__MAX_PAGES"] = "50"
    at.crawl(run)
    assert web.served["http://shop.test/favicon.ico"] == 1
    assert "http://shop.test/goods" in web.served


def test_none_is_asked_for_where_the_setting_says_so(web: Web, place: Maker) -> None:
    build(web, icon=Reply(ICON, kind="image/png"))
    at = place(CRAWL__FAVICONS="false")
    at.crawl(at.begin("http://shop.test/"))
    assert "http://shop.test/favicon.ico" not in web.served
