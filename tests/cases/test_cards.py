"""A card number is kept as a keyed digest and encrypted; nothing else of the record has it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.core import serializers

from cases import cards, intake
from cases.cardkeys import CardKeys, Unreadable
from cases.evidence import EvidenceWriter
from cases.models import CardNumber, DocumentRow
from classifiers.indicators import find_indicators
from domain.documents import Document, Link
from tests.records import new_run, page

pytestmark = pytest.mark.django_db

URL = "http://shop.test/"
NUMBER = "4111111111111111"
TEXT = "Оплата на карту 4111 1111 1111 1111, потом пиши @primer_bot. Другая: 5555555555554444"


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[EvidenceWriter]:
    writer = EvidenceWriter(tmp_path, 1, "test", "pages")
    yield writer
    writer.close()


def take(writer: EvidenceWriter, url: str = URL, text: str = TEXT) -> DocumentRow:
    link = Link("http://shop.test/4111111111111111", "карта 4111111111111111")
    record = replace(
        page(url, text), documents=(Document("4111111111111111", text, links=(link,)),)
    )
    intake.store(new_run().pk, "crawl", [record], writer)
    return DocumentRow.objects.order_by("-pk")[0]


def test_the_record_shows_four_digits_and_the_key_opens_the_rest(writer: EvidenceWriter) -> None:
    row = take(writer)
    assert row.text == TEXT.replace("4111 1111 1111", "•••• •••• ••••").replace(
        "555555555555", "•" * 12
    )
    assert row.title == f"{'•' * 12}1111"
    assert row.links == [["http://shop.test/4111111111111111", f"карта {'•' * 12}1111"]]
    kept = {one.shown: cards.keys().open(one.mac, bytes(one.sealed)) for one in row.cards.all()}
    assert kept == {f"{'•' * 12}1111": NUMBER, f"{'•' * 12}4444": "5555555555554444"}


def test_no_column_of_the_kept_number_has_its_digits(writer: EvidenceWriter) -> None:
    take(writer)
    rows = json.loads(serializers.serialize("json", CardNumber.objects.all()))
    assert len(rows) == 2
    assert all(NUMBER not in json.dumps(row) and "111111" not in json.dumps(row) for row in rows)


def test_the_same_number_is_known_again_elsewhere(writer: EvidenceWriter) -> None:
    one, other = take(writer), take(writer, "http://other.test/", f"карта {NUMBER}")
    assert set(other.cards.values_list("mac")) < set(one.cards.values_list("mac"))
    assert {bytes(row.sealed) for row in one.cards.all()}.isdisjoint(
        bytes(row.sealed) for row in other.cards.all()
    )


def test_a_masked_number_is_an_indicator_as_a_whole_one_is(writer: EvidenceWriter) -> None:
    row = take(writer)
    shown = [(one.start, one.end, one.indicator) for one in find_indicators(TEXT)]
    again = [(one.start, one.end, one.indicator) for one in find_indicators(row.text)]
    assert again == shown
    assert [one.kind for *_, one in shown] == ["card", "telegram", "card"]


def test_another_secret_neither_compares_nor_opens() -> None:
    one, other = CardKeys.of("a" * 50), CardKeys.of("b" * 50)
    assert one.mac(NUMBER) != other.mac(NUMBER)
    assert one.open(one.mac(NUMBER), one.seal(NUMBER)) == NUMBER
    for ring, mac, sealed in (
        (other, one.mac(NUMBER), one.seal(NUMBER)),
        (one, one.mac("5555555555554444"), one.seal(NUMBER)),
        (one, one.mac(NUMBER), one.seal(NUMBER)[:-1]),
        (one, one.mac(NUMBER), b""),
    ):
        with pytest.raises(Unreadable):
            ring.open(mac, sealed)
    assert "a" * 50 not in repr(one)
    assert str(one.sealed) not in repr(one)
