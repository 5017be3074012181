"""Sitemaps and robots.txt as hints: what they name, and what they cannot do to a crawl."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.sitemaps import disallowed_paths, parse_sitemap, sitemaps_of, unpacked_file
from domain.errors import TransportError
from tests.crawlers.crawling import Place
from tests.crawlers.servers import Asked, Reply, Web, html, links

SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def urlset(*urls: str) -> str:
    rows = "".join(f"<url><loc> {url} </loc><priority>1</priority></url>" for url in urls)
    return f'<?xml version="1.0" encoding="UTF-8"?><urlset {SPACE}>{rows}</urlset>'


def index(*urls: str) -> str:
    rows = "".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in urls)
    return f"<sitemapindex {SPACE}>{rows}</sitemapindex>"


def test_pages_and_sitemaps_as_they_are_named() -> None:
    image = "<image:image xmlns:image='urn:i'><image:loc>http://a.test/i</image:loc></image:image>"
    body = urlset("http://a.test/?x=1&amp;y=2", "http://a.test/б").replace(
        "</url>", f"{image}</url>"
    )
    found = parse_sitemap(body.encode(), most=10)
    assert found.pages == ["http://a.test/?x=1&y=2", "http://a.test/б"]
    assert parse_sitemap(index("http://a.test/1.xml").encode(), most=10).sitemaps == [
        "http://a.test/1.xml"
    ]
    plain = parse_sitemap(b"http://a.test/1\r\nhttp://a.test/2\r\nand a line\r\n", most=10)
    assert plain.pages == ["http://a.test/1", "http://a.test/2"]


def test_addresses_are_bounded_and_counted() -> None:
    found = parse_sitemap(urlset(*(f"http://a.test/{n}" for n in range(30))).encode(), most=7)
    assert (len(found.pages), found.beyond) == (7, 23)


@pytest.mark.parametrize(
    "body",
    [b"", b"<html><body><a href='/x'>x</a></body></html>", b"\xff\xfe\x00", b"nothing here"],
)
def test_what_is_no_sitemap_says_so(body: bytes) -> None:
    found = parse_sitemap(body, most=10)
    assert (found.pages, found.sitemaps) == ([], [])
    assert found.problem


def test_what_is_broken_gives_what_it_has() -> None:
    assert parse_sitemap(urlset("http://a.test/1").encode()[:-20], most=10).pages == [
        "http://a.test/1"
    ]


def test_entities_are_not_expanded_and_nothing_else_is_read() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{"".join([f"&l{n - 1};"] * 10)}">' for n in range(1, 12))
    body = (
        f'<!DOCTYPE x [<!ENTITY l0 "lol">{laughs}<!ENTITY f SYSTEM "file:///etc/hostname">]>'
        "<urlset><url><loc>http://a.test/&l11;&f;</loc></url></urlset>"
    )
    begun = time.process_time()
    found = parse_sitemap(body.encode(), most=10)
    assert time.process_time() - begun < 2
    assert all(len(page) < 50 for page in found.pages)


def test_packed_files_are_unpacked_within_bounds() -> None:
    assert unpacked_file("u", gzip.compress(b"text"), 100) == b"text"
    assert unpacked_file("u", b"text", 100) == b"text"
    with pytest.raises(TransportError) as refused:
        unpacked_file("u", gzip.compress(b" " * 50_000_000), 5_000_000)
    assert refused.value.reason == "bomb"


@given(st.binary(max_size=300))
def test_no_bytes_raise(body: bytes) -> None:
    for start in (b"", b"<urlset>", b"<?xml version='1.0'?>"):
        assert parse_sitemap(start + body, most=5).beyond >= 0


def test_lines_of_a_robots_txt() -> None:
    robots = (
        "User-agent: *\nDisallow: /hidden\nDisallow: /\nDisallow: /*.php$\nDisallow: /wp-admin/\n"
        "disallow: /hidden # again\nDisallow: /cart\nDisallow:\nDisallow: /secret/list\n"
        "Sitemap: http://a.test/s.xml\nSITEMAP:/t.xml\nsitemap: http://a.test/s.xml\n"
    )
    assert list(disallowed_paths(robots)) == ["/hidden", "/secret/list"]
    assert sitemaps_of(robots) == ["http://a.test/s.xml", "/t.xml"]


def page(path: str) -> Reply:
    return html(f"<p>what stands at {path}, some words</p>")


XML = "application/xml"


def test_a_site_that_lists_pages_that_nothing_links(web: Web, place: Callable[..., Place]) -> None:
    packed = gzip.compress(urlset("http://shop.test/packed", "http://other.test/x").encode())
    web.site(
        "shop.test",
        {
            "/": html(links("/linked")),
            "/robots.txt": Reply(
                "User-agent: *\nDisallow: /hidden\nDisallow: /login\nSitemap: /index.xml\n",
                kind="text/plain",
            ),
            "/index.xml": Reply(index("http://shop.test/a.xml", "/b.xml.gz"), kind=XML),
            "/a.xml": Reply(urlset("http://shop.test/listed", "http://shop.test/"), kind=XML),
            "/b.xml.gz": Reply(packed, kind="application/gzip"),
            **{path: page(path) for path in ("/linked", "/listed", "/packed", "/hidden")},
        },
    )
    at = place(CRAWL__SITE_HINTS="true", CRAWL__CONCURRENCY_PER_HOST="1")
    run = at.begin("http://shop.test/")
    at.crawl(run)
    paths = ["/", "/linked", "/robots.txt", "/index.xml", "/a.xml", "/b.xml.gz"]
    paths += ["/listed", "/packed", "/hidden"]
    captured = at.captures(run)
    assert set(captured) == {f"http://shop.test{path}" for path in paths}
    in_turn = [row["url"] for row in sorted(captured.values(), key=lambda row: row["id"])]
    linked, hidden = (in_turn.index(f"http://shop.test/{name}") for name in ("linked", "hidden"))
    assert linked < hidden, "what is linked comes before what is only listed"
    rows = at.rows("select url, priority from crawlers_frontierentry order by priority limit 1")
    assert rows[0]["url"] == "http://shop.test/hidden", "what is only hinted at comes last"
    assert at.counts(run, "dropped") == {"sitemap names another site": 1}
    assert at.requests(run) == web.served.total() == len(paths)
    documents = at.rows(
        "select c.url from cases_documentrow d join cases_capture c on c.id = d.capture_id"
    )
    assert len(documents) == 5, "neither robots.txt nor a sitemap is a document"


def endless(asked: Asked) -> Reply:
    """Every index leads to three others."""
    if asked.path == "/":
        return html("<p>a front page with words</p>")
    if asked.path == "/robots.txt":
        return Reply("Sitemap: /i.xml", kind="text/plain")
    name = asked.path.removesuffix(".xml")
    return Reply(index(*(f"{name}{letter}.xml" for letter in "xyz")), kind=XML)


def bomb(asked: Asked) -> Reply:
    if asked.path == "/sitemap.xml":
        return Reply(gzip.compress(b" " * 60_000_000), kind="application/x-gzip")
    return html("<p>a front page with words</p>") if asked.path == "/" else Reply("none", 404)


def test_endless_indexes_and_bombs_are_bounded(web: Web, place: Callable[..., Place]) -> None:
    web.pages["endless.test"] = endless
    web.pages["bomb.test"] = bomb
    at = place(CRAWL__SITE_HINTS="true", CRAWL__MAX_SITEMAPS_PER_SITE="4")
    run = at.begin("http://endless.test/", "http://bomb.test/")
    at.crawl(run)
    outcomes = at.outcomes(run)
    assert outcomes["http://bomb.test/sitemap.xml"] == "bomb"
    assert outcomes["http://bomb.test/robots.txt"] == "not_found"
    assert at.captures(run)["http://bomb.test/robots.txt"]["detail"] == "no robots.txt"
    sitemaps = [url for url in outcomes if "endless" in url and url.endswith(".xml")]
    assert len(sitemaps) == 4
    assert at.counts(run, "dropped")["sitemap budget"] >= 3
    assert at.requests(run) == web.served.total()


def test_a_site_that_shows_no_page_is_asked_for_no_hints(
    web: Web, place: Callable[..., Place]
) -> None:
    web.site("old.test", {"/": Reply(status=302, headers={"Location": "http://new.test/"})})
    web.site("new.test", {"/": Reply("<title>404</title>Not here", 404)})
    at = place(CRAWL__SITE_HINTS="true")
    run = at.begin("http://old.test/")
    at.crawl(run)
    assert set(at.captures(run)) == {"http://old.test/", "http://new.test/"}


def test_robots_that_are_obeyed_are_no_hints_at_what_they_forbid(
    web: Web, place: Callable[..., Place]
) -> None:
    robots = Reply("User-agent: *\nDisallow: /hidden\nSitemap: /s.xml", kind="text/plain")
    listed = Reply(urlset("http://shy.test/listed", "http://shy.test/hidden"), kind=XML)
    pages = {"/": page("/"), "/listed": page("/listed"), "/hidden": page("/hidden")}
    web.site("shy.test", {"/robots.txt": robots, "/s.xml": listed, **pages})
    at = place(CRAWL__SITE_HINTS="true", CRAWL__OBEY_ROBOTS="true")
    run = at.begin("http://shy.test/")
    at.crawl(run)
    assert set(at.captures(run)) == {
        f"http://shy.test{path}" for path in ("/", "/robots.txt", "/s.xml", "/listed")
    }
    assert at.counts(run, "dropped") == {"robots.txt": 1}
