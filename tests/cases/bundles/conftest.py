"""A case with everything that a bundle may hold, in files that it shares with another case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from cases import assessing, decisions, intake
from cases.bundles.building import Bundle, build
from cases.evidence import EvidenceWriter
from cases.models import Case, DocumentRow, Person
from cases.screenshots import RETENTION, record
from domain.assessment import Assessment, Indicator, Label, Price, Role, Span, Verdict
from domain.candidates import Candidate, Why
from domain.captures import CaptureRecord, Egress, Outcome
from domain.decisions import Jurisdiction, VerdictKind
from domain.shots import Shot
from domain.targets import parse_key
from tests.people import analyst, supervisor
from tests.records import NOON, new_run, page

TEXT = "Мефедрон 1 г 5000 тг, клад"
PNG = b"\x89PNG\r\n\x1a\n a picture"


@dataclass(frozen=True)
class Shop:
    """The case, the people who decided it, a supervisor who did not, and the evidence's folder."""

    case: Case
    first: Person
    second: Person
    boss: Person
    store: Path


@pytest.fixture
def shop(db: None, tmp_path: Path) -> Shop:
    run, store = new_run(), tmp_path / "store"
    writer = EvidenceWriter(store, run.pk, "crawl", "pages")
    failed = CaptureRecord(
        parse_key("host:shop.test"), "http://shop.test/x", NOON, Egress.DIRECT, Outcome.TIMEOUT
    )
    for record_ in (
        page("http://shop.test/goods", TEXT),
        page("http://other.test/", "somebody else's page"),
        failed,
        page("http://shop.test/about", "About us"),
    ):
        intake.store(run.pk, "crawl", [record_], writer)
    writer.close()
    intake.note_candidates(
        run.pk,
        [
            Candidate(parse_key("host:shop.test"), Why.SEED, url="http://shop.test/"),
            Candidate(
                parse_key("host:shop.test"),
                Why.LINK,
                parent=parse_key("host:other.test"),
                url="http://other.test/",
                note="a link on other.test",
            ),
        ],
    )
    case = _assessed(run.pk)
    screens = EvidenceWriter(store, run.pk, "screens", RETENTION)
    shot = Shot(
        "http://shop.test/goods",
        "http://shop.test/goods",
        NOON,
        Egress.DIRECT,
        PNG,
        TEXT,
        "Chromium 140.0",
    )
    record(case.pk, run.pk, shot, screens, actor="system:shots")
    screens.close()
    first, second = analyst("one"), analyst("two")
    for person in (first, second):
        verdict = decisions.Verdict(
            VerdictKind.CONFIRM, "price list", Jurisdiction.SELLS_IN, seconds=40
        )
        decisions.decide(case.pk, person, verdict)
    case.refresh_from_db()
    return Shop(case, first, second, supervisor(), store)


def _assessed(run_id: int) -> Case:
    goods = DocumentRow.objects.get(text=TEXT)
    found = Assessment(
        0.98,
        Label.DRUG_SALE,
        Role.SHOP,
        "ru",
        "m1",
        "fast",
        spans=(Span(0, 8, "substance", 2.0),),
        indicators=(Indicator("telegram", "@shop"),),
        prices=(Price(5000.0, "KZT", "1 g"),),
    )
    assessing.record(run_id, {goods.pk: found})
    assessing.record_verdict(
        goods.target.case.pk,
        Verdict(0.98, 0.5, Role.SHOP, (0,), ("cathinones",), (), ("ru",)),
        [goods.pk],
        "m1",
        review_threshold=0.5,
        actor="system:assess",
    )
    return goods.target.case


#: Makes a bundle of the shop's case.
Made = Callable[..., Bundle]


@pytest.fixture
def made(shop: Shop, tmp_path: Path) -> Made:
    def make(name: str = "bundle", person: Person | None = None, **options: object) -> Bundle:
        return build(
            shop.case.pk,
            person or shop.first,
            tmp_path / name,
            evidence_root=shop.store,
            **options,
        )

    return make
