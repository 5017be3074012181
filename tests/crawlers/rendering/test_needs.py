"""Which pages are rendered: those that are nothing without JavaScript, and no others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.extraction import extract
from crawlers.rendering.needs import MOST_TEXT, need
from tests.world.addresses import addresses_of
from tests.world.content import load
from tests.world.render import render_site


def needed(markup: str) -> str:
    return need(extract(markup, "http://shop.test/"))


@pytest.mark.parametrize(
    ("markup", "reason"),
    [
        (
            "<title>Shop</title><div id=root></div><script src=/main.js></script>",
            "empty application root",
        ),
        (
            '<div class="x" id="__next"><!-- react --></div><script>go()</script>',
            "empty application root",
        ),
        ("<app-root></app-root><script src=/runtime.js></script>", "empty application root"),
        (
            "<p>Лавка у дороги, работаем всегда.<shop-goods lang=ru></shop-goods>"
            "<script src=/a.js></script>",
            "empty application root",
        ),
        (
            "<noscript>You need to enable JavaScript to run this app.</noscript>"
            "<div></div><script src=a.js></script>",
            "asks for JavaScript",
        ),
        (
            "<p>Для работы сайта включите JavaScript</p><script src=a.js></script>",
            "asks for JavaScript",
        ),
        (
            "<p>Сайтты көру үшін JavaScript қосыңыз</p><script src=a.js></script>",
            "asks for JavaScript",
        ),
        ("<title>x</title><body><script src=/bundle.js></script>", "scripts and no text"),
        (
            f"<p>Наш магазин открывается, подождите немного, пожалуйста, и не уходите далеко."
            f"<script>{'var a=1;' * 3000}</script>",
            "thin text, heavy script",
        ),
    ],
)
def test_a_page_without_text_of_its_own_needs_its_scripts(markup: str, reason: str) -> None:
    assert needed(markup) == reason


@pytest.mark.parametrize(
    "markup",
    [
        "",
        "<p>Закрыто на каникулы, откроемся в январе.",
        "<p>Закрыто на каникулы, откроемся в январе.<script>counter()</script>",
        '<div id="root"><p>Готовая страница, собранная на сервере заранее.</p></div>'
        "<script src=/main.js></script>",
        "<div id=root></div>",
        "<p>Закрыто на каникулы до самой весны.<cookie-bar></cookie-bar>"
        "<script src=/a.js></script>",
        "<p>Смотрите прейскурант ниже, он на отдельной странице."
        "<iframe src=/prices></iframe><script>counter()</script>",
        f"<div id=root></div><p>{'Обычный текст страницы. ' * 30}<script src=a.js></script>",
        '<div id="root"></div><form><input name=q></form><script src=a.js></script>',
        "<p>Курс по javascript для детей, по субботам.<script src=a.js></script>",
        "<p>Короткая страница о нас и немного о том, чем мы здесь занимаемся."
        '<script type="application/ld+json">' + '{"a":1}' * 2000 + "</script>",
    ],
)
def test_an_ordinary_page_does_not(markup: str) -> None:
    assert needed(markup) == ""


@given(st.text(alphabet="абвгдежз ", min_size=MOST_TEXT + 50), st.integers(0, 9))
def test_a_page_with_text_never_does_whatever_scripts_it_carries(text: str, scripts: int) -> None:
    words = " ".join(text.split()) + "слово " * (MOST_TEXT // 5)
    heavy = f"<script>{'x=1;' * 5000}</script><div id=root></div>" * scripts
    assert needed(f"<title>t</title>{heavy}<p>{words}</p>") == ""


def test_no_page_of_the_world_does_but_those_of_its_script_app() -> None:
    content = load()
    addresses = addresses_of(content)
    looked_at = 0
    for site in content.sites.values():
        for path, markup in render_site(site, content, addresses).items():
            looked_at += 1
            url = addresses.site_url(site.slug).rstrip("/") + path
            assert need(extract(markup, url)) == "", url
    assert looked_at > 100
