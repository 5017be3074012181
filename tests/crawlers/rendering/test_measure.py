"""How much one rendered page may ask of one host, and what comes of what it would send."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

from crawlers.rendering.client import Renderer
from crawlers.rendering.explaining import explained
from crawlers.rendering.orders import End, RendererPlan
from domain.captures import Outcome
from tests.crawlers.crawling import Place
from tests.crawlers.rendering.test_crawl_rendered import pytestmark, rendered, requests
from tests.crawlers.servers import Asked, Reply, Web

__all__ = ["pytestmark"]

WAIT_S = 120
URL = "http://shop.test/"
EAGER = """
Promise.allSettled([...Array(%d).keys()].map(n => fetch('/part/' + n).then(r => r.text())))
  .then(all => { document.title = all.filter(one => one.value === 'part').length; });
"""


class Counter:
    """Parts of a page, which notes how many are asked for at a time."""

    def __init__(self, until: int) -> None:
        self.inside = self.most = 0
        self._until = until
        self._lock = threading.Lock()
        self._full = threading.Event()

    def __call__(self, asked: Asked) -> Reply:
        with self._lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
            if self.inside >= self._until:
                self._full.set()
        self._full.wait(10)  # the first ones wait for the others, so that all meet who can
        with self._lock:
            self.inside -= 1
        return Reply("part", kind="text/plain")


def test_a_page_asks_one_host_for_few_things_at_a_time(
    web: Web, plan: RendererPlan, renderer: Callable[..., Renderer]
) -> None:
    counter = Counter(2)
    web.site(
        "shop.test",
        {
            "/": Reply(f"<p>Лавка<script>{EAGER % 12}</script>"),
            **{f"/part/{n}": counter for n in range(12)},
        },
    )
    one = renderer(bounds=replace(plan.bounds, at_once=2))
    done = one.order(URL, URL).result(WAIT_S)
    assert done.end is End.RENDERED, done
    assert "<title>12</title>" in done.dom, "nothing is lost by it"
    assert counter.most == 2
    assert done.requests == web.served.total() == 13


def test_requests_to_one_host_are_bounded_and_the_rest_counted(
    web: Web, plan: RendererPlan, renderer: Callable[..., Renderer]
) -> None:
    part = Reply("part", kind="text/plain", headers={"Access-Control-Allow-Origin": "*"})
    parts = {f"/part/{n}": part for n in range(12)}
    web.site("cdn.test", {"/one": part})
    elsewhere = "fetch('http://cdn.test/one');"
    web.site("shop.test", {"/": Reply(f"<p>x<script>{EAGER % 12}{elsewhere}</script>"), **parts})
    one = renderer(bounds=replace(plan.bounds, per_host=5))
    done = one.order(URL, URL).result(WAIT_S)
    assert "<title>4</title>" in done.dom
    assert done.refused == {"too many requests to one host": 8}
    assert (done.requests, done.elsewhere) == (5, {"cdn.test": 1})
    assert web.served.total() == 6


POSTING = """
fetch('%s', {method: 'POST', headers: {'Content-Type': 'application/json'},
             body: '{"query": "{ goods { name price } }"}'})
  .then(r => r.json()).then(page => { document.getElementById('root').textContent = page.text; });
"""


def test_a_shop_that_asks_by_post_stays_empty_and_its_capture_says_why(
    web: Web, place: Callable[..., Place]
) -> None:
    shell = "<div id=root></div><script src=/a.js></script>"
    goods = Reply('{"text": "Мёд, 100 тенге"}', kind="application/json")
    for host, api, text in (
        ("shop.test", "/graphql", ""),
        ("far.test", "http://api.test/graphql", ""),
        ("half.test", "/graphql", "<p>Лавка у дороги"),
    ):
        web.site(
            host,
            {
                "/": Reply(text + shell),
                "/a.js": Reply(POSTING % api, kind="text/javascript"),
                "/graphql": goods,
            },
        )
    web.site("api.test", {"/graphql": goods})
    hosts = ("shop.test", "far.test", "half.test")
    at = place()
    run = at.begin(*(f"http://{host}/" for host in hosts))
    at.crawl(run)
    assert set(web.methods) == {"GET"}, "nothing is sent, nor asked whether it may be"
    why = "1 requests by POST were not sent: what they ask for is missing"
    found = rendered(at, run)
    for host in ("shop.test", "far.test"):
        capture = found[f"http://{host}/"]
        assert capture["outcome"] == "not_rendered"
        assert str(capture["detail"]).endswith(why)
        assert capture["warc_file"], "what the browser ended with is kept all the same"
    half = found["http://half.test/"]
    assert (half["outcome"], half["detail"]) == ("ok", why)
    assert at.counts(run, "dropped") == {"page part: method POST": 3}
    assert requests(at, run) == web.served.total()


def test_only_what_was_not_sent_explains_an_empty_page() -> None:
    post, image = ("method POST", 2), ("image", 9)
    for outcome in Outcome:
        assert explained(outcome, "d", [image]) == (outcome, "d")
    assert explained(Outcome.EMPTY, "", [post, image])[0] is Outcome.NOT_RENDERED
    kept, detail = explained(Outcome.OK, "d", [post])
    assert (kept, detail[:12]) == (Outcome.OK, "d; 2 request")
    assert explained(Outcome.CAPTCHA, "d", [post]) == (Outcome.CAPTCHA, "d")
