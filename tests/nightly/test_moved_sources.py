"""Sources whose first page redirects to another host, in the report and under the contract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from cases import counts, intake, runs
from cases.counts import CountKey
from cases.evidence import EvidenceWriter
from cases.intake import target_row
from cases.models import Run
from crawlers.models import SiteVisit
from domain.candidates import Why
from domain.captures import CaptureRecord, Outcome
from domain.seeds import parse_seeds
from domain.targets import parse_key, site_key
from nightly import reporting
from nightly.rendering import to_html, to_terminal
from nightly.report import Report, SourceLine
from tests.records import new_run, page

pytestmark = pytest.mark.django_db

OLD, NEW = "http://shop.test/", "http://www.shop.test/"


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[EvidenceWriter]:
    writer = EvidenceWriter(tmp_path, 1, "test", "pages")
    yield writer
    writer.close()


def ended(url: str, outcome: Outcome) -> CaptureRecord:
    return replace(page(url), outcome=outcome, documents=())


def redirected(url: str) -> CaptureRecord:
    return ended(url, Outcome.REDIRECT)


def pages(url: str, n: int) -> list[CaptureRecord]:
    return [page(f"{url}{number}") for number in range(n)]


def night(
    writer: EvidenceWriter,
    *records: CaptureRecord,
    moves: Mapping[str, str] | None = None,
    stuck: Mapping[str, str] | None = None,
    seeds: Mapping[str, str] | None = None,
) -> Run:
    """A finished night: ``seeds`` with what they expect, and redirects by host."""
    run = new_run()
    tables = (
        f'[[site]]\nurl = "{url}"\nexpect = "{expect}"\n'
        for url, expect in (seeds or {OLD: "documents"}).items()
    )
    runs.add_seeds(run, list(parse_seeds("\n".join(tables).encode()).seeds))
    for record in records:
        runs.add_source(run, record.site, Why.LINK)
    intake.store(run.pk, "crawl", list(records), writer)
    for host, to in (moves or {}).items():
        runs.add_source(run, parse_key(to), Why.LINK)
        visit(run, host).update(moves_to=target_row(parse_key(to))[0])
    for host, reason in (stuck or {}).items():
        visit(run, host).update(stuck=reason)
    runs.finish(run, Run.State.COMPLETE, {})
    return run


def visit(run: Run, host: str):
    target, _ = target_row(site_key(f"http://{host}/"))
    row, _ = SiteVisit.objects.get_or_create(run=run, target=target)
    return SiteVisit.objects.filter(pk=row.pk)


def line(report: Report, name: str) -> SourceLine:
    return next(line for line in report.sources if line.name == name)


def test_a_source_that_moved_is_kept_by_the_documents_of_its_destination(writer) -> None:
    run = night(writer, redirected(OLD), *pages(NEW, 3), moves={"shop.test": "host:www.shop.test"})
    report = reporting.build(run)
    shop = line(report, "shop.test")
    assert (shop.coverage, shop.coverage_reason) == ("kept", "moves to www.shop.test")
    assert (shop.moved, shop.failed) == ({"moves to www.shop.test": 1}, {})
    assert (shop.requests, shop.documents) == (1, 0)
    assert report.totals["failed"] == 0
    assert (report.coverage_broken, report.exit_code) == ([], 0)
    out = StringIO()
    to_terminal(report, Console(file=out, width=200))
    assert "moves to www.shop.test 1" in out.getvalue()
    assert "moves to www[.]shop[.]test 1" in to_html(report)


def test_a_destination_that_gives_nothing_breaks_the_source_that_moved(writer) -> None:
    moves = {"shop.test": "host:www.shop.test"}
    run = night(writer, redirected(OLD), ended(NEW, Outcome.CAPTCHA), moves=moves)
    report = reporting.build(run)
    assert report.coverage_broken == ["shop.test: moves to www.shop.test: captcha 1"]
    assert report.exit_code == 3
    run = night(writer, redirected(OLD), moves=moves)
    assert reporting.build(run).coverage_broken == [
        "shop.test: moves to www.shop.test: never fetched"
    ]


def test_chains_are_judged_by_their_end(writer) -> None:
    moves = {"shop.test": "host:www.shop.test", "www.shop.test": "host:new.test"}
    run = night(
        writer, redirected(OLD), redirected(NEW), *pages("http://new.test/", 2), moves=moves
    )
    report = reporting.build(run)
    assert line(report, "shop.test").coverage_reason == "moves to new.test"
    assert line(report, "www.shop.test").moved == {"moves to new.test": 1}
    assert report.exit_code == 0
    run = night(
        writer,
        redirected(OLD),
        redirected(NEW),
        redirected("http://new.test/"),
        moves=moves,
        stuck={"new.test": "too many redirects"},
    )
    assert reporting.build(run).coverage_broken == [
        "shop.test: moves to new.test: redirect 1 (too many redirects)"
    ]


def test_loops_and_redirects_into_private_space_are_failures_with_their_names(writer) -> None:
    seeds = {OLD: "documents", NEW: "documents", "http://inside.test/": "documents"}
    run = night(
        writer,
        *(redirected(url) for url in seeds),
        moves={"shop.test": "host:www.shop.test", "www.shop.test": "host:shop.test"},
        stuck={"inside.test": "address refused"},
        seeds=seeds,
    )
    report = reporting.build(run)
    assert report.coverage_broken == [
        "shop.test: redirect 1 (redirect loop)",
        "www.shop.test: redirect 1 (redirect loop)",
        "inside.test: redirect 1 (address refused)",
    ]
    assert line(report, "inside.test").failed == {"redirect": 1}
    assert line(report, "inside.test").moved == {}


@pytest.mark.parametrize(("tonight", "broken"), [(9, []), (1, ["usually 10"])])
def test_the_nights_before_a_source_moved_count_as_they_were(writer, tonight, broken) -> None:
    night(writer, *pages(OLD, 10), *pages(NEW, 1))
    night(writer, *pages(OLD, 10), *pages(NEW, 1))
    moves = {"shop.test": "host:www.shop.test"}
    run = night(writer, redirected(OLD), *pages(NEW, tonight), moves=moves)
    found = reporting.build(run).coverage_broken
    assert len(found) == len(broken)
    assert all(words in found[0] for words in broken)


@pytest.mark.parametrize(("tonight", "broken"), [(9, 0), (1, 1)])
def test_the_nights_since_a_source_moved_count_by_where_it_led(writer, tonight, broken) -> None:
    for _ in range(3):
        night(writer, redirected(OLD), *pages(NEW, 10), moves={"shop.test": "host:www.shop.test"})
    run = night(writer, *pages(OLD, tonight))
    assert len(reporting.build(run).coverage_broken) == broken


def test_what_a_seed_announces_may_come_from_either(writer) -> None:
    seeds = {OLD: "redirect", "http://guarded.test/": "captcha"}
    run = night(
        writer,
        redirected(OLD),
        redirected("http://guarded.test/"),
        ended(NEW, Outcome.CAPTCHA),
        moves={"shop.test": "host:www.shop.test", "guarded.test": "host:www.shop.test"},
        seeds=seeds,
    )
    assert reporting.build(run).coverage_broken == []


def test_a_site_that_moved_to_a_channel_is_kept_by_posts_seen_before(writer) -> None:
    night(writer, *pages(OLD, 10))
    run = night(writer, redirected(OLD), moves={"shop.test": "telegram:@some_shop"})
    assert reporting.build(run).exit_code == 3
    counts.add(run.pk, "channels", {CountKey("telegram:@some_shop", "seen", "posts unchanged"): 1})
    assert reporting.build(run).exit_code == 0
