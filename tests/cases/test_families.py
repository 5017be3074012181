from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cases import assessing, families, intake
from cases.evidence import EvidenceWriter
from cases.models import Case, DocumentRow
from cases.moves import move
from domain.assessment import Assessment, Indicator, Label, Role, Verdict
from domain.states import CaseState
from tests.records import new_run, page

pytestmark = pytest.mark.django_db


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[EvidenceWriter]:
    writer = EvidenceWriter(tmp_path, 1, "test", "pages")
    yield writer
    writer.close()


def shop(
    writer: EvidenceWriter, host: str, *indicators: tuple[str, str], score: float = 0.9
) -> Case:
    run = new_run()
    intake.store(run.pk, "crawl", [page(f"http://{host}/", host)], writer)
    document = DocumentRow.objects.latest("pk")
    found = tuple(Indicator(kind, value) for kind, value in indicators)
    value = Assessment(score, Label.DRUG_SALE, Role.SHOP, "ru", "m", "fast", indicators=found)
    assessing.record(run.pk, {document.pk: value})
    case = document.target.case
    assessing.record_verdict(
        case.pk,
        Verdict(score, 1.0, Role.SHOP, (0,)),
        [document.pk],
        "m",
        review_threshold=0.5,
        actor="system:assess",
    )
    case.refresh_from_db()
    return case


def family(case: Case) -> int | None:
    case.refresh_from_db()
    return case.family_id


def test_shops_with_one_wallet_are_one_family(writer: EvidenceWriter) -> None:
    one = shop(writer, "one.test", ("btc", "wallet"))
    two = shop(writer, "two.test", ("btc", "wallet"))
    other = shop(writer, "other.test", ("btc", "another"))
    assert families.regroup(actor="system:families").joined == 2
    assert family(one) == family(two) is not None
    assert family(other) is None
    assert one.family.links == [["btc", "wallet"]]


def test_regrouping_changes_nothing_and_a_newcomer_joins_the_old_number(writer) -> None:
    one = shop(writer, "one.test", ("telegram", "Shop"))
    shop(writer, "two.test", ("telegram", "@shop"))
    families.regroup(actor="x")
    number = family(one)
    assert families.regroup(actor="x").joined == 0
    third = shop(writer, "three.test", ("telegram", "@shop"))
    assert families.regroup(actor="x").joined == 1
    assert family(third) == number


def test_screened_out_sites_are_nobodys_family(writer: EvidenceWriter) -> None:
    one = shop(writer, "one.test", ("telegram", "@news"))
    news = shop(writer, "news.test", ("telegram", "@news"), score=0.1)
    assert families.regroup(actor="x").joined == 0
    assert family(one) is family(news) is None


def test_a_dismissed_site_that_names_a_sellers_wallet_is_nobodys_family(
    writer: EvidenceWriter,
) -> None:
    one = shop(writer, "one.test", ("btc", "wallet"))
    news = shop(writer, "news.test", ("btc", "wallet"))
    move(news.pk, CaseState.DISMISSED, actor="test", reason="a newspaper")
    assert families.regroup(actor="x") == families.Grouped(joined=0, proposals=0)
    assert family(one) is family(news) is None


@pytest.mark.parametrize("kind", ["pgp", "xmr", "tox", "telegram_invite", "email", "phone"])
def test_what_one_operator_keeps_for_himself_ties(writer: EvidenceWriter, kind: str) -> None:
    one, two = shop(writer, "one.test", (kind, "Value")), shop(writer, "two.test", (kind, "value"))
    families.regroup(actor="x")
    assert family(one) == family(two) is not None


@pytest.mark.parametrize("kind", ["onion", "card", "host"])
def test_what_anybody_may_name_does_not(writer: EvidenceWriter, kind: str) -> None:
    one, two = shop(writer, "one.test", (kind, "value")), shop(writer, "two.test", (kind, "value"))
    families.regroup(actor="x")
    assert family(one) is family(two) is None
