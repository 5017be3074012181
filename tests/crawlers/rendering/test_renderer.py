"""The renderer as a crawl uses it: real Chromium, real servers on loopback."""

from __future__ import annotations

from collections.abc import Callable

from crawlers.rendering.client import Renderer
from crawlers.rendering.orders import End
from tests.crawlers.servers import Reply, Web

WAIT_S = 120

SHELL = Reply(
    '<!doctype html><title>app</title><div id="root"></div><script src="/app.js"></script>'
)
APP = """
fetch('/api/goods.json').then(r => r.json()).then(goods => {
  document.title = goods.title;
  const root = document.getElementById('root');
  for (const line of goods.lines) {
    const p = document.createElement('p'); p.textContent = line; root.append(p);
  }
  const a = document.createElement('a'); a.href = '/deeper'; a.textContent = 'ещё'; root.append(a);
});
"""
GOODS = '{"title": "Лавка", "lines": ["Мёд липовый, 100 тенге", "Чай, 90 тенге"]}'


def app(web: Web, host: str) -> None:
    web.site(
        host,
        {
            "/": SHELL,
            "/app.js": Reply(APP, kind="application/javascript"),
            "/api/goods.json": Reply(GOODS, kind="application/json"),
        },
    )


def test_a_page_that_scripts_build_is_read_as_they_leave_it(
    web: Web, renderer: Callable[..., Renderer]
) -> None:
    app(web, "shop.test")
    url = "http://shop.test/"
    done = renderer().order(url, url).result(WAIT_S)
    assert (done.end, done.status, done.final_url) == (End.RENDERED, 200, url), done
    assert "Мёд липовый, 100 тенге" in done.dom
    assert "<title>Лавка</title>" in done.dom
    assert 'href="/deeper"' in done.dom
    assert "Чай, 90 тенге" in done.text
    assert done.browser.startswith("Chromium ")
    assert done.png == b""
    assert web.served == {url: 1, f"{url}app.js": 1, f"{url}api/goods.json": 1}
    assert done.requests == 3
    assert dict(done.elsewhere) == {}
