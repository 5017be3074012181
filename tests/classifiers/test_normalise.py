"""Disguises come off, and every character still knows where it came from."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.normalise import normalise
from tests.classifiers.growth import assert_linear


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("ПРИВЕТ", "привет"),
        ("ёлка", "елка"),
        ("MОЛОКO и XЛЕБ", "молоко и хлеб"),  # Latin M, O and X
        ("сapaй", "сарай"),
        ("wіndow", "window"),  # Cyrillic і among Latin letters
        ("м0л0к0", "молоко"),
        ("а1б2в3", "а1б2в3"),  # a code, no word
        ("во3дух и ч3рез", "воздух и через"),
        ("т3ңг3", "теңге"),
        ("он ha даче, a kто-то в городе", "он на даче, а кто-то в городе"),
        ("МОЛ🔥ОКО", "молоко"),
        ("М🔥А🔥Я🔥К", "маяк"),
        ("год4 и ник1", "год4 и ник1"),  # a digit behind a word is a number
        ("соль1г шишки2гр", "соль 1г шишки 2гр"),
        ("5г м о л о к о", "5г молоко"),
        ("наш api и kit, тип type", "наш api и kit, тип type"),
        ("МОЛОКО🔥ХЛЕБ", "молоко хлеб"),
        ("гор-о-д и т.д.", "город и т.д."),
        ("м о л о к о и с а х а р", "молоко и сахар"),
        ("п р и в е т д р у г", "привет друг"),
        ("мол0ко", "молоко"),
        ("k3ttle", "kettle"),
        ("3автрак", "завтрак"),
        ("4ашка", "чашка"),
        ("сол\u200bо\u00adвей", "соловей"),
        ("\u202eсоловей\u202c", "соловей"),
        ("соло🔥вей", "соловей"),
        ("Соловей🔥Дрозд", "соловей дрозд"),
        ("с о л о в е й", "соловей"),
        ("с.о.л.о.в.е.й", "соловей"),
        ("с_о_л_о_в_е_й", "соловей"),
        ("с*о*л*о*в*е*й", "соловей"),
        ("𝓼𝓬𝓱𝓸𝓸𝓵", "school"),
        ("Ｓｃｈｏｏｌ", "school"),
        ("🅂🄲🄷🄾🄾🄻", "school"),
        ("сол*овей", "соловей"),
        ("соловей!\nдрозд!", "соловей!\nдрозд!"),
        ("сол!вей", "соливей"),
        ("й", "й"),  # и and a combining breve
        ("қалада ән", "қалада ән"),
    ],
)
def test_a_disguise_comes_off(written: str, plain: str) -> None:
    assert normalise(written).text == plain


@pytest.mark.parametrize(
    "kept", ["10гр", "0.5г", "3штуки", "2cb", "5 кг", "50мл", "2-й", "mp3", "1970-е", "т.е. и др."]
)
def test_amounts_and_codes_stay(kept: str) -> None:
    assert normalise(kept).text == kept


@pytest.mark.parametrize(
    ("written", "placeholder"),
    [
        ("https://shop.example/a?b=1", "HOST"),
        ("www.shop.kz", "HOST"),
        ("shop.top", "HOST"),
        (f"http://{'a' * 56}.onion/", "ONION"),
        ("@some_name", "HANDLE"),
        ("t.me/some_name", "HANDLE"),
        ("https://t.me/+AbCdEf123", "HANDLE"),
        ("a.b@shop.example", "MAIL"),
        ("+7 701 123-45-67", "PHONE"),
        ("8 (701) 123 45 67", "PHONE"),
        ("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "WALLET"),
        ("4400 4301 1234 5678", "CARD"),
        ("12345678901", "NUMBER"),
        ("[phone_ab12cd]", "PHONE"),
        ("[wallet_ab12cd]", "WALLET"),
    ],
)
def test_contacts_become_placeholders(written: str, placeholder: str) -> None:
    found = normalise(f"до {written} после")
    assert found.text == f"до {placeholder} после"
    start, end = found.span(3, 3 + len(placeholder))
    assert f"до {written} после"[start:end] == written


def test_words_in_a_path_are_kept_as_words() -> None:
    assert normalise("https://a.kz/kak-svarit-borsch.html").text == "HOST kak-svarit-borsch"


def test_markup_goes_and_its_text_stays() -> None:
    text = normalise('<a href="https://a.kz/x">чайник</a>').text
    assert re.findall(r"\w+", text) == ["HOST", "чайник"]


def test_a_latin_word_of_lookalikes_between_cyrillic_ones_is_read_as_cyrillic() -> None:
    assert normalise("мы he шутим").text == "мы не шутим"
    assert normalise("наш top магазин").text == "наш top магазин"


def test_emoji_that_name_goods_become_words() -> None:
    assert "эмодзилист" in normalise("🍁 есть").text


@settings(max_examples=300)
@given(st.text(max_size=200))
def test_offsets_are_in_order_and_inside_the_original(text: str) -> None:
    found = normalise(text)
    assert len(found.text) == len(found.starts) == len(found.ends)
    for start, end in zip(found.starts, found.ends, strict=True):
        assert 0 <= start < end <= len(text)
    assert list(found.starts) == sorted(found.starts)
    assert list(found.ends) == sorted(found.ends)


PARTS = st.sampled_from(
    [
        "чай",
        "м0локо",
        "с о л о в е й",
        " ",
        "\n",
        "@name_x",
        "a.kz",
        "🔥",
        "\u200b",
        "12345678",
        "x",
        "é",
        "﷽",
        "ﬁ",
        "И\u0306",
        "\ud800",
        "ⅷ",
        "+7 701 123 45 67",
        "<b>",
        "e\u0301" * 9,
    ]
)


@settings(max_examples=300)
@given(st.lists(PARTS, max_size=40))
def test_plain_letters_map_to_themselves(parts: list[str]) -> None:
    text = "".join(parts)
    found = normalise(text)
    for char, start, end in zip(found.text, found.starts, found.ends, strict=True):
        original = text[start:end]
        if len(original) == 1 and original.isascii() and original.isalpha():
            assert char.isalnum()
        assert original


@pytest.mark.parametrize(
    "piece",
    [
        "a ",
        "а.",
        "я ",
        "з 4 ",
        "bych3py ",
        "privet kak dela ",
        "e\u0301",
        "\u0301",
        "<",
        "[",
        "http://",
        "@",
        "a@",
        "1 ",
        "я*",
        "x_",
        "🔥",
        "8",
    ],
)
def test_time_is_linear(piece: str) -> None:
    assert_linear(normalise, piece, 5_000)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (
            "zavtra utrom poedem na dachu k babushke v derevnyu",
            "завтра утром поедем на дачу к бабушке в деревню",
        ),
        (
            "novyy shkaf stoit okolo okna uzhe tretiy god",
            "новый шкаф стоит около окна уже третий год",
        ),
        (
            "this is an ordinary English sentence about nothing",
            "this is an ordinary english sentence about nothing",
        ),
        (
            "privezu segodnya vecherom za 5000 kzt ili 10 usd, perevod na kaspi",
            "привезу сегодня вечером за 5000 kzt или 10 usd, перевод на каспи",
        ),
        (
            "poslezavtra budet sol i khleb, chepez chas poedem k nim",
            "послезавтра будет соль и хлеб, через час поедем к ним",
        ),
        (
            "bugin keshke kelemin, dukende nan bar ma, teginde barlygy dayyn",
            "бүгін кешке келемін, дүкенде нан бар ма, тегінде барлығы дайын",
        ),
        ("privet vsem", "привет всем"),
        ("privet", "privet"),  # too short to tell
        ("Nissan Almera", "nissan almera"),
        ("I do not want to go to the park on Monday",) * 2,
        ("To be or not to be, no man is an island",) * 2,
        ("Got pot and hash on sale, go to DM, no limit",) * 2,
        ("Do you want to go to the market on Monday",) * 2,
        (
            "guten Morgen, wir suchen einen Fahrer mit Auto",
            "guten morgen, wir suchen einen fahrer mit auto",
        ),
    ],
)
def test_russian_in_latin_letters_is_read_in_cyrillic(written: str, read: str) -> None:
    assert normalise(written).text == read.lower()


def test_words_in_cyrillic_know_where_they_came_from() -> None:
    found = normalise("Zavtra utrom poedem na dachu k babushke v derevnyu")
    at = found.text.index("бабушке")
    start, end = found.span(at, at + len("бабушке"))
    assert "Zavtra utrom poedem na dachu k babushke v derevnyu"[start:end] == "babushke"
