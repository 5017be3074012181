"""Shops with something of an obstacle, over a whole crawl: read, followed, and nothing lost."""

from __future__ import annotations

from collections.abc import Callable

from tests.crawlers.crawling import Place
from tests.crawlers.servers import Reply, Web, html, links
from tests.crawlers.softblocks.pages import page

GOODS = (
    "<p>Купить мефедрон, гашиш в Алматы. Клады, доставка. Мефедрон 1г 12000 тенге, гашиш 2г 9000 "
    "тенге. Оператор @shop_kz.</p>"
)
LOGIN = "<form action='/login'>Вход <input name='u'><input type='password'></form>"


def read(at: Place, run: int) -> set[str]:
    rows = at.rows(
        "select c.url from cases_documentrow d join cases_capture c on c.id = d.capture_id"
        " where c.run_id = ?",
        run,
    )
    return {row["url"] for row in rows}


def candidates(at: Place, run: int) -> set[str]:
    rows = at.rows(
        "select t.value from cases_candidaterow c join cases_target t on t.id = c.target_id"
        " where c.run_id = ? and c.parent_id is not null",
        run,
    )
    return {row["value"] for row in rows}


def test_a_shop_with_a_log_in_box_is_read_and_followed(
    web: Web, place: Callable[..., Place]
) -> None:
    front = html(LOGIN + GOODS + links("/catalog", "http://mirror.test/"), title="Лавка")
    web.site("shop.test", {"/": front, "/catalog": html(GOODS)})
    web.site("mirror.test", {"/": html(GOODS)})
    at = place()
    run = at.begin("http://shop.test/")
    at.crawl(run)
    assert set(at.outcomes(run).values()) == {"ok"}
    every = {"http://shop.test/", "http://shop.test/catalog", "http://mirror.test/"}
    assert read(at, run) == every
    assert candidates(at, run) == {"mirror.test", "@shop_kz"}


def test_pages_are_read_whatever_status_they_come_with(
    web: Web, place: Callable[..., Place]
) -> None:
    shown = html(GOODS + links("/goods", "http://mirror.test/"), title="Лавка").body
    ends = {404: "not_found", 403: "forbidden", 451: "forbidden", 500: "http_error"}
    for status in ends:
        web.site(f"s{status}.test", {"/": Reply(shown, status), "/goods": Reply("<p>No", status)})
    web.site("gif.test", {"/": Reply(b"GIF89a<!-- -->" + str(shown).encode())})
    web.site("mirror.test", {"/": html(GOODS)})
    at = place()
    hosts = [*(f"s{status}" for status in ends), "gif"]
    run = at.begin(*(f"http://{host}.test/" for host in hosts))
    at.crawl(run)
    outcomes = at.outcomes(run)
    for status, outcome in ends.items():
        assert outcomes[f"http://s{status}.test/"] == outcome
        assert outcomes[f"http://s{status}.test/goods"] == outcome
    assert outcomes["http://gif.test/"] == "ok"
    assert read(at, run) == {*(f"http://{host}.test/" for host in hosts), "http://mirror.test/"}
    assert candidates(at, run) == {"mirror.test", "@shop_kz"}
    assert at.requests(run) == web.served.total()


def test_what_stands_on_obstacles_is_followed_or_counted(
    web: Web, place: Callable[..., Place]
) -> None:
    parked = page(
        "gone.test",
        "<p>This domain is for sale. Buy this domain.</p><a href='/lander'>Related</a>"
        "<a href='http://registrar.test/'>Registrar</a>",
    )
    wall = page("Вход", f"{LOGIN}<a href='http://mirror.test/'>Регистрация на зеркале</a>")
    web.site("gone.test", {"/": Reply(parked)})
    web.site("wall.test", {"/": Reply(wall)})
    web.site("mirror.test", {"/": html(GOODS)})
    at = place()
    run = at.begin("http://gone.test/", "http://wall.test/")
    at.crawl(run)
    assert at.outcomes(run) == {
        "http://gone.test/": "parked",
        "http://wall.test/": "login_wall",
        "http://mirror.test/": "ok",
    }
    assert at.counts(run, "dropped")["stands on a page: parked"] == 2
    assert read(at, run) == {"http://mirror.test/"}
