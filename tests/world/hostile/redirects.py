"""Redirects that lead in circles, or into networks where nobody from outside belongs."""

from __future__ import annotations

from tests.world.exchange import Handler, Request, Response, html, not_found, redirect

CHAIN = 40


def loop(request: Request) -> Response:
    """Two addresses that send to each other."""
    return redirect("/b" if request.path in {"/", "/a"} else "/a")


def to(location: str) -> Handler:
    """Every page redirects to ``location``."""
    return lambda request: redirect(location, 301)


def onward(request: Request) -> Response:
    """A redirect to a new address from every address."""
    step = request.path.strip("/") or "0"
    return redirect(f"/{int(step) + 1}") if step.isdigit() else not_found(request)


def empty_refreshes(request: Request) -> Response:
    """Pages with nothing on them but a meta refresh to the next, without end."""
    step = request.path.strip("/") or "0"
    if not step.isdigit():
        return not_found(request)
    return html(f'<meta http-equiv="refresh" content="0; url=/{int(step) + 1}">')


def meta_refresh(request: Request) -> Response:
    """Forty pages, each of which sends on to the next by a meta tag."""
    step = request.path.strip("/") or "0"
    if not step.isdigit() or int(step) > CHAIN:
        return not_found(request)
    number = int(step)
    onward = f'<meta http-equiv="refresh" content="0; url=/{number + 1}">' if number < CHAIN else ""
    return html(
        f"<html><head><title>Шаг {number}</title>{onward}</head><body>"
        f"<p>Страница переехала, шаг {number}. Если браузер не перешёл сам, обновите её позже. "
        "Расписание автобусов временно доступно только на новом адресе.</p></body></html>"
    )
