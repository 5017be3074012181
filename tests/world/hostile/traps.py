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


def pagination(request: Request) -> Response:
    """A catalogue whose every page has a next one; the cursor is a word, not a number."""
    after = request.query("after")
    if request.path != "/list" and request.path != "/":
        return not_found(request)
    seed = hashlib.sha256(f"{request.path} {after}".encode()).hexdigest()
    cursor = seed[:24].translate(str.maketrans("0123456789", "ghijklmnop"))
    return html(
        f"<html><head><title>Каталог открыток, {cursor[:4]}</title></head><body>"
        f"<h1>Открытки</h1><p>Показаны двадцать открыток из коллекции, лист {cursor[:6]}.</p>"
        f'<a href="/list?after={cursor}">дальше</a></body></html>'
    )


def numbered_pages(request: Request) -> Response:
    """A list that has every page number there is."""
    number = request.query("page", "1")
    if request.path != "/" or not number.isdecimal() or len(number) > 12:
        return not_found(request)
    links = "".join(f'<a href="/?page={int(number) + step}">{step}</a> ' for step in range(1, 16))
    return html(
        f"<html><head><title>Объявления, страница {number}</title></head><body>"
        f"<p>Отдам котят в добрые руки, страница {number} из бесконечности.</p>{links}"
        "</body></html>"
    )


def growing_path(request: Request) -> Response:
    """A relative link that makes each path one step longer than the last."""
    return html(
        "<html><head><title>Дорожка</title></head><body>"
        f"<p>Ступенька {request.path.count('/')}, идите дальше по дорожке вглубь сада.</p>"
        '<a href="sad/dalshe/">дальше</a></body></html>'
    )
