"""One crawl over a small hostile internet, and what the record says of it afterwards."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from tests.crawlers.crawling import Place
from tests.crawlers.hostile import MAX_BODY, SEEDS, build
from tests.crawlers.servers import Web


class Crawled:
    def __init__(self, web: Web, at: Place, run: int, seconds: float) -> None:
        self.web, self.at, self.run, self.seconds = web, at, run, seconds
        self.outcomes = at.outcomes(run)
        self.captures = at.captures(run)

    def shop(self, path: str) -> str:
        return self.outcomes.get(f"http://shop.test{path}", "never fetched")

    def text(self, url: str) -> str:
        rows = self.at.rows(
            "select d.title || char(10) || d.text t from cases_documentrow d join cases_capture c"
            " on c.id = d.capture_id where c.url = ?",
            url,
        )
        return rows[0]["t"] if rows else ""


@pytest.fixture(scope="module")
def crawled(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    with Web().running() as web:
        build(web)
        data = tmp_path_factory.mktemp("crawled")
        (data / "narcowatch.sqlite3").write_bytes(migrated.read_bytes())
        limits = {
            "MAX_BODY_BYTES": str(MAX_BODY),
            "MAX_PAGES_PER_SITE": "120",
            "MAX_NEW_SITES": "30",
            "MAX_DEPTH": "4",
            "FAVICONS": "true",
        }
        at = Place(data, web.port, {f"NARCOWATCH_CRAWL__{k}": v for k, v in limits.items()})
        run = at.begin(*(f"http://{host}/" for host in SEEDS))
        began = time.monotonic()
        at.crawl(run)
        yield Crawled(web, at, run, time.monotonic() - began)


def test_the_record_counts_every_request_that_the_servers_logged(crawled: Crawled) -> None:
    assert sum(row["requests"] for row in crawled.captures.values()) == crawled.web.served.total()
    by_url = {u: row["requests"] for u, row in crawled.captures.items() if row["requests"]}
    assert by_url == dict(crawled.web.served)
    assert crawled.web.methods == {"GET": crawled.web.served.total()}
    assert crawled.at.counts(crawled.run, "refetched").total() == 0


@pytest.mark.parametrize(
    ("path", "outcome"),
    [
        ("/", "ok"),
        ("/about", "ok"),
        ("/cp1251", "ok"),
        ("/br", "ok"),
        ("/nested", "ok"),
        ("/moved", "redirect"),
        ("/about-moved?a=1&b=2", "ok"),
        ("/elsewhere", "redirect"),
        ("/inside", "redirect"),
        ("/missing", "not_found"),
        ("/broken", "http_error"),
        ("/picture", "not_text"),
        ("/liar.html", "not_text"),
        ("/bomb", "bomb"),
        ("/huge", "too_large"),
        ("/endless", "too_large"),
        ("/cut", "truncated"),
        ("/after-cut", "ok"),
        ("/drip", "timeout"),
        ("/silence", "timeout"),
        ("/hang-up", "connection"),
        ("/flaky", "ok"),
        ("/in-frame", "ok"),
        ("/gibberish", "undecodable"),
        ("/refreshed", "ok"),
        ("/once", "ok"),
        ("/gone-session", "ok"),
    ],
)
def test_each_page_ends_in_its_outcome(crawled: Crawled, path: str, outcome: str) -> None:
    assert crawled.shop(path) == outcome


@pytest.mark.parametrize(
    ("host", "outcome"),
    [
        ("captcha.test", "captcha"),
        ("login.test", "login_wall"),
        ("guard.test", "interstitial"),
        ("parked.test", "parked"),
        ("seized.test", "seized"),
        ("default.test", "default_page"),
        ("empty.test", "empty"),
        ("sorry.test", "not_found"),
        ("refused.test", "address_refused"),
        ("closed.test", "connection"),
        ("nosuch.invalid", "dns"),
    ],
)
def test_sites_that_give_nothing_say_why(crawled: Crawled, host: str, outcome: str) -> None:
    assert crawled.outcomes[f"http://{host}/"] == outcome


def test_a_connection_that_never_came_about_counts_no_request(crawled: Crawled) -> None:
    for host in ("refused.test", "closed.test", "nosuch.invalid"):
        assert crawled.captures[f"http://{host}/"]["requests"] == 0


def test_retries_are_bounded_and_counted(crawled: Crawled) -> None:
    assert crawled.web.served["http://shop.test/flaky"] == 3
    assert crawled.web.served["http://shop.test/hang-up"] == 3
    assert crawled.web.served["http://shop.test/silence"] == 2
    assert crawled.web.served["http://shop.test/drip"] == 1
    retried = crawled.at.counts(crawled.run, "retried")
    assert retried["connection"] >= 4
    assert retried["timeout"] == 1


def test_redirects_are_followed_through_the_frontier_and_bounded(crawled: Crawled) -> None:
    assert "loop" in crawled.captures["http://shop.test/loop-b"]["detail"]
    assert crawled.web.served["http://shop.test/loop-a"] == 1
    spiral = [url for url in crawled.web.served if "/spiral/" in url]
    assert len(spiral) == 9  # the first and eight redirects
    assert crawled.outcomes["http://elsewhere.test/landing"] == "ok"
    assert not any("127.0.0.1" in url for url in crawled.outcomes)
    assert "address refused" in crawled.captures["http://shop.test/inside"]["detail"]


def test_text_is_read_whatever_the_charset_claims(crawled: Crawled) -> None:
    assert "Закладки по городу" in crawled.text("http://shop.test/cp1251")
    assert "Обычная страница" in crawled.text("http://shop.test/br")
    assert crawled.text("http://shop.test/").startswith("Shop\nAn ordinary page")
    assert "described" in crawled.text("http://shop.test/")
    assert "beginning of a page" in crawled.text("http://shop.test/cut")
    assert crawled.text("http://captcha.test/") == ""


def test_bodies_that_are_no_text_or_too_much_are_not_kept(crawled: Crawled) -> None:
    for path in ("/picture", "/liar.html", "/bomb", "/huge", "/endless"):
        assert crawled.captures[f"http://shop.test{path}"]["size"] == 0
    kept = [row["size"] for row in crawled.captures.values()]
    assert max(kept) <= MAX_BODY


def test_what_is_left_out_is_counted_under_a_reason(crawled: Crawled) -> None:
    dropped = crawled.at.counts(crawled.run, "dropped")
    for reason in (
        *("javascript link", "data link", "mailto link", "not a page", "platform", "broken link"),
        *("redirect loop", "too many redirects", "Telegram link without a channel"),
        *("pattern budget", "too many names of one domain"),
    ):
        assert dropped[reason] > 0, reason
    assert dropped["address refused"] == 4  # three links, one redirect


def test_traps_are_bounded(crawled: Crawled) -> None:
    days = [url for url in crawled.web.served if "calendar.test/day" in url]
    assert 30 < len(days) <= 61
    wild = [url for url in crawled.web.served if url.endswith("wild.test/")]
    assert len(wild) == 10
    assert crawled.seconds < 60


def test_other_sites_and_channels_become_candidates(crawled: Crawled) -> None:
    rows = crawled.at.rows(
        "select t.kind || ':' || t.value key, c.why, p.value parent from cases_candidaterow c"
        " join cases_target t on t.id = c.target_id"
        " left join cases_target p on p.id = c.parent_id where c.why != 'seed'"
    )
    found = {(row["key"], row["why"]) for row in rows if row["parent"] == "shop.test"}
    assert ("telegram:@seller_kz", "mention") in found
    assert ("telegram:@almaty_seller", "mention") in found
    assert ("telegram:@second_channel", "mention") in found
    assert ("host:neighbour.test", "link") in found
    assert ("host:elsewhere.test", "link") in found
    assert not any("youtube" in key or "t.me" in key for key, _ in found)
    assert {"http://neighbour.test/1", "http://neighbour.test/2"} <= set(crawled.outcomes)


def test_every_source_is_done_and_nothing_is_left_queued(crawled: Crawled) -> None:
    assert crawled.at.rows("select * from cases_runsource where done = 0") == []
    states = crawled.at.rows("select state, count(*) n from crawlers_frontierentry group by state")
    assert {row["state"]: row["n"] for row in states}["done"] == len(crawled.outcomes)
    assert "queued" not in {row["state"] for row in states}


def test_evidence_holds_each_page_where_the_capture_points(crawled: Crawled) -> None:
    row = crawled.captures["http://shop.test/br"]
    with (crawled.at.data / "evidence" / row["warc_file"]).open("rb") as stream:
        stream.seek(row["warc_offset"])
        records = {record.rec_type: record for record in ArchiveIterator(stream)}
        assert "request" in records
    with (crawled.at.data / "evidence" / row["warc_file"]).open("rb") as stream:
        stream.seek(row["warc_offset"])
        response = next(iter(ArchiveIterator(stream)))
        assert response.rec_headers["WARC-Target-URI"] == "http://shop.test/br"
        assert response.rec_headers["WARC-IP-Address"] == "127.0.0.1"
        assert "brotli" in response.content_stream().read().decode()


def test_a_second_crawl_of_a_finished_run_fetches_nothing(crawled: Crawled) -> None:
    before = crawled.web.served.total()
    crawled.at.crawl(crawled.run)
    assert crawled.web.served.total() == before
