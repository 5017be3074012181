"""What people decided becomes rows: labelled by their reasons, masked, never an evaluation text."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from classifiers.corpora import read_corpora, texts_of
from classifiers.learning.decided import (
    DECIDED,
    HARD_WEIGHT,
    DecidedText,
    innocent_label,
    lesson,
    masked,
    speaks_of_the_text,
    told,
)
from classifiers.learning.repeats import Repeats
from domain.assessment import Label, Role

CORPUS = Path(__file__).resolve().parents[2] / "corpus"
TEA = DecidedText(
    "чай листовой, пять сортов, цена за грамм", "ru", False, True, "чай", Role.LISTING
)


@pytest.mark.parametrize(
    ("reason", "speaks"),
    [
        ("a pharmacy", True),
        ("цветочный магазин", True),
        ("гүл дүкені", True),
        ("not our jurisdiction", False),
        ("не наша юрисдикция", False),
        ("дубль дела 12", False),
        ("сайт недоступен", False),
        ("қолжетімсіз", False),
        ("no longer sells", False),
        ("не нашёл признаков продажи, это цветочный магазин", True),
        ("Не нашла наркотиков", True),
        ("обычная вакансия, удалённая работа", True),
        ("протестировано: это аптека", True),
        ("закрытый чат любителей чая", True),
        ("сайт уже закрыт", False),
        ("не наш, другая страна", False),
    ],
)
def test_a_reason_speaks_of_the_text_or_of_something_else(reason: str, speaks: bool) -> None:
    assert speaks_of_the_text(reason) is speaks


@pytest.mark.parametrize(
    ("reason", "role", "label"),
    [
        ("a pharmacy", Role.LISTING, Label.DRUG_OTHER),
        ("новости о задержании", Role.LISTING, Label.DRUG_OTHER),
        ("дәріхана", Role.OTHER, Label.DRUG_OTHER),
        ("цветы и удобрения", Role.NEWS, Label.OTHER),
        ("nothing of that kind", Role.HARM_REDUCTION, Label.DRUG_OTHER),
        ("nothing of that kind", Role.LISTING, Label.OTHER),
    ],
)
def test_the_reason_tells_talk_from_anything_else(reason: str, role: Role, label: Label) -> None:
    assert innocent_label(replace(TEA, reason=reason, role=role)) is label


def test_nobody_s_contacts_are_left() -> None:
    text = (
        "пиши @ivan_petrov_77 или ivan.petrov@mail.ru, тел. +7 701 234-56-78, 8 (702) 765 43 21, "
        "карта 4111 1111 1111 1111, t.me/+AbCdEfGhIjKlMnOp, за 5000 тг"
    )
    found = masked(text)
    for secret in ("ivan", "701", "234", "702", "765", "4111", "AbCd"):
        assert secret not in found
    assert "@masked_contact" in found
    assert "за 5000 тг" in found


def test_hard_negatives_weigh_most() -> None:
    texts = [
        TEA,
        replace(TEA, text="посуда и чайники для дома и дачи", hard=False),
        replace(TEA, text="гашиш 3 г 9000 тг закладка магнит", selling=True),
    ]
    found = lesson(texts, Counter({"case is open": 2}), Repeats([]))
    assert [(row.label, row.weight) for row in found.file.rows] == [
        (Label.OTHER, HARD_WEIGHT),
        (Label.OTHER, 1.0),
        (Label.DRUG_SALE, 1.0),
    ]
    assert {row.source for row in found.file.rows} == {DECIDED} == {found.file.name}
    assert found.counts == {"hard negative": 1, "dismissed": 1, "confirmed": 1}
    assert told(found) == [
        "decisions: 1 confirmed, 1 hard negative, 1 dismissed",
        "  left out, case is open: 2",
    ]


def test_a_text_stands_once_and_evaluation_texts_never() -> None:
    known = texts_of(read_corpora(CORPUS))
    long = next(text for text in known if 100 < len(text) < 400)
    texts = [
        TEA,
        TEA,
        replace(TEA, text=long.upper()),
        replace(TEA, text=f"Наша лавка\n{long}\nПриходите"),
    ]
    found = lesson(texts, Counter(), Repeats(known))
    assert len(found.file.rows) == 1
    assert found.file.dropped == {
        "the same text again": 1,
        "repeats a text of an evaluation corpus": 2,
    }


def test_every_evaluation_text_is_known_again() -> None:
    known = texts_of(read_corpora(CORPUS))
    repeats = Repeats(known)
    assert all(repeats.has(text) for text in known)
    assert not repeats.has("Совсем другой текст о том, как прошёл обычный день в деревне у реки")
    assert not repeats.has("")
