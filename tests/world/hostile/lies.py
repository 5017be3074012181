"""Sites whose headers say one thing and whose bytes are another."""

from __future__ import annotations

from tests.world.exchange import Request, Response, not_found
from tests.world.sites import png

_TEXT = (
    "<html><head><title>Рынок выходного дня</title></head><body><h1>Ярмарка на площади</h1>"
    "<p>В субботу на площади пройдёт ярмарка: мёд, яблоки, курт и баурсаки. "
    "Начало в десять утра, вход свободный.</p>"
    '<a href="/2">Вторая страница</a></body></html>'
)


def charset(request: Request) -> Response:
    """Declared as utf-8 and sent in cp1251; the second page declares a charset that is none."""
    if request.path == "/":
        return Response(body=_TEXT.encode("cp1251"), content_type="text/html; charset=utf-8")
    if request.path == "/2":
        return Response(body=_TEXT.encode("utf-8"), content_type="text/html; charset=klingon-8")
    return not_found(request)


def picture_as_html(request: Request) -> Response:
    return Response(body=png("lie", 64, 64), content_type="text/html; charset=utf-8")


def html_as_picture(request: Request) -> Response:
    return Response(body=_TEXT.encode(), content_type="image/png")


def cut_off(request: Request) -> Response:
    """Promises 50 000 bytes and hangs up after the first few hundred."""
    return Response(body=_TEXT.encode(), declared_length=50_000)


def header_flood(request: Request) -> Response:
    """Four hundred headers of 1 kB each around an ordinary page."""
    flood = tuple((f"X-Padding-{n}", "x" * 1000) for n in range(400))
    return Response(body=_TEXT.encode(), headers=flood)
