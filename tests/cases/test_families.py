from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cases import assessing, families, intake
from cases.evidence import EvidenceWriter
from cases.models import Case, DocumentRow, Run
from cases.moves import move
from domain.assessment import Assessment, Indicator, Label, Role, Verdict
from domain.documents import Document
from domain.states import CaseState
from domain.targets import telegram_key
from tests.records import new_run, page

pytestmark = pytest.mark.django_db


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[EvidenceWriter]:
    writer = EvidenceWriter(tmp_path, 1, "test", "pages")
    yield writer
    writer.close()


def shop(
    writer: EvidenceWriter,
    host: str,
    *indicators: tuple[str, str],
    score: float = 0.9,
    text: str = "",
) -> Case:
    run = new_run()
    intake.store(run.pk, "crawl", [page(f"http://{host}/", text or host)], writer)
    return selling(run, score, *indicators)


def selling(run: Run, score: float, *indicators: tuple[str, str]) -> Case:
    """The case of the newest document, which carries its verdict."""
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


def channel(writer: EvidenceWriter, number: int, text: str, *, forwarded_from: str = "") -> Case:
    """A channel in review for one post."""
    run = new_run()
    key = telegram_key(numeric_id=number)
    post = Document(title="a channel", text=text, part="7", forwarded_from=forwarded_from)
    record = replace(page(f"http://preview.test/s/{number}"), site=key, documents=(post,))
    intake.store(run.pk, "channels", [record], writer)
    return selling(run, 0.9)


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


OFFER = (
    "Соль белая 1 г 15000, 2 г 28000, 5 г 65000. Трава 1 г 6000, 3 г 16000. Районы: Орбита, "
    "Аксай, Самал, Жетысу. Оплата монетой, адрес сразу после оплаты, перезаклад один раз. "
    "Оператор на связи с девяти до трёх, праздники без выходных"
)


def test_a_channel_whose_post_stands_on_a_site_is_of_its_family(writer: EvidenceWriter) -> None:
    site = shop(writer, "one.test", text=f"Меню. {OFFER}. Отзывы и контакты")
    other = shop(writer, "two.test", text="Совсем другая лавка, и слова в ней другие")
    feed = channel(writer, 500, OFFER)
    families.regroup(actor="x")
    assert family(site) == family(feed) is not None
    assert family(other) is None
    feed.refresh_from_db()
    assert feed.family is not None
    assert [kind for kind, _ in feed.family.links] == ["post on a page"]


def test_channels_with_the_same_long_post_are_one_family(writer: EvidenceWriter) -> None:
    one, two = channel(writer, 500, OFFER), channel(writer, 501, OFFER)
    short = [channel(writer, number, "Трава 1 г 6000") for number in (502, 503)]
    families.regroup(actor="x")
    assert family(one) == family(two) is not None
    assert {family(case) for case in short} == {None}


def test_what_a_channel_forwards_is_another_ones(writer: EvidenceWriter) -> None:
    site = shop(writer, "one.test", text=f"Меню. {OFFER}")
    one = channel(writer, 500, OFFER)
    board = channel(writer, 501, OFFER, forwarded_from="@some_shop")
    families.regroup(actor="x")
    assert family(site) == family(one) is not None
    assert family(board) is None
