"""Rendering as part of a crawl: found, followed, kept, counted, and taken up after a kill."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import pytest

from cases.evidence import Pointer, read_body
from crawlers.rendering import sandbox
from domain.digests import sha256_hex
from tests.crawlers.crawling import Place
from tests.crawlers.rendering.conftest import USER
from tests.crawlers.rendering.test_renderer import SHELL
from tests.crawlers.servers import Asked, Reply, Web, html, links

pytestmark = pytest.mark.skipif(
    bool(sandbox.obstacle(USER, unconfined=False)), reason="no Chromium that can be shut in"
)

APP = """
fetch('/api' + location.pathname).then(r => r.json()).then(page => {
  document.title = page.title;
  document.getElementById('root').innerHTML = page.html;
});
"""
PAGES = {
    "/": {
        "title": "Лавка",
        "html": "<h1>Лавка</h1><p>Мёд липовый, 100 тенге</p><a href='/chai'>Чай</a>"
        "<a href='http://neighbour.test/'>сосед</a><p>канал t.me/lavka_med</p>",
    },
    "/chai": {"title": "Чай", "html": "<h1>Чай</h1><p>Чай чёрный, 90 тенге</p>"},
}


def shop(web: Web, host: str = "shop.test", wait: Callable[[], None] = lambda: None) -> None:
    def api(path: str) -> Callable[[Asked], Reply]:
        def answer(asked: Asked) -> Reply:
            wait()
            return Reply(json.dumps(PAGES[path]), kind="application/json")

        return answer

    web.site(
        host,
        {
            **dict.fromkeys(PAGES, SHELL),
            "/app.js": Reply(APP, kind="text/javascript"),
            **{f"/api{path}": api(path) for path in PAGES},
        },
    )
    web.site("neighbour.test", {"/": html(links("/", text="Обычная страница соседа."))})


def rendered(at: Place, run: int) -> dict[str, dict[str, object]]:
    rows = at.rows("select * from cases_capture where run_id = ? and rendered", run)
    return {row["url"]: dict(row) for row in rows}


def plain(at: Place, run: int) -> dict[str, str]:
    rows = at.rows("select url, outcome from cases_capture where run_id = ? and not rendered", run)
    return {row["url"]: row["outcome"] for row in rows}


def requests(at: Place, run: int) -> int:
    """All that the record knows to have been sent, by whatever part."""
    (row,) = at.rows("select sum(requests) n from cases_capture where run_id = ?", run)
    (counted,) = at.rows(
        "select coalesce(sum(n), 0) n from cases_runcount where run_id = ?"
        " and name in ('refetched', 'elsewhere')",
        run,
    )
    return int(row["n"]) + int(counted["n"])


def test_a_shop_made_of_scripts_is_read_followed_and_kept(
    web: Web, place: Callable[..., Place]
) -> None:
    shop(web)
    at = place()
    run = at.begin("http://shop.test/")
    at.crawl(run)
    urls = {"http://shop.test/", "http://shop.test/chai"}
    assert plain(at, run) == {
        **dict.fromkeys(urls, "empty"),
        "http://neighbour.test/": "ok",
    }, "each page is fetched once, and what the rendered one leads to is followed"
    found = rendered(at, run)
    assert {url: row["outcome"] for url, row in found.items()} == dict.fromkeys(urls, "ok")
    documents = at.rows(
        "select d.title, d.text, c.url from cases_documentrow d join cases_capture c"
        " on c.id = d.capture_id where c.rendered"
    )
    assert {row["title"] for row in documents} == {"Лавка", "Чай"}
    assert any("Мёд липовый, 100 тенге" in row["text"] for row in documents)
    for row in found.values():
        pointer = Pointer(str(row["warc_file"]), int(row["warc_offset"]), int(row["warc_length"]))
        dom = read_body(at.data / "evidence", pointer)
        assert sha256_hex(dom) == row["sha256"]
        assert "тенге" in dom.decode()
        assert row["requests"] == 3
    targets = at.rows(
        "select value from cases_target t join cases_candidaterow c"
        " on c.target_id = t.id where t.kind = 'telegram'"
    )
    assert [row["value"] for row in targets] == ["@lavka_med"]
    assert requests(at, run) == web.served.total()
    for file in (at.data / "evidence").rglob("*.warc.gz"):
        command = [sys.executable, "-m", "warcio.cli", "check", str(file)]
        assert subprocess.run(command, check=False, timeout=60).returncode == 0
    at.crawl(run)
    assert requests(at, run) == web.served.total(), "a second start renders nothing again"


def test_requests_to_other_hosts_are_counted_by_host(web: Web, place: Callable[..., Place]) -> None:
    web.site(
        "cdn.test",
        {
            "/lib.js": Reply(
                "document.getElementById('root').textContent = 'Товары и цены';",
                kind="text/javascript",
            )
        },
    )
    web.site(
        "shop.test",
        {
            "/": Reply(
                "<div id=root></div><img src=/a.png><script src=http://cdn.test/lib.js></script>"
            )
        },
    )
    at = place()
    run = at.begin("http://shop.test/")
    at.crawl(run)
    assert web.served == {"http://shop.test/": 2, "http://cdn.test/lib.js": 1}
    rows = at.rows("select source, reason, n from cases_runcount where name = 'elsewhere'")
    assert [tuple(row) for row in rows] == [("host:shop.test", "cdn.test", 1)]
    assert at.counts(run, "dropped")["page part: image"] == 1
    assert requests(at, run) == 3


def test_a_redirect_by_a_script_is_seen(web: Web, place: Callable[..., Place]) -> None:
    web.site(
        "old.test",
        {"/": Reply("<div id=root></div><script>location.href = 'http://new.test/here'</script>")},
    )
    web.site("new.test", {"/here": html("<p>Новый адрес, товары и цены.")})
    at = place()
    run = at.begin("http://old.test/")
    at.crawl(run)
    found = rendered(at, run)["http://old.test/"]
    assert found["outcome"] == "redirect"
    assert found["detail"] == "to http://new.test/here, by a script"
    assert plain(at, run)["http://new.test/here"] == "ok"
    assert web.served["http://new.test/here"] == 1, "the browser itself did not go there"
    assert requests(at, run) == web.served.total()


def test_a_page_that_never_ends_is_bounded_and_named(web: Web, place: Callable[..., Place]) -> None:
    web.site("spin.test", {"/": Reply("<div id=root></div><script>for(;;){}</script>")})
    shop(web)
    at = place(RENDER__TIMEOUT_S="6", RENDER__CONCURRENCY="1")
    run = at.begin("http://spin.test/", "http://shop.test/")
    at.crawl(run)
    stuck = rendered(at, run)["http://spin.test/"]
    assert stuck["outcome"] == "not_rendered"
    assert str(stuck["detail"]) in {"timeout", "browser crashed"}
    assert rendered(at, run)["http://shop.test/"]["outcome"] == "ok"
    assert requests(at, run) == web.served.total()


def test_ordinary_pages_start_no_browser(web: Web, place: Callable[..., Place]) -> None:
    web.site("shop.test", {"/": html(links("/a")), "/a": html("<p>Текст.<script>x()</script>")})
    at = place()
    run = at.begin("http://shop.test/")
    at.crawl(run)
    assert rendered(at, run) == {}
    assert list((at.data / "journal").glob("render-*")) == [] or not any(
        path.read_text() for path in (at.data / "journal").glob("render-*")
    )


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"CRAWL__RENDER": "off"}, "not rendered: switched off"),
        ({"RENDER__MAX_PAGES": "0"}, "not rendered: budget of the night"),
        ({"RENDER__MAX_PAGES_PER_SITE": "0"}, "not rendered: budget of the site"),
        ({"RENDER__USER": "no-such-user"}, "not rendered: no user no-such-user"),
    ],
)
def test_what_is_not_rendered_is_counted(
    web: Web, place: Callable[..., Place], settings: dict[str, str], reason: str
) -> None:
    if "RENDER__USER" in settings and os.geteuid() != 0:
        pytest.skip("only root becomes somebody else")
    shop(web)
    at = place(**settings)
    run = at.begin("http://shop.test/")
    at.crawl(run)
    assert rendered(at, run) == {}
    assert at.counts(run, "skipped") == {reason: 1}
    assert web.served.total() == 1


def test_what_waits_to_be_rendered_when_time_is_over_is_counted(
    web: Web, place: Callable[..., Place]
) -> None:
    names = [f"/{a}{b}" for a in "abcd" for b in "klm"]
    web.site(
        "slow.test",
        {
            "/": html(links(*names)),
            "/app.js": lambda asked: time.sleep(5) or Reply("x()", kind="text/javascript"),
            **dict.fromkeys(names, SHELL),
        },
    )
    at = place(CRAWL__MAX_MINUTES="0.1", RENDER__MAX_PAGES_PER_SITE="50", RENDER__CONCURRENCY="1")
    run = at.begin("http://slow.test/")
    at.crawl(run)
    assert at.rows("select * from crawlers_frontierentry where state = 'render'") == []
    left = at.counts(run, "dropped")["not rendered: time budget of the run"]
    fetched = sum(path in names for path in (url.rpartition("test")[2] for url in plain(at, run)))
    assert left > 0
    assert left + len(rendered(at, run)) == fetched


def test_what_a_browser_loads_counts_for_the_bytes_of_the_run(
    web: Web, place: Callable[..., Place]
) -> None:
    shop(web)
    script = f"/* {'x' * 400_000} */\n{APP}"
    web.site("shop.test", {"/": SHELL, "/app.js": Reply(script, kind="text/javascript")})
    at = place()
    run = at.begin("http://shop.test/")
    at.crawl(run)
    (used,) = at.rows("select received from crawlers_crawluse where run_id = ?", run)
    assert used["received"] > 400_000


def test_a_crawl_killed_while_it_renders_goes_on_and_counts_what_was_lost(
    web: Web, place: Callable[..., Place]
) -> None:
    asked, go_on = threading.Event(), threading.Event()

    def wait() -> None:
        asked.set()
        go_on.wait(60)

    shop(web, wait=wait)
    at = place()
    run = at.begin("http://shop.test/")
    child = at.start(run)
    assert asked.wait(90), child.communicate()
    os.kill(child.pid, signal.SIGKILL)
    child.communicate()
    go_on.set()
    states = at.rows("select url, state from crawlers_frontierentry where run_id = ?", run)
    assert [tuple(row) for row in states] == [("http://shop.test/", "render")]
    time.sleep(0.3)  # what was on its way still reaches the server
    before = web.served.total()
    at.crawl(run)
    assert web.served["http://shop.test/"] == 3, "fetched once, rendered twice"
    assert rendered(at, run)["http://shop.test/"]["outcome"] == "ok"
    assert at.rows("select n from cases_runcount where name = 'refetched'")[0]["n"] == before - 1
    assert requests(at, run) == web.served.total()
