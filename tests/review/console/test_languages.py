"""Pages in the language of the reader: by the browser's wish, and by what was chosen."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.conf import settings
from django.template import Context, Template
from django.test import Client
from django.urls import reverse
from django.utils.translation import ngettext, override

from review.tables import Table

SIGN_IN = {"kk": "Кіру", "ru": "Войти", "en": "Sign in"}
languages = pytest.mark.parametrize("language", sorted(SIGN_IN))


@pytest.mark.django_db
@languages
def test_the_browser_says_which(language: str) -> None:
    answer = Client(headers={"accept-language": f"{language}, en;q=0.1"}).get(reverse("sign_in"))
    text = answer.content.decode()
    assert f'<html lang="{language}">' in text
    assert f"<h1>{SIGN_IN[language]}</h1>" in text


@pytest.mark.django_db
@languages
def test_what_was_chosen_counts_more(language: str) -> None:
    other = "kk" if language != "kk" else "ru"
    client = Client(headers={"accept-language": other})
    client.post(reverse("language"), {"language": language, "next": reverse("sign_in")})
    assert client.cookies[settings.LANGUAGE_COOKIE_NAME].value == language
    assert f"<h1>{SIGN_IN[language]}</h1>" in client.get(reverse("sign_in")).content.decode()


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("kk", "09.03.2026 21:05|09.03.2026|1 234 567|0,125"),
        ("ru", "09.03.2026 21:05|09.03.2026|1 234 567|0,125"),
        ("en", "2026-03-09 21:05|2026-03-09|1,234,567|0.125"),
    ],
)
def test_days_and_numbers(language: str, shown: str) -> None:
    at = datetime(2026, 3, 9, 16, 5, tzinfo=UTC)  # 21:05 in Kazakhstan
    page = Template('{{ at|date:"SHORT_DATETIME_FORMAT" }}|{{ share|floatformat:3 }}')
    table = Table("t", "t", ("day", "cases"), ((date(2026, 3, 9), 1_234_567),))
    with override(language):
        moment, share = page.render(Context({"at": at, "share": 0.125})).split("|")
        (((day, _), (cases, _)),) = table.shown
    assert f"{moment}|{day}|{cases}|{share}".replace("\xa0", " ") == shown


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("ru", {1: "1 делу", 2: "2 делам", 5: "5 делам", 11: "11 делам", 21: "21 делу"}),
        ("kk", {1: "1 іс ", 2: "2 іс ", 5: "5 іс ", 11: "11 іс ", 21: "21 іс "}),
        ("en", {1: "1 case ", 2: "2 cases ", 5: "5 cases ", 11: "11 cases ", 21: "21 cases "}),
    ],
)
def test_plurals(language: str, told: dict[int, str]) -> None:
    with override(language):
        for n, words in told.items():
            assert words in ngettext("%(n)s case decided.", "%(n)s cases decided.", n) % {"n": n}


def test_russian_has_three_forms() -> None:
    with override("ru"):
        said = [ngettext("%(n)s post", "%(n)s posts", n) % {"n": n} for n in (1, 3, 5, 12, 22)]
    assert said == [
        "1 публикация", "3 публикации", "5 публикаций", "12 публикаций", "22 публикации",
    ]  # fmt: skip
