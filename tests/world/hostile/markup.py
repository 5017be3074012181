"""Pages whose titles, texts and links are attacks on whoever shows or follows them."""

from __future__ import annotations

from tests.world.exchange import Request, Response, html, not_found

_ENDINGS = ("zip", "exe", "apk", "jpg", "pdf", "mp4", "iso", "dmg")


def poisoned_title(request: Request) -> Response:
    """A script in the title, text that runs backwards, NUL bytes in the middle of words."""
    return html(
        "<html><head><title>\"><script>document.title='owned'</script>\u202egnp.elif\u202c"
        "</title></head><body onload=\"location='http://10.0.0.1/'\">"
        "<h1><img src=x onerror=alert(1)>Кру\0жок вяза\0ния</h1>"
        "<p>Вяжем шапки \u202eладебоп\u202c и шарфы\u200b по средам.\0 {{7*7}} ${7*7} %s %n "
        "'; DROP TABLE cases_case; --</p><script>while(false){}</script></body></html>"
    )


def odd_links(request: Request) -> Response:
    """Links in every scheme but http, and some that no parser should trust."""
    if request.path != "/":
        return not_found(request)
    targets = [
        "javascript:alert(1)",
        "JaVaScRiPt:void(0)",
        "data:text/html;base64,PHNjcmlwdD4=",
        "file:///etc/passwd",
        "ftp://files.example/",
        "mailto:club@odd-links.test",
        "tel:+70000000000",
        "http://[::1",
        "http://odd-links.test:99999/",
        "http://odd-links.test:80:80/",
        "http:///nowhere",
        "//",
        "http://user:secret@odd-links.test/private",
        "http://0x7f000001/",
        "http://2130706433/",
        "http://" + "a" * 70 + ".test/",
        "/" + "deep/" * 2000,
        "http://\u202egro.elpmaxe\u202c/",
        "?" + "&".join(f"q{n}={n}" for n in range(500)),
    ]
    links = "".join(f'<li><a href="{target}">ссылка</a></li>' for target in targets)
    return html(
        "<html><head><title>Клуб филателии</title></head><body><h1>Полезные ссылки</h1>"
        f"<p>Собрали адреса соседних клубов.</p><ul>{links}</ul></body></html>"
    )


_UNCLOSED = ("<script>x", "<div ", "<div id=", "<!--", "<input src=", "<a href='", "<![CDATA[")


def unclosed(request: Request) -> Response:
    """Half a megabyte of one thing that is opened and never closed: poison for patterns that look
    for its end from every beginning."""
    links = "".join(f'<a href="/kind/{n}">вид</a>' for n in range(len(_UNCLOSED)))
    if request.path == "/":
        return html(f"<html><head><title>Клуб верстальщиков</title></head><body>{links}</body>")
    number = request.path.removeprefix("/kind/")
    if number.isdigit() and int(number) < len(_UNCLOSED):
        opened = _UNCLOSED[int(number)]
        flood = opened * (500_000 // len(opened))
        return html(
            f"<title>Вид</title><p>Примеры разметки</p><form></form><script></script>{flood}"
        )
    return not_found(request)


def binary_links(request: Request) -> Response:
    """A page of downloads; each file is 8 MB of bytes that are no text."""
    if request.path == "/":
        links = "".join(f'<li><a href="/files/{e}/file.{e}">{e}</a></li>' for e in _ENDINGS)
        return html(
            "<html><head><title>Архив кружка робототехники</title></head><body>"
            f"<h1>Файлы</h1><p>Прошивки и схемы для занятий.</p><ul>{links}</ul></body></html>"
        )
    if request.path.startswith("/files/"):
        piece = bytes(range(256)) * 256
        return Response(body=(piece for _ in range(128)), content_type="application/octet-stream")
    return not_found(request)


def login_wall(request: Request) -> Response:
    """Nothing but a form that asks who one is."""
    return html(
        '<!DOCTYPE html><html lang="ru"><head><meta charset="utf-8"><title>Вход</title></head>'
        '<body><div class="login"><h1>Вход в личный кабинет</h1>'
        "<p>Чтобы продолжить, войдите или зарегистрируйтесь.</p>"
        '<form method="post" action="/login"><input name="login" placeholder="Логин">'
        '<input name="password" type="password" placeholder="Пароль">'
        '<button type="submit">Войти</button></form>'
        '<a href="/register">Регистрация</a> <a href="/forgot">Забыли пароль?</a>'
        "</div></body></html>"
    )
