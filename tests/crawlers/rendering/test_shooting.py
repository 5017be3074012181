"""Photographs of cases: the right page, once, nothing restricted, every request counted."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cases import assessing, decisions, intake, runs
from cases.evidence import EvidenceWriter
from cases.models import AuditEvent, Case, DocumentRow, RunCount
from cases.moves import move
from crawlers.models import ShotTaken
from crawlers.rendering import shot_stock
from crawlers.rendering.asking import photograph
from crawlers.rendering.client import Renderer
from crawlers.rendering.shooting import Studio, shoot_all
from crawlers.rendering.wanted import asked_for, wanted
from domain.assessment import Assessment, Label, Role
from domain.candidates import Why
from domain.decisions import VerdictKind
from domain.errors import AccessError, InputError
from domain.onion import onion_from_public_key
from domain.shots import Shot
from domain.states import CaseState
from domain.targets import site_key
from net.journal import RequestJournal
from tests.crawlers.servers import Reply, Web, html
from tests.people import analyst, outsider
from tests.records import NOON, new_run, page
from tests.world.sites import png

pytestmark = pytest.mark.django_db(transaction=True)

URL = "http://shop.test/"


class Album:
    """Keeps screenshots as the record does."""

    def __init__(self) -> None:
        self.shots: list[tuple[int, int, Shot, str]] = []

    def __call__(
        self, case_id: int, run_id: int, shot: Shot, evidence: Any, *, actor: str, clock: Any
    ) -> None:
        self.shots.append((case_id, run_id, shot, actor))


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[EvidenceWriter]:
    made = EvidenceWriter(tmp_path / "evidence", 1, "test", "screens")
    yield made
    made.close()


@pytest.fixture
def studio(renderer: Callable[..., Renderer], writer: EvidenceWriter) -> Studio:
    return Studio(renderer(), writer, Album(), lambda text: "запретное" in text)


def queued(writer: EvidenceWriter, url: str = URL, text: str = "Мёд, 100 тенге") -> Case:
    """A case in review for ``text`` of ``url``, found by a run of its own."""
    run = new_run()
    runs.add_source(run, site_key(url), Why.SEED, url=url)
    intake.store(run.pk, "crawl", [page(url, text)], writer)
    document = DocumentRow.objects.get(capture__run=run, capture__url=url)
    assessment = Assessment(
        probability=0.9, label=Label.DRUG_SALE, role=Role.SHOP, lang="ru", model="m", stage="s"
    )
    assessing.record(run.pk, {document.pk: assessment})
    case = Case.objects.get(target=document.target)
    if case.state == CaseState.NEW:
        for state in (CaseState.ASSESSED, CaseState.IN_REVIEW):
            move(case.pk, state, actor="test", reason="set up")
    Case.objects.filter(pk=case.pk).update(score=0.9, model="m", carriers=[document.pk])
    case.refresh_from_db()
    return case


def last_run(case: Case) -> int:
    return case.target.visits.order_by("-pk")[0].run_id


def album(studio: Studio) -> list[tuple[int, int, Shot, str]]:
    assert isinstance(studio.keep, Album)
    return studio.keep.shots


def shoot(studio: Studio, case: Case, most: int = 10) -> dict[tuple[str, str], int]:
    pages = wanted(last_run(case))
    return dict(shoot_all(studio, pages, most=most, actor="system:x", told=lambda n: None))


def size(png: bytes) -> tuple[int, int]:
    """Width and height (PNG specification, 11.2.1)."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def test_the_page_of_a_case_is_photographed_once_without_its_images(
    web: Web, studio: Studio, writer: EvidenceWriter
) -> None:
    tall = "<div style='height:3000px'>Мёд, 100 тенге</div>"
    web.site(
        "shop.test",
        {
            "/": html(f"{tall}<img src=/a.png>", head="<link rel=stylesheet href=/s.css>"),
            "/s.css": Reply("body{background:#fed}", kind="text/css"),
        },
    )
    case = queued(writer)
    left_out = {("dropped", "page part: image"): 1}
    assert shoot(studio, case) == {("out", "taken"): 1, **left_out}
    ((case_id, run_id, shot, actor),) = album(studio)
    assert (case_id, run_id, actor) == (case.pk, last_run(case), "system:x")
    assert (shot.url, shot.final_url, shot.images, shot.requests) == (URL, URL, False, 2)
    assert "Мёд, 100 тенге" in shot.text
    assert size(shot.png)[0] == 1280
    assert 3000 <= size(shot.png)[1] < 3200
    assert web.served == {URL: 1, f"{URL}s.css": 1}
    assert shoot(studio, case) == {}, "it is known"
    queued(writer)
    assert shoot(studio, case) == {}, "another night, the same page"
    queued(writer, text="Мёд, 200 тенге")
    assert shoot(studio, case) == {("out", "taken"): 1, **left_out}, "the page has changed"
    assert sum(row.requests for row in ShotTaken.objects.all()) == web.served.total()


def test_the_height_is_bounded(
    web: Web, renderer: Callable[..., Renderer], studio: Studio, writer: EvidenceWriter
) -> None:
    web.site("shop.test", {"/": html("<div style='height:90000px'>Мёд</div>")})
    bounds = replace(studio.renderer._plan.bounds, height=2000)
    shoot(replace(studio, renderer=renderer(bounds=bounds)), queued(writer))
    assert size(album(studio)[0][2].png) == (1280, 2000)


def test_nothing_restricted_is_photographed_or_kept(
    web: Web, studio: Studio, writer: EvidenceWriter
) -> None:
    web.site("shop.test", {"/": html("<p>Здесь стоит запретное")})
    web.site("worse.test", {"/": html("<p>Мёд")})
    case = queued(writer)
    assert shoot(studio, case) == {("failed", "restricted"): 1}
    closed = queued(writer, "http://worse.test/")
    Case.objects.filter(pk=closed.pk).update(restricted=True)
    assert shoot(studio, closed) == {}
    with pytest.raises(AccessError):
        asked_for(closed.pk)
    assert album(studio) == []
    assert web.served == {URL: 1}


def test_what_a_page_hides_from_its_text_is_looked_for_in_its_markup(
    web: Web, studio: Studio, writer: EvidenceWriter
) -> None:
    web.site(
        "shop.test",
        {
            "/": html(
                "<p>Здесь стоит запретное<script>Object.defineProperty(HTMLElement.prototype, "
                "'innerText', {get: () => 'чистая страница о мёде'})</script>"
            )
        },
    )
    assert shoot(studio, queued(writer)) == {("failed", "restricted"): 1}
    assert album(studio) == []


def test_a_page_does_not_choose_the_text_that_is_kept_of_it(
    web: Web, studio: Studio, writer: EvidenceWriter
) -> None:
    script = """
    const lie = {get: () => "чистая страница", configurable: true};
    for (const [owner, name] of [[HTMLElement, "innerText"], [Element, "outerHTML"]])
        try { Object.defineProperty(owner.prototype, name, lie); } catch (e) {}
    for (const [owner, name] of [[Document, "querySelectorAll"], [Document, "importNode"]])
        try { owner.prototype[name] = () => []; } catch (e) {}
    """
    web.site("shop.test", {"/": html(f"<p>Мёд, 100 тенге<script>{script}</script>")})
    assert shoot(studio, queued(writer)) == {("out", "taken"): 1}
    assert "Мёд, 100 тенге" in album(studio)[0][2].text


def test_a_case_on_hold_is_photographed_for_who_holds_it(
    web: Web, studio: Studio, writer: EvidenceWriter
) -> None:
    web.site("shop.test", {"/": html("<p>Мёд")})
    case, holder = queued(writer), analyst("holder")
    until = NOON + timedelta(days=3650)
    hold = decisions.Verdict(VerdictKind.HOLD, "watched", hold_until=until)
    decisions.decide(case.pk, holder, hold)
    with pytest.raises(AccessError, match="on hold"):
        photograph(studio, asked_for(case.pk), analyst("other"), images=False)
    assert web.served.total() == 0
    photograph(studio, asked_for(case.pk), holder, images=False)
    assert len(album(studio)) == 1


def test_what_cannot_be_photographed_is_counted(
    web: Web, studio: Studio, writer: EvidenceWriter
) -> None:
    web.site("shop.test", {"/": Reply("gone", 404)})
    case = queued(writer)
    assert shoot(studio, case, most=0) == {("skipped", "budget of the night"): 1}
    assert shoot(studio, case) == {("failed", "not taken: no page came"): 1}
    assert shoot(studio, case) == {}, "once in a night"


def test_tor_that_is_down_is_no_fault_of_the_page_and_its_clients_are_named(
    renderer: Callable[..., Renderer], studio: Studio, writer: EvidenceWriter
) -> None:
    net = replace(studio.renderer._plan.net, tor_socks=("127.0.0.1:1", "127.0.0.1:2"))
    onion = onion_from_public_key(bytes(32))
    case = queued(writer, f"http://{onion}/")
    assert shoot(replace(studio, renderer=renderer(net=net)), case) == {
        ("failed", "not taken: Tor does not answer"): 1,
        ("failed", "Tor client 127.0.0.1:1 silent"): 1,
        ("failed", "Tor client 127.0.0.1:2 silent"): 1,
        ("dropped", "page part: tor_down"): 1,
    }


def test_images_come_only_for_a_person_who_asks_and_decides(
    web: Web, studio: Studio, writer: EvidenceWriter
) -> None:
    web.site(
        "shop.test",
        {
            "/": html("<p>Мёд<img src=/a.png>"),
            "/a.png": lambda asked: Reply(png("a"), kind="image/png"),
        },
    )
    case = queued(writer)
    with pytest.raises(AccessError):
        photograph(studio, asked_for(case.pk), outsider(), images=True)
    assert web.served == {}
    photograph(studio, asked_for(case.pk), analyst(), images=True)
    ((_, _, shot, actor),) = album(studio)
    assert (shot.images, actor) == (True, "analyst")
    assert web.served == {URL: 1, f"{URL}a.png": 1}
    event = AuditEvent.objects.get(action="screenshot.asked")
    assert (event.actor, event.subject, event.details) == (
        "analyst",
        f"case:{case.pk}",
        {"images": True},
    )
    with pytest.raises(InputError):
        asked_for(case.pk + 1)


def test_requests_of_a_killed_start_are_counted_once(
    tmp_path: Path, writer: EvidenceWriter
) -> None:
    case = queued(writer)
    run_id = last_run(case)
    path = shot_stock.journal_of(run_id, tmp_path)

    def send(*lines: str) -> None:
        journal = RequestJournal(path)
        for line in lines:
            journal.sent(line)
        journal.close()

    def counted() -> set[tuple[str, str, str, int]]:
        shot_stock.take_stock(run_id, path)
        rows = RunCount.objects.filter(stage="screenshots")
        return {*rows.values_list("source", "name", "reason", "n")}

    shop = "host:shop.test"
    lost = {(shop, "refetched", "", 2), (shop, "elsewhere", "cdn.test", 1)}
    send(URL, URL, f"{URL}#cdn.test")
    assert counted() == lost
    assert counted() == lost
    send(URL, URL, URL)
    ShotTaken.objects.create(
        case=case,
        run_id=run_id,
        url=URL,
        url_hash="",
        digest="",
        outcome="taken",
        requests=3,
        tried_at=NOON,
    )
    assert counted() == lost, "the second start's requests are the screenshot's"
