from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.names_in_text import broken_onions_in, hosts_in, onions_in, undisguised, urls_in
from domain.onion import onion_from_public_key

ONION = onion_from_public_key(b"\7" * 32)
LABEL = ONION.removesuffix(".onion")


def named(text: str) -> list[str]:
    return list(dict.fromkeys(urls_in(undisguised(text))))


@pytest.mark.parametrize(
    "text",
    [
        *(
            "shop.biz",
            "SHOP.BIZ",
            "наш сайт:shop.biz.",
            "«shop.biz»",
            "(shop.biz)",
            "shop.biz/price",
        ),
        *("shop[.]biz", "shop (dot) biz", "shop{.}biz", "shop [точка] biz", "shop<dot>biz"),
        *("shop точка biz", "shop dot biz", "shop . biz", "shop .biz", "s\u200bhop.b\u00adiz"),
        *("ｓｈｏｐ．ｂｉｚ", "𝐬𝐡𝐨𝐩.𝐛𝐢𝐳", "ѕhор.biz", "shop。biz"),
    ],
)
def test_a_host_however_it_is_written(text: str) -> None:
    assert named(text) == ["http://shop.biz/"]


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("hxxps://shop[.]biz/in?x=1, и", ["https://shop.biz/in?x=1"]),
        ("h**p://shop.biz", ["http://shop.biz"]),
        ("hxxp[:]//shop.biz/", ["http://shop.biz/"]),
        ("сайт moi-shop точка кз", ["http://moi-shop.kz/"]),
        ("shop. com и www.a.shop.kz.", ["http://shop.com/", "http://www.a.shop.kz/"]),
        ("магазин.рф и дүкен.қаз", ["http://магазин.рф/", "http://дүкен.қаз/"]),
        ("зеркала 24.biz и 777.to", ["http://24.biz/", "http://777.to/"]),
        ("sho\u0440.соm", ["http://shop.com/"]),
    ],
)
def test_what_stands_in_the_text_as_urls(text: str, urls: list[str]) -> None:
    assert named(text) == urls


@pytest.mark.parametrize(
    "text",
    [
        *("т.е. и т.д., в т.ч. и др.", "README.md, main.py, index.html, price.xlsx, app.exe"),
        *("версия 1.2.3 и v2.0.io", "me@mail.test, me.you@sub.mail.com", "me (at) mail.ru"),
        *("name собака mail.ru", "Это всё.Me too. That is it.Is it", "the internet. Net profit"),
        *("5.kg по 0.5 г", "п.2.in", "asp.net", "конец.Онлайн", "купил.Info", "г.Алматы"),
        *("e.g. i.e. etc.", "https", "точка", "dot com", ". com", "1.5 г . Ru", "a.b.c.d.e.f"),
        *("жди.to", "магaзин.com", "на 10.to"),
    ],
)
def test_prose_names_no_host(text: str) -> None:
    assert named(text) == []


@pytest.mark.parametrize(
    "text",
    [
        *(
            ONION,
            ONION.upper(),
            f"http://sub.{ONION}/x",
            LABEL,
            f"адрес: {LABEL}.",
            f"{LABEL} .onion",
        ),
        *(f"{LABEL[:20]} {LABEL[20:40]}\n{LABEL[40:]}.onion", f"{LABEL[:28]}-{LABEL[28:]}[.]onion"),
        *(" ".join(LABEL) + ".onion", ONION.replace("o", "о"), ONION.replace("o", "0", 1)),
        f"{LABEL[:9]}\u200b{LABEL[9:]} точка онион",
    ],
)
def test_an_onion_however_it_is_written(text: str) -> None:
    assert list(onions_in(undisguised(text))) == [ONION]


def test_a_wrong_checksum_is_no_onion_and_is_told() -> None:
    wrong = "a" * 56 + ".onion"
    assert list(onions_in(wrong)) == []
    assert broken_onions_in(f"{wrong} {wrong.upper()} {ONION}") == [wrong]
    assert list(onions_in("b" * 55 + "d")) == []


@given(st.text(alphabet="абв .,!?-:;()\n", max_size=300))
def test_russian_prose_never_names_a_host(text: str) -> None:
    assert named(text) == []


@given(st.text(alphabet="a2d.onion[] (dot)точка-@/:htpx\u200bо", max_size=400))
def test_nothing_raises_and_undoing_is_bounded(text: str) -> None:
    plain = undisguised(text)
    assert len(plain) <= 2 * len(text)
    assert all(host == host.lower() for host in hosts_in(plain))


@given(st.binary(min_size=32, max_size=32), st.lists(st.integers(1, 55), max_size=6))
def test_every_onion_is_found_in_pieces(key: bytes, cuts: list[int]) -> None:
    onion = onion_from_public_key(key)
    label = onion.removesuffix(".onion")
    edges = [0, *sorted(set(cuts)), len(label)]
    pieces = [label[a:b] for a, b in pairwise(edges)]
    assert list(onions_in(f"адрес {' '.join(pieces)}.onion сегодня")) == [onion]
