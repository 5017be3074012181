from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from cases import counts, intake, runs
from cases.counts import CountKey
from cases.evidence import EvidenceWriter
from cases.models import Run
from cases.moves import move
from channels import searching
from channels.accounts import pool
from channels.accounts.keys import KeySource
from channels.accounts.vault import Vault
from domain.candidates import Why
from domain.captures import CaptureRecord, Egress, Outcome
from domain.defang import defang_prose
from domain.seeds import SeedProblem, parse_seeds
from domain.states import CaseState
from domain.targets import site_key, telegram_key
from nightly import reporting
from nightly.rendering import to_html, to_terminal
from nightly.report import Report, SourceLine
from tests.copies import NEAR, SHOP, Nights, confirm
from tests.records import NOON, new_run, page

pytestmark = pytest.mark.django_db

SEEDS = b"""
[[site]]
url = "http://shop.test/"
[[site]]
url = "http://guarded.test/"
expect = "captcha"
[[search]]
query = "buy"
url = "http://engine.test/?q={query}"
"""


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[EvidenceWriter]:
    writer = EvidenceWriter(tmp_path, 1, "test", "pages")
    yield writer
    writer.close()


def failed(url: str, outcome: Outcome, requests: int = 1) -> CaptureRecord:
    return CaptureRecord(site_key(url), url, NOON, Egress.DIRECT, outcome, attempts=requests)


def night(writer: EvidenceWriter, *records: CaptureRecord) -> Run:
    run = new_run()
    runs.add_seeds(run, list(parse_seeds(SEEDS).seeds))
    search = "http://engine.test/?q=buy"
    target = next(s.target for s in parse_seeds(SEEDS).seeds if s.url == search)
    intake.store(run.pk, "crawl", [replace(page(search), site=target), *records], writer)
    return run


def line(report: Report, name: str) -> SourceLine:
    return next(line for line in report.sources if name in line.name)


def test_each_source_has_its_numbers(writer: EvidenceWriter) -> None:
    captcha = replace(page("http://guarded.test/"), outcome=Outcome.CAPTCHA, documents=())
    run = night(
        writer,
        page("http://shop.test/"),
        failed("http://shop.test/slow", Outcome.TIMEOUT, requests=3),
        failed("http://shop.test/private", Outcome.ADDRESS_REFUSED, requests=0),
        captcha,
    )
    counts.add(
        run.pk,
        "crawl",
        {
            CountKey("host:shop.test", "refetched"): 2,
            CountKey("host:shop.test", "dropped", "pattern budget"): 5,
        },
    )
    report = reporting.build(run)
    shop = line(report, "shop.test")
    assert (shop.requests, shop.fetched, shop.documents, shop.refetched) == (4, 1, 1, 2)
    assert shop.failed == {"timeout": 1, "address_refused": 1}
    assert shop.dropped == {"pattern budget": 5}
    assert line(report, "guarded.test").coverage == "kept"
    assert report.totals["requests"] == 4 + 1 + 1
    assert report.exit_code == 0


def test_a_silent_seed_breaks_the_night(writer: EvidenceWriter) -> None:
    report = reporting.build(night(writer, failed("http://shop.test/", Outcome.TIMEOUT)))
    assert report.exit_code == 3
    assert report.coverage_broken == [
        "shop.test: timeout 1",
        "guarded.test: expected captcha: never fetched",
    ]


def test_a_source_that_fell_far_below_its_history_is_named(writer: EvidenceWriter) -> None:
    captcha = replace(page("http://guarded.test/"), outcome=Outcome.CAPTCHA, documents=())
    for pages in (10, 10, 1):
        shop = [page(f"http://shop.test/{n}") for n in range(pages)]
        run = night(writer, captcha, *shop)
        runs.finish(run, Run.State.COMPLETE, {})
    report = reporting.build(run)
    assert report.coverage_broken == ["shop.test: 1 documents, usually 10: no document"]


def test_what_may_be_an_obstacle_s_page_does_not_keep_the_contract(writer: EvidenceWriter) -> None:
    doubtful = replace(page("http://shop.test/"), outcome=Outcome.LOGIN_WALL)
    captcha = replace(page("http://guarded.test/"), outcome=Outcome.CAPTCHA, documents=())
    for shop in ([page(f"http://shop.test/{n}") for n in range(10)], [doubtful]):
        run = night(writer, captcha, *shop)
        runs.finish(run, Run.State.COMPLETE, {})
    report = reporting.build(run)
    assert line(report, "shop.test").documents == 1
    assert report.coverage_broken == ["shop.test: login_wall 1"]


def test_a_night_that_was_cut_short_is_not_held_against_its_sources(writer: EvidenceWriter) -> None:
    captcha = replace(page("http://guarded.test/"), outcome=Outcome.CAPTCHA, documents=())
    for pages in (10, 1):
        run = night(writer, captcha, *(page(f"http://shop.test/{n}") for n in range(pages)))
        runs.finish(run, Run.State.COMPLETE, {})
    counts.add(run.pk, "crawl", {CountKey("host:shop.test", "dropped", "run budget"): 9})
    report = reporting.build(run)
    assert report.coverage_broken == []
    assert line(report, "shop.test").coverage_reason == "cut short: run budget"


def test_a_source_that_no_longer_gives_what_was_announced_is_named(
    writer: EvidenceWriter,
) -> None:
    report = reporting.build(night(writer, page("http://shop.test/"), page("http://guarded.test/")))
    note = "guarded.test: expected captcha, now gives documents"
    assert (report.coverage_notes, report.exit_code) == ([note], 0)
    out = StringIO()
    to_terminal(report, Console(file=out, width=200))
    assert note in out.getvalue()
    assert note.replace("guarded.test", "guarded[.]test") in to_html(report)


def test_what_tor_left_out_is_said_to_be_so(writer: EvidenceWriter) -> None:
    run = night(writer)
    counts.add(run.pk, "crawl", {CountKey("host:shop.test", "failed", "tor_down"): 1})
    assert "shop.test: never fetched (tor_down)" in reporting.build(run).coverage_broken


def test_exit_codes_come_in_their_order(writer: EvidenceWriter) -> None:
    problem = SeedProblem(3, "x", "broken")
    good = night(
        writer,
        page("http://shop.test/"),
        replace(page("http://guarded.test/"), outcome=Outcome.CAPTCHA, documents=()),
    )
    assert reporting.build(good, [problem]).exit_code == 4
    silent = night(writer)
    assert reporting.build(silent, [problem]).exit_code == 3
    row = runs.begin_stage(silent, "assess")
    assert row is not None
    runs.end_stage(row, error="boom")
    assert reporting.build(silent, [problem]).exit_code == 1


def test_the_report_is_json_html_and_text_and_nothing_in_it_is_markup(writer) -> None:
    run = night(writer, page("http://shop.test/"))
    runs.add_source(run, site_key("http://found.test/"), Why.LINK)
    evil = "<script>alert(1)</script>\x1b[31m\u202e"
    counts.add(run.pk, "crawl", {CountKey("host:found.test", "dropped", evil): 1})
    report = reporting.build(run, [SeedProblem(2, evil, f"odd {evil}")])
    assert json.loads(json.dumps(report.as_json()))["run"] == run.pk
    html = to_html(report)
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    out = StringIO()
    to_terminal(report, Console(file=out, width=200, force_terminal=False))
    assert "found.test" in out.getvalue()
    assert "\x1b[31m" not in out.getvalue()
    assert "\u202e" not in out.getvalue()


def test_families_and_what_they_propose_are_told(writer: EvidenceWriter) -> None:
    nights = Nights(writer)
    known, mirror = nights.site("known.test", SHOP), nights.site("mirror.test", NEAR)
    confirm(known, "one", "two")
    nights.look()
    report = reporting.build(nights.run)
    (family,) = report.families
    assert family.members == ["known.test (confirmed)", "mirror.test (in_review)"]
    (proposal,) = next(line for line in report.cases if line.case == mirror.pk).proposed
    out = StringIO()
    to_terminal(report, Console(file=out, width=400))
    assert "family" in out.getvalue()
    assert "proposed for case" in out.getvalue()
    assert "like known[.]test" in out.getvalue()
    assert defang_prose(proposal) in to_html(report)


def test_that_a_site_has_no_hints_is_no_failure(writer: EvidenceWriter) -> None:
    robots = replace(
        failed("http://shop.test/robots.txt", Outcome.NOT_FOUND), detail="no robots.txt"
    )
    missing = failed("http://shop.test/gone", Outcome.NOT_FOUND)
    run = night(writer, page("http://shop.test/"), robots, missing)
    shop = line(reporting.build(run), "shop.test")
    assert (shop.requests, shop.documents, shop.failed) == (3, 1, {"not_found": 1})
    quiet = night(writer, page("http://shop.test/"), robots)
    assert line(reporting.build(quiet), "shop.test").failed == {}


def test_names_that_led_nowhere_are_folded_into_a_count(writer: EvidenceWriter) -> None:
    run = night(writer, page("http://shop.test/"))
    for name in ("gone1", "gone2", "dead"):
        runs.add_source(run, site_key(f"http://{name}.test/"), Why.MENTION)
    records = [
        failed("http://gone1.test/", Outcome.NOT_FOUND),
        failed("http://gone2.test/", Outcome.NOT_FOUND),
        failed("http://dead.test/", Outcome.DNS),
    ]
    intake.store(run.pk, "crawl", records, writer)
    report = reporting.build(run)
    assert len([line for line in report.sources if line.why == "mention"]) == 3
    out = StringIO()
    to_terminal(report, Console(file=out, width=200))
    assert "gone1" not in out.getvalue()
    assert "3 names led nowhere: not_found 2, dns 1" in out.getvalue()


def looked_up(name: str, *outcomes: Outcome) -> list[CaptureRecord]:
    """The preview of a channel and what its landing page then said."""
    urls = [f"http://preview.test/s/{name}", f"http://preview.test/{name}"]
    return [
        CaptureRecord(telegram_key(name), url, NOON, Egress.PREVIEW, outcome)
        for url, outcome in zip(urls, (Outcome.REDIRECT, *outcomes), strict=True)
    ]


def test_names_of_persons_are_folded_and_what_an_account_read_did_not_fail(
    writer: EvidenceWriter,
) -> None:
    run = night(writer, page("http://shop.test/"))
    for name in ("some_person", "other_person", "a_group"):
        runs.add_source(run, telegram_key(name), Why.MENTION)
    read = CaptureRecord(
        telegram_key("a_group"), "mtproto://telegram/x", NOON, Egress.TELEGRAM, Outcome.OK
    )
    records = [
        *looked_up("some_person", Outcome.NO_SUCH_NAME),
        *looked_up("other_person", Outcome.NO_SUCH_NAME),
        *looked_up("a_group", Outcome.NO_PREVIEW),
    ]
    intake.store(run.pk, "channels", records, writer)
    assert line(reporting.build(run), "a_group").failed == {"no_preview": 1}
    intake.store(run.pk, "channels", [read], writer)
    report = reporting.build(run)
    group = line(report, "a_group")
    assert group.failed == {}
    assert group.moved == {"redirected to its landing page": 1, "no preview, read by an account": 1}
    out = StringIO()
    to_terminal(report, Console(file=out, width=400))
    for shown in (out.getvalue(), to_html(report)):
        assert "2 names led nowhere: no_such_name 2" in shown
        assert "redirected to its landing page 1, no preview, read by an account 1" in shown
    assert "some_person" not in out.getvalue()


def test_a_machine_without_dns_is_told_so(writer: EvidenceWriter) -> None:
    run = new_run()
    hosts = ("http://one.test/", "http://two.test/")
    for url in hosts:
        runs.add_source(run, site_key(url), Why.SEED)
    intake.store(run.pk, "crawl", [failed(url, Outcome.DNS) for url in hosts], writer)
    report = reporting.build(run)
    (told,) = report.as_json()["same_failure"]
    assert told.startswith("all 2 sources outside Tor failed with dns")
    out = StringIO()
    to_terminal(report, Console(file=out, width=200))
    assert told in out.getvalue()
    assert told.replace("'", "&#x27;") in to_html(report)


def test_times_are_those_of_the_nights_zone_and_targets_are_defanged(
    writer: EvidenceWriter,
) -> None:
    run = night(writer, page("http://shop.test/"))
    case = run.sources.get(target__value="shop.test").target.case
    for state in ("assessed", "in_review"):
        move(case.pk, CaseState(state), actor="test", reason="set up")
    report = reporting.build(run)
    assert report.started_at.startswith("2026-03-01T12:00:00")
    html = to_html(report)
    assert "2026-03-01 17:00:00 +0500" in html
    assert "shop[.]test" in html
    assert ">shop.test<" not in html
    out = StringIO()
    to_terminal(report, Console(file=out, width=200))
    shown = out.getvalue()
    assert "night, 2026-03-01 17:00:00 +0500 to" in shown
    assert shown.index("Cases found") < shown.index("Sources") < shown.index("Stages")


def test_searches_that_wait_for_an_account_are_an_alarm() -> None:
    run = new_run()
    searching.prepare(run, ["лавка", "соль & перец"])
    assert reporting.build(run).waiting_searches == []
    runs.finish(run, Run.State.COMPLETE, {})
    report = reporting.build(run)
    assert report.waiting_searches == ["«лавка»; there is none", "«соль & перец»; there is none"]
    printed = StringIO()
    to_terminal(report, Console(file=printed, width=200))
    assert "Telegram search waits for an account: «лавка»; there is none" in printed.getvalue()
    assert "search waits for an account: «соль &amp; перец»; there is none" in to_html(report)
    pool.enlist("one", 1, actor="test")
    assert reporting.build(run).waiting_searches == ["«лавка»", "«соль & перец»"]


def test_an_account_that_was_lost_is_named_until_somebody_sees_to_it(tmp_path: Path) -> None:
    run, vault = new_run(), Vault(tmp_path / "accounts", KeySource(tmp_path / "key"))
    for number, name in enumerate(("one", "two")):
        pool.enlist(name, number, actor="test")
    assert reporting.build(run).lost_accounts == []
    pool.retire("one", pool.Reason.DUPLICATED, vault, run_id=run.pk)
    report = reporting.build(run)
    (told,) = report.lost_accounts
    assert told.startswith("one, duplicated since 20")
    assert told.endswith("; 1 left")
    printed = StringIO()
    to_terminal(report, Console(file=printed, width=200))
    for form in (printed.getvalue(), to_html(report)):
        assert f"Telegram account lost: {told}" in form
        assert "accounts lost: duplicated" in form
    pool.retire("one", pool.Reason.BY_HAND, vault)
    assert reporting.build(run).lost_accounts == []
