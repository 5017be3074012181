"""A small hostile internet: a shop with every kind of bad page, sites that give nothing, traps."""

from __future__ import annotations

import gzip
import time
import zlib
from collections.abc import Callable
from random import Random

import brotli

from tests.crawlers.servers import Asked, PageMaker, Reply, Web, html, links

#: What the crawl is told to take of one body.
MAX_BODY = 400_000
CHAOS = Random(1)
GIBBERISH = bytes(CHAOS.randrange(128, 256) for _ in range(2_000))
NORMAL = "Обычная страница магазина, на которой есть несколько слов. " * 5


def drip(asked: Asked) -> None:
    """A body that never ends, a byte at a time."""
    asked.handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>slow")
    try:
        for _ in range(600):
            asked.handler.wfile.write(b".")
            time.sleep(0.05)
    except OSError:
        return


def silence(asked: Asked) -> None:
    """No answer at all."""
    time.sleep(5)


def cut_off(asked: Asked) -> None:
    asked.handler.wfile.write(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5000\r\n\r\n"
        b"<title>cut</title><p>beginning of a page <a href='/after-cut'>on</a>"
    )


def hang_up(asked: Asked) -> None:
    """Read the request and close the connection."""


def endless(asked: Asked) -> None:
    """Chunks without end and without a length."""
    asked.handler.wfile.write(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    try:
        for _ in range(1000):
            asked.handler.wfile.write(b"4000\r\n" + b"x" * 0x4000 + b"\r\n")
    except OSError:
        return


def binary_must_not_be_read(asked: Asked) -> None:
    wfile = asked.handler.wfile
    wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 300000\r\n\r\n")
    try:
        wfile.write(b"\x89PNG" + b"0" * 299_996)
    except OSError:
        return


def flaky() -> Callable[[Asked], Reply | None]:
    asked_before: list[int] = []

    def page(asked: Asked) -> Reply | None:
        asked_before.append(1)
        return None if len(asked_before) < 3 else html("third time lucky")

    return page


def calendar(asked: Asked) -> Reply:
    day = int(asked.path.rpartition("/")[2] or 1)
    return html(links(*(f"/day/{day + step}" for step in range(1, 40))))


Pages = dict[str, Reply | PageMaker]


def to(location: str, status: int = 302) -> Reply:
    return Reply("", status, {"Location": location})


def front() -> Reply:
    return html(
        links(
            *("/about", "/cp1251", "/moved", "/loop-a", "/elsewhere", "/spiral/1"),
            *("/inside", "/missing", "/broken", "/picture", "/liar.html", "/bomb", "/br"),
            *("/cut", "/drip", "/hang-up", "/endless", "/huge", "/flaky", "/frames"),
            *("javascript:alert(1)", "data:text/html,x", "mailto:a@b.test", "/file.zip"),
            *("https://t.me/s/seller_kz", "https://t.me/+secret", "tg://resolve?domain=x"),
            *("http://10.0.0.8/admin", "http://2130706433/", "http://localhost/", "http://["),
            *("https://www.youtube.com/watch?v=1", "http://refused.test/", "/gibberish"),
            *("http://closed.test/", "http://nosuch.invalid/", "/refresh", "/nested"),
            *("/once?PHPSESSID=abcdef123456", "/once?PHPSESSID=fedcba654321", "/silence"),
            *("http://neighbour.test/welcome", "/robots.txt", "/gone-session;jsessionid=A1"),
        )
        + "<p>Пишите @almaty_seller или t.me/second_channel</p>",
        title="Shop",
        head='<meta name="description" content="described">',
    )


def readable() -> Pages:
    return {
        "/": front(),
        "/about": html(f"<h1>О нас</h1><p>{NORMAL}</p>"),
        "/cp1251": Reply(
            "<title>Привет</title><p>Закладки по городу, пишите</p>".encode("cp1251") * 3,
            kind="text/html; charset=utf-8",
        ),
        "/br": Reply(
            brotli.compress(html(f"<p>{NORMAL} brotli</p>").body.encode()),
            headers={"Content-Encoding": "br"},
        ),
        "/nested": Reply(
            zlib.compress(gzip.compress(html("nested coding").body.encode())),
            headers={"Content-Encoding": "gzip, deflate"},
        ),
        "/frames": html('<frameset><frame src="/in-frame"></frameset>'),
        "/in-frame": html("text in a frame"),
        "/once": html("session ids are taken out"),
        "/gone-session": html("matrix parameters too"),
        "/robots.txt": Reply("User-agent: *\nDisallow: /about\n", kind="text/plain"),
    }


def redirects() -> Pages:
    return {
        "/moved": to("/about-moved?b=2&a=1#x", 301),
        "/about-moved?a=1&b=2": html("moved here"),
        "/loop-a": to("/loop-b"),
        "/loop-b": to("/loop-a"),
        "/elsewhere": to("http://elsewhere.test/landing"),
        "/inside": to("http://127.0.0.1:22/latest/meta-data"),
        **{f"/spiral/{n}": to(f"/spiral/{n + 1}") for n in range(1, 30)},
        "/refresh": html("", head='<meta http-equiv="refresh" content="0;url=/refreshed">'),
        "/refreshed": html("sent here by a refresh"),
    }


def not_worth_keeping() -> Pages:
    bomb = gzip.compress(b"0" * 30_000_000)
    return {
        "/broken": Reply("<p>Internal error", 500),
        "/picture": binary_must_not_be_read,
        "/liar.html": Reply(b"\x89PNG\r\n\x1a\n" + b"\0" * 500, kind="text/html"),
        "/bomb": Reply(bomb, headers={"Content-Encoding": "gzip"}),
        "/endless": endless,
        "/huge": Reply(b"x" * (MAX_BODY + 1)),
        "/gibberish": Reply(GIBBERISH, kind="text/html; charset=nonsense"),
    }


def broken_connections() -> Pages:
    return {
        "/cut": cut_off,
        "/after-cut": html("found behind a page that was cut off"),
        "/drip": drip,
        "/silence": silence,
        "/hang-up": hang_up,
        "/flaky": flaky(),
    }


SOFT_BLOCKS = {
    "captcha.test": html(
        '<p>Подтвердите, что вы не робот</p><form><img src="/captcha.php"><input name="c"></form>'
    ),
    "login.test": html(
        '<form>Войти <input name="l"><input type="password" name="p"></form>', "Вход"
    ),
    "guard.test": html("Checking your browser before accessing guard.test", "DDoS-Guard"),
    "parked.test": html("<p>parked.test: this domain is for sale. Buy this domain today!</p>"),
    "seized.test": html("<h1>This website has been seized</h1> as part of an operation"),
    "default.test": html("If you see this page, nginx is installed", "Welcome to nginx!"),
    "empty.test": html(""),
    "sorry.test": html("<h1>Страница не найдена</h1>", "Ошибка"),
}
#: Where a crawl of it all starts.
SEEDS = ["shop.test", "calendar.test", "hub.test", *SOFT_BLOCKS]


def build(web: Web) -> None:
    web.site(
        "shop.test", {**readable(), **redirects(), **not_worth_keeping(), **broken_connections()}
    )
    web.site("elsewhere.test", {"/landing": html(f"landing {NORMAL}")})
    web.site("neighbour.test", {"/welcome": html(links("/1", "/2", "http://shop.test/"))})
    for host, page in SOFT_BLOCKS.items():
        web.site(host, {"/": page})
    web.pages["calendar.test"] = calendar
    web.site("hub.test", {"/": html(links(*(f"http://w{n}.wild.test/" for n in range(40))))})
    for n in range(40):
        web.site(f"w{n}.wild.test", {"/": html("one of very many names")})
