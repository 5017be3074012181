"""The renderer as a crawl uses it: real Chromium, real servers on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from crawlers.rendering import sandbox
from crawlers.rendering.client import Renderer
from crawlers.rendering.orders import End, Rendered, RendererPlan, RenderOrder
from crawlers.rendering.service import serve
from tests.crawlers.rendering.conftest import USER
from tests.crawlers.servers import Asked, Reply, Web, html

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


def descendants(pid: int) -> dict[int, dict[str, str]]:
    """What /proc/PID/status says of all processes that descend from ``pid``."""
    found: dict[int, dict[str, str]] = {}
    for path in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError):
            rows = (line.split(":", 1) for line in path.read_text().splitlines())
            found[int(path.parent.name)] = {name: value.strip() for name, value in rows}
    family, grown = {pid}, True
    while grown:
        more = {one for one, row in found.items() if int(row["PPid"]) in family}
        grown = not more <= family
        family |= more
    return {one: found[one] for one in family - {pid} if one in found}


def browsers(renderer: Renderer) -> dict[int, dict[str, str]]:
    """The processes of the renderer's Chromium."""
    assert renderer._child is not None
    family = descendants(renderer._child.pid)
    return {pid: row for pid, row in family.items() if row["Name"] == "chromium"}


def first_of(found: dict[int, dict[str, str]]) -> int:
    """The browser's own process: its parent is none of Chromium's."""
    (first,) = (pid for pid, row in found.items() if int(row["PPid"]) not in found)
    return first


class Gate:
    """A page whose answer waits until it is let through."""

    def __init__(self) -> None:
        self.reached, self.opened = threading.Event(), threading.Event()

    def __call__(self, asked: Asked) -> Reply:
        self.reached.set()
        self.opened.wait(WAIT_S)
        return html("<p>Мёд")


def test_chromium_has_no_rights_a_sandbox_and_no_network(
    web: Web, renderer: Callable[..., Renderer]
) -> None:
    gate = Gate()
    web.site("gate.test", {"/": gate})
    one = renderer()
    under_way = one.order("http://gate.test/", "http://gate.test/")
    assert gate.reached.wait(WAIT_S)
    seen = browsers(one)
    first = first_of(seen)
    networks = {Path(f"/proc/{pid}/ns/net").readlink() for pid in seen}
    own = Path("/proc/self/ns/net").readlink()
    users = {row["Uid"].split()[0] for row in seen.values()}
    gate.opened.set()
    assert under_way.result(WAIT_S).end is End.RENDERED
    assert own not in networks
    assert "0" not in users
    assert all(row["NoNewPrivs"] == "1" for row in seen.values())
    assert int(seen[first]["CapEff"], 16) == int(seen[first]["CapPrm"], 16) == 0
    sandboxed = [row for row in seen.values() if row["Seccomp"] == "2"]
    assert sandboxed, "pages run behind system-call filters"
    assert all(len(row["NSpid"].split()) > 1 for row in sandboxed), "and see no other process"


def test_a_browser_that_is_killed_costs_its_pages_and_no_more(
    web: Web, renderer: Callable[..., Renderer]
) -> None:
    gate = Gate()
    web.site("gate.test", {"/": gate})
    app(web, "shop.test")
    one = renderer()
    under_way = one.order("http://gate.test/", "http://gate.test/")
    assert gate.reached.wait(WAIT_S)
    os.kill(first_of(browsers(one)), signal.SIGKILL)
    done = under_way.result(WAIT_S)
    gate.opened.set()
    assert done.end is End.CRASHED
    assert done.requests == 1, "what was sent is known all the same"
    assert one.order("http://shop.test/", "http://shop.test/").result(WAIT_S).end is End.RENDERED


def test_a_renderer_that_is_killed_takes_its_browser_along_and_is_started_anew(
    web: Web, renderer: Callable[..., Renderer]
) -> None:
    gate = Gate()
    web.site("gate.test", {"/": gate})
    app(web, "shop.test")
    one = renderer()
    under_way = one.order("http://gate.test/", "http://gate.test/")
    assert gate.reached.wait(WAIT_S)
    seen = browsers(one)
    assert one._child is not None
    killed = one._child.pid
    os.kill(killed, signal.SIGKILL)
    assert under_way.result(WAIT_S).end is End.DIED
    gate.opened.set()
    deadline = time.monotonic() + WAIT_S
    while any(Path(f"/proc/{pid}").exists() for pid in seen) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not [pid for pid in seen if Path(f"/proc/{pid}").exists()]
    left = f"narcowatch-browser-{killed}-*"
    assert [*Path(tempfile.gettempdir()).glob(left)], "its profile is still there"
    assert one.order("http://shop.test/", "http://shop.test/").result(WAIT_S).end is End.RENDERED
    assert not [*Path(tempfile.gettempdir()).glob(left)], "its successor clears it away"


def test_a_browser_is_replaced_after_so_many_pages_and_when_it_has_grown(
    web: Web, renderer: Callable[..., Renderer]
) -> None:
    app(web, "shop.test")
    for limits in ({"pages_per_browser": 2}, {"browser_bytes": 1}):
        one, firsts = renderer(**limits), []
        for _ in range(3):
            done = one.order("http://shop.test/", "http://shop.test/").result(WAIT_S)
            assert done.end is End.RENDERED
            firsts.append(first_of(browsers(one)))
        assert len(set(firsts)) == (2 if "pages_per_browser" in limits else 3)
        one.close()


def test_pages_are_rendered_side_by_side_and_each_by_its_own_session(
    web: Web, renderer: Callable[..., Renderer]
) -> None:
    hosts = [f"{name}.test" for name in ("tea", "salt", "rope", "wool", "milk")]
    for host in hosts:
        app(web, host)
    one = renderer()
    orders = [one.order(f"http://{host}/", f"http://{host}/") for host in hosts]
    for host, order in zip(hosts, orders, strict=True):
        done = order.result(WAIT_S)
        assert (done.end, done.final_url, done.requests) == (End.RENDERED, f"http://{host}/", 3)
    assert web.served.total() == 15


def test_dialogs_popups_and_downloads_hold_nothing_up(
    web: Web, renderer: Callable[..., Renderer]
) -> None:
    script = (
        "alert('стой'); confirm('точно?'); prompt('имя'); window.open('/popup'); print();"
        "Notification.requestPermission(); navigator.geolocation.getCurrentPosition(() => 0);"
        "onbeforeunload = () => 'не уходи';"
        "const a = document.createElement('a'); a.href = '/file'; a.download = 'x'; a.click();"
        "document.body.append('после всего');"
    )
    web.site("busy.test", {"/": Reply(f"<body><script>{script}</script>")})
    done = renderer().order("http://busy.test/", "http://busy.test/").result(WAIT_S)
    assert done.end is End.RENDERED, done
    assert "после всего" in done.dom
    assert set(web.served) <= {"http://busy.test/", "http://busy.test/file"}


@pytest.mark.parametrize(
    ("page", "end"),
    [
        ("document.write('<p>' + 'слово '.repeat(2e6))", End.TOO_LARGE),
        ("location.href = 'http://elsewhere.test/'", End.MOVED),
        ("for (;;) {}", End.TIMEOUT),
        ("const all = []; for (;;) all.push(new Array(1e6).fill('x'.repeat(99)))", None),
    ],
)
def test_pages_without_measure_are_bounded(
    web: Web, plan: RendererPlan, renderer: Callable[..., Renderer], page: str, end: End | None
) -> None:
    app(web, "shop.test")
    web.site("wild.test", {"/": Reply(f"<body><script>{page}</script>")})
    one = renderer(bounds=replace(plan.bounds, seconds=8))
    done = one.order("http://wild.test/", "http://wild.test/").result(WAIT_S)
    assert done.end is end if end else done.end in {End.CRASHED, End.TIMEOUT}
    assert web.served["http://elsewhere.test/"] == 0
    assert done.requests == web.served.total()
    assert one.order("http://shop.test/", "http://shop.test/").result(WAIT_S).end is End.RENDERED


def test_a_journal_line_stands_for_every_request(
    web: Web, plan: RendererPlan, renderer: Callable[..., Renderer]
) -> None:
    app(web, "shop.test")
    renderer().order("http://shop.test/", "http://shop.test/").result(WAIT_S)
    assert Path(plan.journal).read_text().splitlines() == ["http://shop.test/"] * 3


def test_where_the_kernel_gives_no_walls_only_who_asks_for_it_gets_a_browser(
    web: Web, plan: RendererPlan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without namespaces the doors stand on this machine's own loopback interface."""
    app(web, "shop.test")
    monkeypatch.setattr(sandbox, "shuts_in", lambda who: False)
    assert "no sandbox" in sandbox.obstacle(USER, unconfined=False)
    assert sandbox.obstacle(USER, unconfined=True) == ""
    answers: list[Rendered] = []

    async def orders() -> AsyncIterator[RenderOrder]:
        yield RenderOrder(1, "http://shop.test/", "http://shop.test/")

    async def run() -> None:
        await serve(replace(plan, unconfined=True), orders(), answers.append)

    asyncio.run(run())
    assert [done.end for done in answers] == [End.RENDERED]
    assert answers[0].requests == web.served.total() == 3
