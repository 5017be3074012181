"""Sites without end: every page links to new ones."""

from __future__ import annotations

import hashlib
import re
from datetime import date, timedelta

from tests.world.exchange import Request, Response, html, not_found

_MONTH = re.compile(r"/(\d{4})/(\d{2})/?")
_FIRST, _LAST = date(1990, 1, 1), date(9990, 1, 1)


def calendar(request: Request) -> Response:
    """A chess club's calendar that goes on for eight thousand years."""
    if request.path == "/":
        month = date(2025, 1, 1)
    elif (match := _MONTH.fullmatch(request.path)) and 1 <= int(match[2]) <= 12:
        month = date(int(match[1]), int(match[2]), 1)
    else:
        return not_found(request)
    if not _FIRST <= month <= _LAST:
        return not_found(request)
    before, after = month - timedelta(days=1), month + timedelta(days=31)
    days = "".join(f"<td>{day}</td>" for day in range(1, 29))
    return html(
        f"<html><head><title>Календарь клуба: {month:%m.%Y}</title></head><body>"
        f"<h1>Шахматный кружок, {month:%m.%Y}</h1><table><tr>{days}</tr></table>"
        "<p>Занятия по вторникам и четвергам в 18:00, турнир в последнюю субботу месяца.</p>"
        f'<a href="/{before:%Y/%m}/">назад</a> <a href="/{after:%Y/%m}/">вперёд</a></body></html>'
    )


def session_ids(request: Request) -> Response:
    """Three pages, each under a new session id in every link to it."""
    name = request.path.strip("/").removesuffix(".php") or "index"
    if name not in {"index", "about", "rules"}:
        return not_found(request)
    session = hashlib.sha256(request.target.encode()).hexdigest()[:26]
    links = "".join(
        f'<li><a href="/{page}.php?PHPSESSID={session}">{page}</a></li>'
        for page in ("index", "about", "rules")
    )
    return html(
        f"<html><head><title>Библиотека: {name}</title></head><body><h1>{name}</h1>"
        "<p>Районная библиотека. Книги выдаются на две недели, продлить можно по телефону.</p>"
        f"<ul>{links}</ul></body></html>"
    )


def any_subdomain(request: Request) -> Response:
    """Every name below trap-wild.test answers and links to three names that are new."""
    seed = hashlib.sha256(request.host.encode()).hexdigest()
    links = "".join(
        f'<li><a href="http://{seed[n : n + 8]}.trap-wild.test/">{seed[n : n + 8]}</a></li>'
        for n in (0, 8, 16)
    )
    return html(
        f"<html><head><title>{request.host}</title></head><body><h1>Каталог сайтов</h1>"
        f"<p>Мы собрали ссылки на соседние страницы каталога.</p><ul>{links}</ul></body></html>"
    )
