"""Texts of made-up pages and posts, with what a first stage would have marked in them."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

_SELLING = {
    "ru": (
        "Магазин работает круглосуточно", "Оплата на карту или в биткоинах", "Все районы города",
        "Моментальные клады, прикоп и магнит", "Доставка по области", "Гарантия замены",
        "Опт и розница, скидки постоянным", "Набираем курьеров, оплата каждый день",
    ),
    "kk": (
        "Дүкен тәулік бойы жұмыс істейді", "Төлем картаға немесе биткоинмен",
        "Қаланың барлық аудандары", "Жеткізу облыс бойынша", "Тұрақты клиенттерге жеңілдік",
    ),
    "en": (
        "Open around the clock", "Payment by card or in bitcoin", "Instant drops in every district",
        "Wholesale and retail", "Refund or another drop, no questions",
    ),
}  # fmt: skip
_INNOCENT = {
    "ru": (
        "Новости района за неделю",
        "Рецепт пирога с яблоками",
        "Расписание автобусов изменилось",
        "Отзывы о ремонте квартир",
        "В библиотеке открылась выставка",
        "Прогноз погоды на завтра",
        "Набор в секцию плавания",
        "Собрание жильцов дома пройдет во вторник",
    ),
    "kk": ("Ауданның апталық жаңалықтары", "Автобус кестесі өзгерді", "Ертеңгі ауа райы"),
    "en": ("News of the week", "How to bake an apple pie", "The bus timetable has changed"),
}
_WORDS = {
    "cathinones": "мефедрон", "cannabis": "гашиш", "amphetamine": "амфетамин", "mdma": "экстази",
    "cocaine": "кокаин", "opioids": "героин", "gabapentinoids": "лирика",
    "synthetic_cannabinoids": "спайс", "psychedelics": "лсд", "methamphetamine": "метамфетамин",
    "sedatives": "феназепам", "dissociatives": "кетамин", "precursors": "прекурсор",
}  # fmt: skip
#: Words that searches of the measurement look for: frequent, less so, and rare.
ASKED = ("мефедрон", "лирика доставка", "кетамин", "биткоинах", "жеткізу", '"магнит"')


@dataclass(frozen=True, slots=True)
class Text:
    """A text and the spans ``[start, end)`` that speak for selling."""

    text: str
    spans: tuple[dict[str, Any], ...]


def text_of(
    draw: Random, lang: str, substances: tuple[str, ...], contact: str, *, lines: int
) -> Text:
    """A text of so many lines in ``lang``; without ``substances`` an innocent one."""
    lang = lang if lang in _SELLING else "ru"
    found = draw.choices(_SELLING[lang] if substances else _INNOCENT[lang], k=lines)
    offers = [
        f"{_WORDS[one]} {draw.randrange(1, 6)} г {draw.randrange(8, 90) * 1000} тг"
        for one in substances
    ]
    marked = [*offers, contact] if substances else []
    parts = [*found[: lines // 2], *marked, *found[lines // 2 :]]
    text, spans = "", list[dict[str, Any]]()
    for part in parts:
        if part in marked:
            kind = "contact" if part == contact else "substance"
            end = len(text) + len(part)
            spans.append({"start": len(text), "end": end, "kind": kind, "weight": 1.5})
        text += f"{part}.\n"
    return Text(text, tuple(spans))
