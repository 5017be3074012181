"""What travels between the world's server and its sites: requests, responses, handlers."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable, Iterable
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, unquote, urlsplit

HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Request:
    """One request. ``host`` is lower-case, without port; ``target`` is path and query as sent."""

    method: str
    host: str
    target: str
    headers: dict[str, str]

    @property
    def path(self) -> str:
        return unquote(urlsplit(self.target).path) or "/"

    def query(self, name: str, default: str = "") -> str:
        """The first value of a query parameter."""
        values = parse_qs(urlsplit(self.target).query, keep_blank_values=True).get(name)
        return values[0] if values else default

    def cookie(self, name: str) -> str:
        morsel = SimpleCookie(self.headers.get("cookie", "")).get(name)
        return morsel.value if morsel else ""


@dataclass(frozen=True, slots=True)
class Response:
    """One response. A body that is no ``bytes`` is streamed in chunks as it is generated.

    ``declared_length`` replaces the true Content-Length; where less than that is sent, the
    connection is closed after it. With ``raw`` the body is all that is sent, status line and
    headers included, and the connection is closed after it.
    """

    status: int = 200
    body: bytes | Iterable[bytes] | AsyncIterable[bytes] = b""
    content_type: str | None = HTML
    headers: tuple[tuple[str, str], ...] = ()
    declared_length: int | None = None
    raw: bool = False


Handler = Callable[[Request], Response]


def html(text: str, status: int = 200) -> Response:
    return Response(status=status, body=text.encode("utf-8"))


def redirect(location: str, status: int = 302) -> Response:
    return Response(
        status=status,
        body=f'<a href="{location}">moved</a>'.encode(),
        headers=(("Location", location),),
    )


def not_found(request: Request) -> Response:
    return html("<html><head><title>404 Not Found</title></head><body>404</body></html>", 404)
