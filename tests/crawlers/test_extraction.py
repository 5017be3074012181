from __future__ import annotations

import time
from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.extraction import extract, extract_plain
from domain.documents import Link

HERE = "http://a.test/dir/page"


def text(markup: str) -> str:
    return extract(markup, HERE).document.text


def test_title_text_and_what_is_only_spoken() -> None:
    page = extract(
        '<title> A\n title </title><meta name="description" content="described">'
        '<h1>Head</h1><p>one <b>bold</b>ness</p><img alt="a picture"><input placeholder="name">',
        HERE,
    ).document
    assert page.title == "A title"
    assert page.text == "Head\none boldness\ndescribed\na picture\nname"


@pytest.mark.parametrize(
    "hidden",
    [
        "<script>secret()</script>",
        "<style>secret{}</style>",
        '<div style="color:red; DISPLAY : none">secret<p>secret</p></div>',
        '<p style="visibility:hidden">secret</p>',
        "<section hidden>secret <a href=/x>secret</a></section>",
        '<input type="hidden" value="secret">',
        "<template><p>secret</p></template>",
        "<svg><title>secret</title><text>secret</text></svg>",
        "<!-- secret -->",
        "<title>ok</title><svg><title>secret</title></svg>",
    ],
)
def test_what_nobody_sees_is_left_out(hidden: str) -> None:
    page = extract(f"<p>before</p>{hidden}<p>after</p>", HERE).document
    assert page.text == "before\nafter"
    assert "secret" not in page.title


def test_tables_keep_their_cells_apart() -> None:
    markup = "<table><tr><th>Товар</th><th>Цена</th></tr><tr><td>чай</td><td>100</td></tr></table>"
    assert text(markup) == "Товар | Цена\nчай | 100"


def test_links_are_absolute_with_their_text() -> None:
    page = extract(
        '<base href="/shop/"><a href="item?id=1"> <b>One</b> item </a><a href="//b.test/x">b</a>'
        '<area href="#top"><iframe src="http://c.test/f"></iframe><a name=n>none</a>',
        HERE,
    ).document
    assert page.links == (
        Link("http://a.test/shop/item?id=1", "One item"),
        Link("http://b.test/x", "b"),
        Link("http://a.test/shop/#top", ""),
        Link("http://c.test/f", ""),
    )


@pytest.mark.parametrize(
    ("content", "target"),
    [
        ("0;url=/next", "http://a.test/next"),
        ("5; URL='http://b.test/'", "http://b.test/"),
        ("30", ""),
        ("", ""),
    ],
)
def test_meta_refresh(content: str, target: str) -> None:
    markup = f'<meta http-equiv="Refresh" content="{content}">'
    assert extract(markup, HERE).refresh == target


def test_nuls_controls_and_surrogates_never_reach_the_record() -> None:
    page = extract("<title>a\0b\ud800</title><p>c\x01&#0;d&#xD800;", HERE).document
    for found in (page.title, page.text):
        found.encode()
        assert not {char for char in found if ord(char) < 32 and char != "\n"}


def test_scripts_forms_and_passwords_are_counted() -> None:
    page = extract("<script></script><script></script><form><input type=PassWord></form>", HERE)
    assert (page.scripts, page.forms, page.passwords) == (2, 1, 1)


HOSTILE = {
    "nested": "<div>" * 100_000 + "at the bottom",
    "unclosed": "<div>" * 50_000 + "</p>" * 200_000,
    "formatting": "".join(f"<b id={n}>" for n in range(50_000)) + "<p>x" * 2_000,
    "attributes": "<div " + " ".join(f"a{n}=1" for n in range(200_000)) + ">",
    "angles": "<" * 2_000_000,
    "comments": "<!--" * 500_000,
    "tables": "<table><tr><td>" * 50_000,
    "links": "".join(f"<a href={n}>x" for n in range(200_000)),
    "options": "<select>" * 5_000 + "<option>" * 100_000,
    "text": "слово " * 1_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_markup_is_bounded(name: str) -> None:
    began = time.process_time()
    page = extract(HOSTILE[name], HERE)
    assert time.process_time() - began < 10
    assert len(page.document.text) <= 600_000
    assert len(page.document.links) <= 5_000


def test_text_at_the_bottom_of_deep_nesting_is_found() -> None:
    assert text(HOSTILE["nested"]) == "at the bottom"


def test_the_time_limit_keeps_what_was_read() -> None:
    ticks = iter(range(1_000))
    page = extract(
        "<p>first words</p>" + " <p>x</p>" * 50_000,
        HERE,
        seconds=3,
        monotonic=lambda: float(next(ticks)),
    )
    assert page.cut
    assert page.document.text.startswith("first words")


@settings(max_examples=200)
@given(st.text(alphabet="<>/!-='\"&#;abp \n\0дЖ", max_size=200))
def test_never_raises(markup: str) -> None:
    text = extract(markup, HERE).document.text
    assert text.encode().decode() == text
    assert "\0" not in text


def test_plain_text_keeps_its_lines() -> None:
    page = extract_plain("first\0 line\nsecond")
    assert page.document.title == "first  line"
    assert page.document.text == "first  line\nsecond"


def test_frames_and_shadow_roots_that_stand_in_the_markup_are_visible() -> None:
    inner = escape('<base href="http://shop.test/goods/"><p>Мёд<a href="tea">чай</a>', quote=True)
    page = extract(
        f'<h1>Лавка</h1><a href="/x">тут <iframe src="/frame" srcdoc="{inner}">нет</iframe></a>'
        f'<iframe hidden srcdoc="{inner}"></iframe>'
        '<shop-goods><template shadowrootmode="open"><style>p {}</style><p>Соль <slot></slot></p>'
        "</template>светлое</shop-goods><template><p>Заготовка</p></template>",
        "http://shop.test/",
    )
    assert page.document.text.splitlines() == ["Лавка", "тут", "Мёдчай", "Соль", "светлое"]
    links = [link.url for link in page.document.links]
    assert links == [f"http://shop.test/{path}" for path in ("x", "frame", "goods/tea")]


def test_frames_within_frames_are_read_to_a_depth_and_within_the_time() -> None:
    markup = "<p>дно"
    for level in range(9):
        markup = f'<p>этаж {level}<iframe srcdoc="{escape(markup, quote=True)}"></iframe>'
    text = extract(markup, "http://shop.test/").document.text
    assert text.splitlines() == ["этаж 8", "этаж 7", "этаж 6", "этаж 5"]
    clock = iter(range(10_000))
    page = extract(markup, "http://shop.test/", seconds=1, monotonic=lambda: next(clock))
    assert "этаж 5" not in page.document.text
