"""What a look at a known case amounts to, and what it proposes, from rows of the record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from cases import assessing, counts, intake, runs
from cases.counts import CountKey
from cases.evidence import EvidenceWriter
from cases.intake import url_hash
from cases.models import Capture, Case, DocumentRow, Family, Proposal, Run, Target
from cases.rechecking import Seen
from crawlers.fetches import ROBOTS
from crawlers.models import FrontierEntry
from domain.assessment import Assessment, Label, Role
from domain.candidates import Why
from domain.captures import CaptureRecord, Egress, Outcome
from domain.coverage import Move
from domain.documents import Document
from domain.nights import LISTEN
from domain.rechecks import CheckResult
from domain.states import CaseState
from domain.targets import site_key
from nightly.looks import Looker
from nightly.proposing import propose_reappeared
from tests.records import NOON, case_in, page

pytestmark = pytest.mark.django_db

SELLS, CLEAN = 0.99, 0.01
URL = "http://shop.test/"


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[EvidenceWriter]:
    writer = EvidenceWriter(tmp_path, 1, "test", "pages")
    yield writer
    writer.close()


def night(day: int, writer: EvidenceWriter, *records: CaptureRecord) -> Run:
    run = Run.objects.create(kind="night", started_at=NOON + timedelta(days=day))
    intake.store(run.pk, "crawl", list(records), writer)
    for record in records:
        runs.add_source(run, record.site, Why.RECHECK)
    return run


def assessed(run: Run, *probabilities: float) -> list[int]:
    """Give the run's documents these probabilities, in order. Returns their ids."""
    rows = DocumentRow.objects.filter(capture__run=run).order_by("pk")
    ids = list(rows.values_list("pk", flat=True))
    values = [Assessment(p, Label.OTHER, Role.SHOP, "ru", "m", "s") for p in probabilities]
    assessing.record(run.pk, dict(zip(ids, values, strict=True)))
    return ids


def look(case: Case, run: Run, moves: dict[int, Move[int]] | None = None, cut_off=()) -> Seen | str:
    case.refresh_from_db()
    return Looker(run, 0.6, moves or {}, cut_off).look(case)


def met(found: Seen | str) -> tuple[CheckResult, bool | None]:
    assert isinstance(found, Seen), found
    return found.result, found.selling


def known(writer: EvidenceWriter, state: CaseState = CaseState.CONFIRMED) -> Case:
    """A case whose page ``/list`` sold in the first night."""
    case = case_in(state)
    first = night(0, writer, page(URL, "front"), page(f"{URL}list", "goods\nand prices"))
    (_, carrier) = assessed(first, CLEAN, SELLS)
    Case.objects.filter(pk=case.pk).update(model="m", carriers=[carrier], score=SELLS)
    return case


def test_selling_pages_that_were_not_reached_say_nothing(writer: EvidenceWriter) -> None:
    case = known(writer)
    run = night(1, writer, page(URL, "front"))
    assessed(run, CLEAN)
    assert met(look(case, run)) == (CheckResult.UP, None)


def test_selling_pages_that_are_gone_or_changed_do(writer: EvidenceWriter) -> None:
    case = known(writer)
    missing = replace(page(f"{URL}list"), outcome=Outcome.NOT_FOUND, documents=())
    run = night(1, writer, page(URL, "front"), missing)
    assessed(run, CLEAN)
    assert met(look(case, run)) == (CheckResult.UP, False)
    run = night(2, writer, page(URL, "front"), page(f"{URL}list", "goods\nbread"))
    assessed(run, CLEAN, CLEAN)
    found = look(case, run)
    assert met(found) == (CheckResult.UP, False)
    assert isinstance(found, Seen)
    assert found.changed == 0.0, "the night before had the front page alone"


def test_a_site_made_anew_does_not_hide_behind_pages_that_are_linked_no_more(
    writer: EvidenceWriter,
) -> None:
    case = known(writer)
    run = night(1, writer, page(URL, "a garden\nwith trees"))
    assessed(run, CLEAN)
    assert met(look(case, run)) == (CheckResult.UP, False)


def test_looks_that_failed_on_our_side_are_none(writer: EvidenceWriter) -> None:
    case = known(writer)
    down = CaptureRecord(site_key(URL), URL, NOON, Egress.TOR, Outcome.TOR_DOWN)
    assert look(case, night(1, writer, down)) == "the look failed on our side"
    failed = replace(down, egress=Egress.DIRECT, outcome=Outcome.TIMEOUT)
    run = night(2, writer, failed)
    assert look(case, run, cut_off={"direct"}) == "no way out tonight"
    assert met(look(case, run)) == (CheckResult.DOWN, None)
    run = Run.objects.create(kind="night", started_at=NOON)
    assert look(case, run) == "not fetched tonight"


def test_a_site_that_refuses_its_pages_is_blocked_and_one_that_was_wiped_is_down(
    writer: EvidenceWriter,
) -> None:
    case = known(writer)
    refused = replace(page(URL), outcome=Outcome.FORBIDDEN, documents=())
    assert met(look(case, night(1, writer, refused))) == (CheckResult.BLOCKED, None)
    wiped = replace(page(URL), outcome=Outcome.DEFAULT_PAGE, documents=())
    assert met(look(case, night(2, writer, wiped))) == (CheckResult.DOWN, None)


def test_what_may_be_an_obstacle_is_the_site_only_if_it_sells(writer: EvidenceWriter) -> None:
    case = known(writer)
    doubtful = replace(page(URL, "goods\nand prices"), outcome=Outcome.FORBIDDEN)
    run = night(1, writer, doubtful)
    assessed(run, SELLS)
    assert met(look(case, run)) == (CheckResult.UP, True)
    run = night(2, writer, doubtful)
    assessed(run, CLEAN)
    assert met(look(case, run)) == (CheckResult.BLOCKED, None)


def test_robots_sitemaps_and_icons_say_nothing_of_the_pages(writer: EvidenceWriter) -> None:
    case = known(writer)
    absent = replace(page(f"{URL}robots.txt"), outcome=Outcome.NOT_FOUND, documents=())
    down = replace(page(URL), outcome=Outcome.TOR_DOWN, documents=(), exchange=None)
    run = night(1, writer, absent, down)
    FrontierEntry.objects.create(
        run=run, target=case.target, url=absent.url, url_hash=url_hash(absent.url), why=ROBOTS
    )
    assert look(case, run) == "the look failed on our side"
    run = night(2, writer, absent)
    FrontierEntry.objects.create(
        run=run, target=case.target, url=absent.url, url_hash=url_hash(absent.url), why=ROBOTS
    )
    assert look(case, run) == "not fetched tonight"


def test_a_provider_in_the_site_s_place_says_nothing_of_it(writer: EvidenceWriter) -> None:
    case = known(writer)
    blocked = replace(page(URL), outcome=Outcome.BLOCKED_ON_THE_WAY, documents=())
    assert look(case, night(1, writer, blocked)) == "blocked on the way"
    there = "http://blocked.test/"
    elsewhere = replace(page(there), outcome=Outcome.BLOCKED_ON_THE_WAY, documents=())
    redirect = replace(page(URL), outcome=Outcome.REDIRECT, documents=())
    run = night(2, writer, redirect, elsewhere)
    to = Target.objects.get(value="blocked.test").pk
    assert look(case, run, {case.target_id: Move(to)}) == "blocked on the way"


def test_selling_pages_that_are_refused_say_nothing(writer: EvidenceWriter) -> None:
    case = known(writer)
    refused = replace(page(f"{URL}list"), outcome=Outcome.CAPTCHA, documents=())
    run = night(1, writer, page(URL, "front"), refused)
    assessed(run, CLEAN)
    assert met(look(case, run)) == (CheckResult.UP, None)


def test_new_evidence_is_what_no_page_had_before_the_decision(writer: EvidenceWriter) -> None:
    case = known(writer, CaseState.DISMISSED)
    Case.objects.filter(pk=case.pk).update(changed_at=NOON + timedelta(hours=1))
    run = night(30, writer, page(URL, "front"), page(f"{URL}list", "goods\nother goods"))
    assessed(run, CLEAN, SELLS)
    found = look(case, run)
    assert isinstance(found, Seen)
    assert (found.selling, found.new_share) == (True, 0.5)
    later = night(60, writer, page(URL, "front"), page(f"{URL}list", "goods\nother goods"))
    assessed(later, CLEAN, SELLS)
    again = look(case, later)
    assert isinstance(again, Seen)
    assert again.new_share == 0.5, "what came after the decision is not known to those who decided"


def test_a_channel_is_up_by_posts_seen_before_and_sells_by_all_of_them(
    writer: EvidenceWriter,
) -> None:
    case = case_in(CaseState.CONFIRMED, "telegram:@some_shop")
    Case.objects.filter(pk=case.pk).update(score=0.9, model="m")
    post = replace(
        page("http://preview.test/s/some_shop"),
        site=case.target.key,
        documents=(Document(title="", text="new", part="7"),),
    )
    run = night(1, writer, post)
    counts.add(run.pk, "channels", {CountKey("telegram:@some_shop", "seen", "unchanged"): 3})
    found = look(case, run)
    assert isinstance(found, Seen)
    assert (found.result, found.documents, found.selling, found.changed) == (
        *(CheckResult.UP, 4, True),
        0.25,
    )
    gone = replace(post, outcome=Outcome.NO_SUCH_NAME, documents=())
    assert met(look(case, night(2, writer, gone))) == (CheckResult.DOWN, None)


def test_what_a_listener_brought_since_the_last_look_is_news_of_a_channel(
    writer: EvidenceWriter,
) -> None:
    case = case_in(CaseState.CONFIRMED, "telegram:@some_shop")
    key, source = case.target.key, str(case.target)

    def told(day: float, *parts: str) -> CaptureRecord:
        documents = tuple(Document(title="", text="post", part=part) for part in parts)
        at = NOON + timedelta(days=day)
        return replace(
            page(f"http://preview.test/{day}"), site=key, documents=documents, fetched_at=at
        )

    for day, parts in ((-1.0, ("1", "2")), (1.5, ("3", "4"))):
        run = Run.objects.create(kind=LISTEN, started_at=NOON + timedelta(days=day))
        intake.store(run.pk, "channels", [told(day, *parts)], writer)
        if day < 0:
            night(0, writer, replace(page("http://preview.test/s/some_shop"), site=key))
    tonight = night(2, writer, told(2.0, "5"))
    counts.add(tonight.pk, "channels", {CountKey(source, "seen", "unchanged"): 11})
    found = look(case, tonight)
    assert isinstance(found, Seen)
    assert found.changed == 3 / 12


def test_a_newer_case_of_the_family_that_sells_is_proposed_once(writer: EvidenceWriter) -> None:
    family = Family.objects.create(founded_at=NOON)
    names = {"old": -9, "case": 0, "new": 9, "quiet": 9, "dismissed": 9}
    found = {
        name: case_in(
            CaseState.DISMISSED if name == "dismissed" else CaseState.IN_REVIEW,
            f"host:{name}.test",
        )
        for name in names
    }
    for name, day in names.items():
        Case.objects.filter(pk=found[name].pk).update(
            family=family,
            opened_at=NOON + timedelta(days=day),
            score=0.1 if name == "quiet" else 0.9,
        )
    run = night(10, writer, *(page(f"http://{name}.test/") for name in names))
    case = Case.objects.get(pk=found["case"].pk)
    for _ in range(2):
        propose_reappeared(case, run, [1], 0.6)
    assert [(row.kind, str(row.other)) for row in Proposal.objects.all()] == [
        ("reappeared", "host:new.test")
    ]


def test_what_was_erased_makes_nothing_new(writer: EvidenceWriter) -> None:
    case = case_in(CaseState.DISMISSED)
    Case.objects.update(model="m", changed_at=NOON)
    text = "Старая строка\nвторая строка"
    old = night(0, writer, page(URL, text))
    between = night(30, writer, page(URL, text))
    assessed(old, CLEAN)
    assessed(between, CLEAN)
    Capture.objects.filter(run=old).update(erased_at=NOON)
    DocumentRow.objects.filter(capture__run=old).update(text="")
    run = night(200, writer, page(URL, text))
    assessed(run, SELLS)
    seen = look(case, run)
    assert isinstance(seen, Seen)
    assert (seen.new_share, seen.changed) == (0.0, 0.0)
