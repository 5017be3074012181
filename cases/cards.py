"""Card numbers of documents go into the record beside their masked texts."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.apps import apps

from cases.apps import CasesConfig
from cases.cardkeys import CardKeys
from cases.models import CardNumber, DocumentRow
from domain.cards import cards_in, masked_card
from domain.documents import Document


def keys() -> CardKeys:
    """The keys of this installation."""
    config = apps.get_app_config("cases")
    assert isinstance(config, CasesConfig)
    return config.card_keys


def store(pairs: Iterable[tuple[DocumentRow, Document]]) -> int:
    """Keep the numbers of documents whose rows are in the record. Returns how many."""
    rows = [
        CardNumber(document_id=row.pk, mac=ring.mac(digits), sealed=ring.seal(digits), shown=shown)
        for ring in (keys(),)
        for row, document in pairs
        for digits, shown in _numbers(document).items()
    ]
    CardNumber.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _numbers(document: Document) -> dict[str, str]:
    parts = (document.text, document.title, *(link.text for link in document.links))
    return {card.digits: masked_card(card.digits) for part in parts for card in cards_in(part)}


def macs_of(documents: Collection[int]) -> Iterable[tuple[int, str, str]]:
    """Document, HMAC and shown digits of each number among ``documents``."""
    rows = CardNumber.objects.filter(document_id__in=documents).order_by("pk")
    return rows.values_list("document_id", "mac", "shown")
