from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.mirrors.shingles import shingles

NAMES = ("чай", "мёд", "соль", "снег", "рис", "лён", "дым", "сад", "лес", "дом")
WORDS = st.lists(st.sampled_from(NAMES), min_size=2, max_size=9)
SEGWIT = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
BASE58 = "1BoatSLRHtKNngkdXEeobR76b53LETtpyT"
LINES = st.lists(WORDS.map(" ".join), max_size=12)


def equal(one: str, other: str, *, hosts: tuple[str, str] = ("", "")) -> bool:
    return shingles(one, hosts[0]).tolist() == shingles(other, hosts[1]).tolist()


@given(LINES, st.randoms())
def test_the_order_of_lines_does_not_matter(lines: list[str], shuffler: random.Random) -> None:
    shuffled = [*lines]
    shuffler.shuffle(shuffled)
    assert equal("\n".join(lines), "\n".join(shuffled))


@given(LINES, LINES)
def test_what_stands_together_has_at_least_the_shingles_of_its_parts(
    one: list[str], other: list[str]
) -> None:
    both = set(shingles("\n".join([*one, *other])).tolist())
    parts = set(shingles("\n".join(one)).tolist()) | set(shingles("\n".join(other)).tolist())
    assert both == parts


@given(st.text())
def test_any_text_has_shingles_each_once(text: str) -> None:
    found = shingles(text, "a.test").tolist()
    assert found == sorted(set(found))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Гашиш мягкий цена 14 000 тенге", "гашиш МЯГКИЙ цена 9 500 тенге"),
        ("вес 0.5г в пачке", "вес 12г в пачке"),
        ("пиши нам @first_shop сразу", "пиши нам @other сразу"),
        ("пиши нам https://t.me/a1 сразу", "пиши нам t.me/other_b сразу"),
        (f"наш кошелёк {SEGWIT} тут", f"наш кошелёк {BASE58} тут"),
        ("мефедрон белый кристалл", "мeфeдpoн бeлый kpиcтaлл"),
        ("зелёный чай крупный", "зеленый чай крупный"),
        ("шишки сорт белка — 1 г — 5 000", "шишки сорт белка | 2 г | 7 000"),
        ("один два три. четыре пять шесть", "четыре пять шесть\nодин два три"),
    ],
)  # fmt: skip
def test_what_an_owner_changes_for_nothing_makes_no_difference(one: str, other: str) -> None:
    assert equal(one, other)
    assert len(shingles(one)) >= 1


def test_the_own_host_is_no_word() -> None:
    one = "добро пожаловать на shop.test всем"
    assert equal(one, one.replace("shop", "mirror"), hosts=("shop.test", "mirror.test"))
    assert not equal(one, one.replace("shop", "mirror"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("белый чай крупный", "крупный чай белый"),
        ("белый чай крупный лист", "белый чай крупный"),
        ("белый чай", "белый рис"),
    ],
)
def test_other_words_are_other_shingles(one: str, other: str) -> None:
    assert not equal(one, other)


def test_single_words_and_bare_numbers_say_nothing() -> None:
    assert shingles("Меню\nГлавная\n14 000 | 5\nЧай").tolist() == []


def test_shingles_never_change_since_they_are_kept() -> None:
    assert shingles("Белый чай, крупный лист, 14 000 тг").tolist()[:2] == [
        3088525892342670469,
        3775376737358372952,
    ]
