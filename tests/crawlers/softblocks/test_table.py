"""Recall and false alarms over the table of pages, read and glanced at as a crawl does it."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from html import escape
from pathlib import Path

import pytest

from crawlers.fetches import Fetch, Job
from crawlers.platforms import parse_platforms
from crawlers.readers import ReaderPlan, load_cascade, read_and_score
from crawlers.reading import Reading
from domain.captures import Egress, Outcome
from domain.clock import utc_now
from domain.targets import site_key
from tests.crawlers.softblocks.neighbours import KEPT, READ
from tests.crawlers.softblocks.obstacles import OBSTACLES
from tests.crawlers.softblocks.pages import Sample

ROOT = Path(__file__).resolve().parents[3]
URL = "http://lavka.test/"


@pytest.fixture(scope="module")
def reads() -> Callable[[Sample], Reading]:
    platforms = parse_platforms(tomllib.loads((ROOT / "config/platforms.toml").read_text()))
    model, words = ROOT / "classifiers" / "model", ROOT / "config" / "lexicons"
    plan = ReaderPlan(platforms, 1_000_000, 100, model, words)
    cascade = load_cascade(plan)

    def read(sample: Sample) -> Reading:
        fetch = Fetch(
            job=Job(1, URL, site_key(URL), 1, 0, 0, 0, 1.0, "source"),
            fetched_at=utc_now(),
            egress=Egress.DIRECT,
            attempts=1,
            status=sample.status,
            response_headers=(
                ("Content-Type", "text/html; charset=utf-8"),
                *sample.headers.items(),
            ),
            body=sample.markup.encode(),
        )
        return read_and_score(fetch, plan, cascade)

    return read


def named(sample: Sample) -> str:
    return sample.name


def test_the_table_is_large_enough_to_say_something() -> None:
    names = [sample.name for sample in (*OBSTACLES, *KEPT, *READ)]
    assert len(names) == len(set(names))
    assert len(OBSTACLES) > 100
    assert len(KEPT) > 30
    assert len({sample.outcome for sample in OBSTACLES}) == 11


@pytest.mark.parametrize("sample", OBSTACLES, ids=named)
def test_an_obstacle_is_named(reads: Callable[[Sample], Reading], sample: Sample) -> None:
    assert reads(sample).outcome is sample.outcome


def test_few_obstacles_are_scored_as_pages(reads: Callable[[Sample], Reading]) -> None:
    """Those that speak of drugs, give a telephone number or talk at length; none seems to sell."""
    scored = [reading for reading in map(reads, OBSTACLES) if reading.document is not None]
    assert len(scored) <= len(OBSTACLES) // 10
    assert all(reading.glance and reading.glance.selling < 0.5 for reading in scored)
    assert all(reading.document.fingerprint is None for reading in scored if reading.document)


@pytest.mark.parametrize("sample", KEPT, ids=named)
def test_a_page_of_its_own_is_read(reads: Callable[[Sample], Reading], sample: Sample) -> None:
    reading = reads(sample)
    assert reading.outcome is Outcome.OK
    assert reading.document is not None
    assert reading.document.fingerprint is not None
    assert bool(reading.findings.candidates) == ("@" in sample.markup)


@pytest.mark.parametrize("sample", READ, ids=named)
def test_what_is_in_doubt_is_read_all_the_same(
    reads: Callable[[Sample], Reading], sample: Sample
) -> None:
    reading = reads(sample)
    assert reading.outcome is (sample.outcome or Outcome.OK)
    assert reading.document is not None
    assert reading.glance is not None
    assert bool(reading.findings.pages) == ("/katalog" in sample.markup)
    assert bool(reading.findings.candidates) == ("@" in sample.markup)
    if "2500р" in sample.markup:
        assert reading.glance.selling > 0.9
        assert reading.document.fingerprint is not None


def test_what_is_not_followed_of_an_obstacle_is_counted(
    reads: Callable[[Sample], Reading],
) -> None:
    by_name = {sample.name: reads(sample) for sample in OBSTACLES}
    nginx = by_name["nginx default"]
    assert nginx.findings.dropped == {"stands on a page: default_page": 2}
    assert not nginx.findings.candidates
    guard = by_name["ddos-guard"]
    assert guard.findings.dropped == {"link to a vendor of browser checks": 1}
    wall = by_name["login in Russian"]
    assert [page.url for page in wall.findings.pages] == [f"{URL}register", f"{URL}restore"]


LOGIN = "<form action='/login'>Вход <input name='u'><input type='password'></form>"
GATE = "<script src='/cdn-cgi/challenge-platform/x.js'></script>"
#: What a seller, or his enemy, may put around an offer.
MIXTURES = {
    "log-in box": f"<title>Лавка</title>{LOGIN}<p>%s</p>",
    "log-in page": f"<title>Вход</title>{LOGIN}<p>%s</p>",
    "order form": "<title>Лавка</title><p>%s</p><form><input name='captcha'>введите код</form>",
    "captcha script": "<script src='https://hcaptcha.com/1/api.js'></script><p>%s</p>",
    "browser check": f"<title>Just a moment...</title><p>Checking your browser</p><p>%s</p>{GATE}",
    "works": "<p>Ведутся технические работы.</p><p>%s</p>",
    "seizure": "<h1>THIS SITE HAS BEEN SEIZED by the FBI</h1><p>%s</p>",
    "error": "<title>404 Not Found</title><h1>404 Not Found</h1><p>%s</p>",
    "parked": "<title>lavka.test</title><p>This domain is for sale.</p><p>%s</p>",
}


@pytest.mark.parametrize("mixture", MIXTURES)
def test_offers_are_read_whatever_stands_around_them(
    reads: Callable[[Sample], Reading], mixture: str
) -> None:
    """The project's own evaluation texts, cut to what a short page holds, are hardly ever lost."""
    lines = (ROOT / "tests/corpus/corpus.jsonl").read_text("utf-8").splitlines()
    offers = [row["text"] for row in map(json.loads, lines) if row["label"] == "drug_sale"][::3]
    assert len(offers) > 50
    pages = [Sample("", None, MIXTURES[mixture] % escape(text[:300])) for text in offers]
    lost = [one.markup for one in pages if reads(one).document is None]
    assert len(lost) <= len(offers) // 50, lost
