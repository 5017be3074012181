"""Sites that show nothing without their cookie are read; no cookie leaves its site or its run."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.cookies import MOST_BYTES, MOST_COOKIES, MOST_HOSTS, Jar, parse
from domain.onion import onion_from_public_key
from tests.crawlers.crawling import Place
from tests.crawlers.servers import Asked, PageMaker, Reply, Web, html, links
from tests.crawlers.socks import Socks
from tests.crawlers.test_resuming import kill_after

NOW = 1_800_000_000.0


def jar() -> Jar:
    return Jar(lambda: NOW)


def sent(one: Jar, host: str = "a.test", path: str = "/", *, secure: bool = False) -> str:
    return one.header(host, path, secure=secure)


def test_what_a_host_sets_it_gets_back_and_no_other_host_does() -> None:
    one = jar()
    assert one.take("a.test", "/", ["sid=1; HttpOnly", "lang=ru; Path=/; SameSite=Lax"])
    assert sent(one) == "sid=1; lang=ru"
    for other in ("b.test", "www.a.test", "test", "xa.test"):
        assert sent(one, other) == ""
    assert one.take("www.a.test", "/", ["shared=1; Domain=a.test"])
    assert sent(one) == "sid=1; lang=ru", "host-only, whatever Domain says"
    assert not one.take("a.test", "/", ["x=1; Domain=bank.test"])


def test_only_what_is_new_is_news() -> None:
    one = jar()
    assert one.take("a.test", "/", ["sid=1"])
    assert not one.take("a.test", "/", ["sid=1"])
    assert one.take("a.test", "/", ["sid=2"])
    assert one.take("a.test", "/", ["sid=; Max-Age=0"])
    assert sent(one) == ""
    assert not one.take("a.test", "/", ["old=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT"])
    assert one.take("a.test", "/", ["new=1; Expires=Thu, 01 Jan 2099 00:00:00 GMT"])


def test_the_stamp_of_a_host_rises_with_its_cookies_and_with_no_others() -> None:
    one = jar()
    assert one.stamp("a.test") == 0
    one.take("a.test", "/", ["sid=1"])
    first = one.stamp("a.test")
    one.take("b.test", "/", ["sid=1"])
    one.take("a.test", "/", ["sid=1"])
    assert one.stamp("a.test") == first > 0
    one.take("a.test", "/", ["sid=2"])
    assert one.stamp("a.test") > one.stamp("b.test") > first


def test_paths_and_secure_connections() -> None:
    one = jar()
    one.take("a.test", "/shop/list", ["here=1", "all=1; Path=/", "safe=1; Path=/; Secure"])
    assert sent(one, path="/shop/x") == "here=1; all=1"
    assert sent(one, path="/shopping") == "all=1"
    assert sent(one, path="/", secure=True) == "all=1; safe=1"


@pytest.mark.parametrize(
    "header",
    [
        *("", "novalue", "=x", "a b=1", "a=\x01", "a=1\r\nX: y", "имя=1"),
        "a=" + "x" * MOST_BYTES,
    ],
)
def test_what_is_no_cookie_is_left(header: str) -> None:
    assert parse(header, "a.test", "/", NOW) is None


@given(st.lists(st.text(max_size=50), max_size=60), st.text(max_size=20))
def test_nothing_a_server_sends_breaks_it_or_the_request(headers: list[str], path: str) -> None:
    one = jar()
    one.take("a.test", f"/{path}", headers)
    value = sent(one, path=f"/{path}", secure=True)
    assert value.isascii()
    assert value.isprintable()
    assert value.count("; ") < MOST_COOKIES + value.count('; "')


def test_it_is_bounded() -> None:
    one = jar()
    one.take("a.test", "/", [f"c{n}=1" for n in range(100)])
    assert len(sent(one).split("; ")) == MOST_COOKIES
    for number in range(MOST_HOSTS):
        one.take(f"h{number}.test", "/", ["c=1"])
    assert sent(one) == ""
    assert sent(one, f"h{MOST_HOSTS - 1}.test") == "c=1"


def walled(host: str, seen: list[tuple[str, str]], *, at: str = "/") -> Callable[[Asked], Reply]:
    """Redirects to ``at`` and sets a cookie until that comes back."""

    def page(asked: Asked) -> Reply:
        cookie = asked.headers.get("Cookie", "")
        seen.append((asked.path, cookie))
        if f"pass={host}" not in cookie:
            set_cookie = f"pass={host}; Path=/"
            return Reply("", 302, {"Location": at, "Set-Cookie": set_cookie})
        if asked.path == "/check":
            return Reply("", 302, {"Location": "/"})
        body = "behind the wall" + links("/goods", "http://other.test/")
        return html(body if asked.path == "/" else f"this is {asked.path}")

    return page


@pytest.mark.parametrize("at", ["/", "/check"])
def test_a_site_that_redirects_until_its_cookie_comes_back_is_read(
    web: Web, place: Callable[..., Place], at: str
) -> None:
    seen: list[tuple[str, str]] = []
    others: list[tuple[str, str]] = []
    web.pages["wall.test"] = walled("wall.test", seen, at=at)
    web.pages["other.test"] = walled("other.test", others)
    crawl = place()
    run = crawl.begin("http://wall.test/")
    crawl.crawl(run)
    outcomes = crawl.outcomes(run)
    assert outcomes["http://wall.test/"] == outcomes["http://wall.test/goods"] == "ok"
    assert outcomes["http://other.test/"] == "ok"
    assert [cookie for path, cookie in seen if path == "/"] == ["", "pass=wall.test"]
    assert {cookie for _, cookie in others} <= {"", "pass=other.test"}
    assert crawl.counts(run, "retried") == {"cookie set with a redirect": 2}
    assert crawl.requests(run) == web.served.total()


def bouncing(
    seen: list[tuple[str, str]], *, steps: int, host: str = "http://bounce.test"
) -> PageMaker:
    """``/`` leads through ``/step/1`` … and back; the last but one sets the cookie that ends it."""

    def page(asked: Asked) -> Reply:
        cookie = asked.headers.get("Cookie", "")
        seen.append((asked.path, cookie))
        if asked.path == "/" and "pass=1" in cookie:
            return html("behind the circle" + links("/goods"))
        if asked.path == "/goods":
            return html("goods" if "pass=1" in cookie else "")
        step = 0 if asked.path == "/" else int(asked.path.rpartition("/")[2])
        there = f"{host}/step/{step + 1}" if step < steps else f"{host}/"
        sets = {"Set-Cookie": "pass=1; Path=/"} if step == max(1, steps - 1) else {}
        return Reply("", 302, {"Location": there, **sets})

    return page


def again(at: Place, run: int) -> dict[str, str]:
    """How pages ended that were asked for again, by URL."""
    rows = at.rows("select url, outcome from cases_capture where run_id = ? and again = 1", run)
    return {row["url"]: row["outcome"] for row in rows}


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_a_circle_that_a_later_page_ends_with_its_cookie_is_gone_round_once_more(
    web: Web, place: Callable[..., Place], steps: int
) -> None:
    seen: list[tuple[str, str]] = []
    web.pages["bounce.test"] = bouncing(seen, steps=steps)
    at = place()
    run = at.begin("http://bounce.test/")
    at.crawl(run)
    assert again(at, run) == {"http://bounce.test/": "ok"}
    assert at.outcomes(run)["http://bounce.test/"] == "redirect"
    assert at.outcomes(run)["http://bounce.test/goods"] == "ok"
    assert [cookie for path, cookie in seen if path == "/"] == ["", "pass=1"]
    assert at.counts(run, "retried") == {
        "cookie set with a redirect": 1,
        "cookie set in a circle of redirects": 1,
    }
    assert at.counts(run, "dropped") == {}
    assert at.requests(run) == web.served.total() == steps + 4
    texts = at.rows("select d.text from cases_documentrow d where d.text like '%behind%'")
    assert len(texts) == 1
    assert at.rows("select * from crawlers_sitevisit where stuck != ''") == []


def test_so_is_that_of_an_onion(web: Web, place: Callable[..., Place]) -> None:
    onion = onion_from_public_key(b"\7" * 32)
    web.pages[onion] = bouncing([], steps=1, host=f"http://{onion}")
    with Socks({onion: web.port}).running() as tor:
        at = place(TOR__SOCKS=f"127.0.0.1:{tor.port}")
        run = at.begin(f"http://{onion}/")
        at.crawl(run)
    assert again(at, run) == {f"http://{onion}/": "ok"}
    assert at.requests(run) == web.served.total()


def test_a_circle_that_no_cookie_ends_is_gone_round_once_more_and_named(
    web: Web, place: Callable[..., Place]
) -> None:
    count = iter(range(10_000))

    def page(asked: Asked) -> Reply:
        there = {"/": "/a", "/a": "/b", "/b": "/"}[asked.path]
        fresh = {"Set-Cookie": f"n={next(count)}; Path=/"} if asked.path == "/b" else {}
        return Reply("", 302, {"Location": there, **fresh})

    web.pages["spin.test"] = page
    at = place()
    run = at.begin("http://spin.test/")
    at.crawl(run)
    assert again(at, run) == {"http://spin.test/": "redirect"}
    assert at.counts(run, "dropped") == {"redirect loop": 1}
    assert at.requests(run) == web.served.total() == 5
    (visit,) = at.rows("select stuck from crawlers_sitevisit where run_id = ?", run)
    assert visit["stuck"] == "redirect loop"


def test_a_cookie_of_another_host_is_no_reason_to_go_round_again(
    web: Web, place: Callable[..., Place]
) -> None:
    web.site("one.test", {"/": Reply("", 302, {"Location": "http://two.test/"})})
    back = {"Location": "http://one.test/", "Set-Cookie": "pass=1"}
    web.site("two.test", {"/": Reply("", 302, back)})
    at = place()
    run = at.begin("http://one.test/")
    at.crawl(run)
    assert again(at, run) == {}
    assert at.counts(run, "dropped") == {"redirect loop": 1}


def test_a_crawl_killed_while_it_goes_round_again_loses_and_doubles_nothing(
    web: Web, place: Callable[..., Place]
) -> None:
    seen: list[tuple[str, str]] = []
    answer = bouncing(seen, steps=1)

    def page(asked: Asked) -> Reply | None:
        if asked.path == "/" and seen:
            time.sleep(1.0)
        return answer(asked)

    web.pages["bounce.test"] = page
    at = place()
    run = at.begin("http://bounce.test/")
    kill_after(web, at.start(run), 4)
    at.crawl(run)
    assert at.requests(run) == web.served.total()
    (once,) = at.rows("select * from cases_capture where run_id = ? and again = 1", run)
    # the cookie died with the crawl that was killed: the circle is named as one
    assert once["outcome"] == "redirect"
    assert at.counts(run, "dropped") == {"redirect loop": 1}
    assert at.rows("select * from cases_runsource where done = 0") == []


def test_nothing_is_carried_into_the_next_run(web: Web, place: Callable[..., Place]) -> None:
    seen: list[tuple[str, str]] = []
    web.pages["wall.test"] = walled("wall.test", seen)
    crawl = place()
    crawl.crawl(crawl.begin("http://wall.test/"))
    before = len(seen)
    with crawl.database() as database:
        database.execute("update cases_run set state = 'complete'")
    crawl.crawl(crawl.begin("http://wall.test/"))
    assert seen[before] == ("/", "")


def test_a_cookie_in_every_answer_is_no_way_to_keep_a_crawl_busy(
    web: Web, place: Callable[..., Place]
) -> None:
    count = iter(range(10_000))
    web.pages["spin.test"] = lambda asked: Reply(
        "", 302, {"Location": "/", "Set-Cookie": f"n={next(count)}"}
    )
    crawl = place()
    run = crawl.begin("http://spin.test/")
    crawl.crawl(run)
    assert crawl.outcomes(run) == {"http://spin.test/": "redirect"}
    assert crawl.counts(run, "dropped") == {"redirect loop": 1}
    assert web.served.total() == crawl.requests(run) == 2


def test_switched_off_no_cookie_is_sent(web: Web, place: Callable[..., Place]) -> None:
    seen: list[tuple[str, str]] = []
    web.pages["wall.test"] = walled("wall.test", seen)
    crawl = place(CRAWL__COOKIES="false")
    run = crawl.begin("http://wall.test/")
    crawl.crawl(run)
    assert crawl.outcomes(run) == {"http://wall.test/": "redirect"}
    assert {cookie for _, cookie in seen} == {""}
