"""Ordinary sites as handlers: pages, and the files that stand around them."""

from __future__ import annotations

import gzip
import hashlib
import struct
import zlib
from collections.abc import Mapping
from functools import cache
from xml.sax.saxutils import escape

from tests.world.exchange import Handler, Request, Response, html, not_found, redirect
from tests.world.pages import template

_STYLE = b"body{font:15px/1.5 Arial,sans-serif}a{color:#06c}.card{padding:12px}.foot{color:#777}\n"
_SCRIPT = (
    b"(function(){var b=document.querySelector('.burger');if(!b)return;"
    b"b.addEventListener('click',function(){document.body.classList.toggle('open')})})();\n"
)
_CAPTCHA_WORD = "k7wmx"


def site_handler(host: str, pages: Mapping[str, str], icon: str) -> Handler:
    """Serves ``pages`` (HTML by path and query), favicon, robots.txt and sitemap.xml.

    ``icon`` chooses the favicon: sites of one operator share it.
    """
    bodies = {target: text.encode("utf-8") for target, text in pages.items()}
    packed = {target: gzip.compress(body, 6, mtime=0) for target, body in bodies.items()}
    around = _around(host, pages, icon)

    def handle(request: Request) -> Response:
        target = request.target if request.target in bodies else request.path
        if target in bodies:
            if "gzip" in request.headers.get("accept-encoding", ""):
                coding = (("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding"))
                return Response(body=packed[target], headers=coding)
            return Response(body=bodies[target], headers=(("Vary", "Accept-Encoding"),))
        if request.path in around:
            return around[request.path]
        if request.path.startswith("/img/") and request.path.endswith(".png"):
            return Response(body=png(request.path), content_type="image/png")
        return not_found(request)

    return handle


def _around(host: str, pages: Mapping[str, str], icon: str) -> dict[str, Response]:
    robots = f"User-agent: *\nDisallow: /admin/\nSitemap: http://{host}/sitemap.xml\n"
    urls = "".join(f"<url><loc>http://{host}{escape(target)}</loc></url>" for target in pages)
    sitemap = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
    )
    return {
        "/robots.txt": Response(body=robots.encode(), content_type="text/plain"),
        "/sitemap.xml": Response(body=sitemap.encode(), content_type="application/xml"),
        "/favicon.ico": Response(body=png(icon), content_type="image/png"),
        "/assets/style.css": Response(body=_STYLE, content_type="text/css"),
        "/assets/app.js": Response(body=_SCRIPT, content_type="application/javascript"),
    }


def moved_to(url: str) -> Handler:
    """An old address: every page redirects to ``url``."""
    return lambda request: redirect(url, 301)


def behind_captcha(inner: Handler) -> Handler:
    """Shows a captcha until it is solved (the word is drawn, never written), then ``inner``."""

    def handle(request: Request) -> Response:
        if request.path == "/check" and request.query("code").lower() == _CAPTCHA_WORD:
            passed = redirect("/")
            return Response(
                passed.status,
                passed.body,
                headers=(*passed.headers, ("Set-Cookie", "passed=1; Path=/; HttpOnly")),
            )
        if request.path == "/captcha.png":
            return Response(body=png(_CAPTCHA_WORD, 160, 50), content_type="image/png")
        if request.cookie("passed") == "1" or request.path == "/favicon.ico":
            return inner(request)
        if request.path == "/robots.txt":
            return not_found(request)
        return html(template("captcha").substitute())

    return handle


@cache
def png(seed: str, width: int = 16, height: int = 16) -> bytes:
    """A small picture that differs by ``seed`` (PNG specification, third edition)."""
    palette = hashlib.sha256(seed.encode()).digest()

    def chunk(name: bytes, data: bytes) -> bytes:
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    rows = b"".join(
        b"\0" + bytes(palette[(x * 7 + y * 13 // 4) % 32] for x in range(width))
        for y in range(height)
    )
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows, 9))
        + chunk(b"IEND", b"")
    )
