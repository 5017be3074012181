"""What stands in frames and shadow trees is read with the page: what its reader sees, no more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from crawlers.extraction import extract
from crawlers.rendering.client import Renderer
from crawlers.rendering.orders import End, Rendered, RendererPlan
from crawlers.rendering.service import registrable
from tests.crawlers.crawling import Place
from tests.crawlers.rendering.test_crawl_rendered import pytestmark, rendered, requests
from tests.crawlers.servers import Reply, Web, html

__all__ = ["pytestmark"]

WAIT_S = 120
URL = "http://shop.test/"


def js(code: str) -> Reply:
    return Reply(code, kind="text/javascript")


def read(done: Rendered) -> str:
    """The text that the crawl reads from a rendered page."""
    assert done.end is End.RENDERED, done
    return extract(done.dom, done.final_url).document.text


def test_frames_of_the_pages_own_site_are_read_where_they_stand(
    web: Web, renderer: Callable[..., Renderer]
) -> None:
    web.site(
        "shop.test",
        {
            "/": Reply(
                "<h1>Лавка</h1><iframe src='/goods/'></iframe>"
                "<iframe src='http://prices.shop.test/'></iframe>"
                "<iframe srcdoc='<p>Прямо в странице'></iframe>"
                "<iframe src='http://other.test/'></iframe><p>Внизу"
            ),
            "/goods/": html("<p>Мёд, 100 тенге<a href='linden'>липовый</a><iframe src=deep>"),
            "/goods/deep": html("<p id=p><script>p.textContent = 'Чай, 90 тенге'</script>"),
        },
    )
    web.site("prices.shop.test", {"/": html("<p>Доставка, 50 тенге")})
    web.site("other.test", {"/": html("<p>Чужое")})
    done = renderer().order(URL, URL).result(WAIT_S)
    seen = ["Лавка", "Мёд, 100 тенге", "Чай, 90 тенге", "Доставка, 50", "Прямо в", "Внизу"]
    for text in (read(done), done.text):
        assert all(words in text for words in seen), text
        assert "Чужое" not in text
    text = read(done)
    assert [text.index(words) for words in seen] == sorted(text.index(words) for words in seen)
    links = {link.url for link in extract(done.dom, URL).document.links}
    assert f"{URL}goods/linden" in links, "a frame's links lead from where its document is"
    assert web.served["http://other.test/"] == 0
    assert done.refused["frame"] == 1
    assert done.requests + sum(done.elsewhere.values()) == web.served.total() == 4
    assert done.elsewhere == {"prices.shop.test": 1}


def test_a_frame_is_not_led_to_another_site(web: Web, renderer: Callable[..., Renderer]) -> None:
    web.site(
        "shop.test",
        {
            "/": Reply("<p>Лавка<iframe src=/away></iframe>"),
            "/away": Reply("", 302, {"Location": "http://other.test/"}),
        },
    )
    web.site("other.test", {"/": html("<p>Чужое")})
    done = renderer().order(URL, URL).result(WAIT_S)
    assert "Чужое" not in read(done)
    assert web.served["http://other.test/"] == 0
    assert done.refused == {"document of another site": 1}


def test_what_stands_in_shadow_trees_is_read(web: Web, renderer: Callable[..., Renderer]) -> None:
    """Scripts' closed roots too; one that is closed in the markup is read from the bytes alone."""
    code = """
    const goods = document.getElementById('goods').attachShadow({mode: 'open'});
    goods.innerHTML = '<style>p { color: green }</style><p>Мёд, 100 тенге <slot></slot></p>Итого';
    const inner = document.createElement('div');
    inner.attachShadow({mode: 'open'}).innerHTML = '<p>Чай, 90 тенге <a href=/tea>ещё</a></p>';
    goods.append(inner);
    customElements.define('shop-prices', class extends HTMLElement {
      constructor() { super(); window.made = (window.made || 0) + 1;
        this.attachShadow({mode: 'closed'}).innerHTML = `<p>Соль, ${window.made}0 тенге</p>`; }
    });
    """
    web.site(
        "shop.test",
        {
            "/": Reply(
                "<div id=goods>липовый</div><shop-prices></shop-prices>"
                "<div><template shadowrootmode=closed><p>Замкнуто</template></div>"
                "<template><p>Заготовка</template><script src=/a.js></script>"
            ),
            "/a.js": js(code),
        },
    )
    done = renderer().order(URL, URL).result(WAIT_S)
    for text in (read(done), done.text):
        for words in ("Мёд, 100 тенге", "липовый", "Итого", "Чай, 90 тенге", "Соль, 10 тенге"):
            assert words in text, (words, text)
        assert "Заготовка" not in text
        assert "color" not in text
        assert "Замкнуто" not in text
    assert f"{URL}tea" in {link.url for link in extract(done.dom, URL).document.links}
    came = "<div><template shadowrootmode=closed><p>Замкнуто</template></div>"
    assert extract(came, URL).document.text == "Замкнуто"


def test_frames_are_bounded_and_hidden_ones_left_out(
    web: Web, renderer: Callable[..., Renderer]
) -> None:
    many = "<iframe srcdoc='<p>много'></iframe>" * 30
    hidden = "<iframe hidden srcdoc='<p>тайное'></iframe>"
    web.site(
        "shop.test",
        {
            "/": Reply(f"<iframe src=/self></iframe>{hidden}{many}"),
            "/self": Reply("<p>снова<iframe src='/self?1'></iframe>"),
            "/self?1": Reply("<p>глубже<iframe src='/self?2'></iframe>"),
            "/self?2": Reply("<p>ещё глубже<iframe src='/self?3'></iframe>"),
            "/self?3": Reply("<p>слишком глубоко"),
        },
    )
    done = renderer().order(URL, URL).result(WAIT_S)
    text = read(done)
    assert "ещё глубже" in text
    assert "слишком глубоко" not in text
    assert "тайное" not in done.text
    assert done.refused["frame that is not shown"] == 1
    assert done.refused["too many frames"] == 1 + 30 - (20 - 3 - 1)


def test_a_frame_that_never_ends_does_not_hold_the_page(
    web: Web, plan: RendererPlan, renderer: Callable[..., Renderer]
) -> None:
    web.site("shop.test", {"/": Reply("<p>Лавка<iframe srcdoc='<script>for(;;){}</script>'>")})
    one = renderer(bounds=replace(plan.bounds, seconds=6))
    done = one.order(URL, URL).result(WAIT_S)
    assert done.end in (End.TIMEOUT, End.CRASHED)


def test_a_shop_in_a_frame_and_a_shadow_is_found_by_a_crawl(
    web: Web, place: Callable[..., Place]
) -> None:
    code = """
    const root = document.getElementById('root');
    root.innerHTML = '<iframe src="/inside"></iframe><x-goods></x-goods>';
    document.querySelector('x-goods').attachShadow({mode: 'open'}).innerHTML =
      '<p>Мёд липовый, 100 тенге</p><a href="/more">ещё</a>';
    """
    web.site(
        "shop.test",
        {
            "/": Reply("<title>Лавка</title><div id=root></div><script src=/a.js></script>"),
            "/a.js": js(code),
            "/inside": Reply("<p id=p></p><script>p.textContent = 'Чай, 90 тенге';</script>"),
            "/more": html("<p>Соль, 30 тенге, и ещё немного слов о ней."),
        },
    )
    at = place()
    run = at.begin(URL)
    at.crawl(run)
    assert rendered(at, run)[URL]["outcome"] == "ok"
    (text,) = at.rows(
        "select d.text from cases_documentrow d join cases_capture c on c.id = d.capture_id"
        " where c.rendered and c.url = ?",
        URL,
    )
    assert "Мёд липовый, 100 тенге" in text["text"]
    assert "Чай, 90 тенге" in text["text"]
    assert web.served[f"{URL}more"] == 1, "a link in a shadow tree is followed"
    assert requests(at, run) == web.served.total()


@pytest.mark.parametrize(
    ("host", "site"),
    [
        ("www.shop.co.uk", "shop.co.uk"),
        ("a.b.shop.kz", "shop.kz"),
        ("shop.test", "shop.test"),
        ("localhost", "localhost"),
        ("127.0.0.1", "127.0.0.1"),
        ("::1", "::1"),
        ("not.an.onion", "not.an.onion"),
    ],
)
def test_the_site_of_a_host_is_its_registrable_domain(host: str, site: str) -> None:
    from publicsuffixlist import PublicSuffixList

    assert registrable(host, PublicSuffixList()) == site


def test_a_redirect_by_the_server_is_seen_and_not_followed_to_another_site(
    web: Web, renderer: Callable[..., Renderer]
) -> None:
    web.site("shop.test", {"/": Reply("", 302, {"Location": "http://other.test/now"})})
    web.site("other.test", {"/now": html("<p>Новый адрес")})
    done = renderer().order(URL, URL).result(WAIT_S)
    assert (done.end, done.moved_to) == (End.MOVED, "http://other.test/now")
    assert web.served == {URL: 1}
    assert done.refused == {"document of another site": 1}
