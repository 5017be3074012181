"""A site whose pages are empty shells that a script fills from a JSON endpoint."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache

from crawlers.rendering import sandbox
from tests.world.exchange import Handler, Request, Response, html, not_found

SCRIPT, ENDPOINT = "/static/js/main.4f1c2a.js", "/api/page"
_SHELL = (
    '<!doctype html><html lang="ru"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width,initial-scale=1">'
    f'<title>…</title><script defer src="{SCRIPT}"></script></head>'
    "<body><noscript>You need to enable JavaScript to run this app.</noscript>"
    '<div id="root"></div></body></html>'
)
_APP = f"""(async () => {{
  const here = location.pathname + location.search;
  const answer = await fetch("{ENDPOINT}?path=" + encodeURIComponent(here));
  const page = await answer.json();
  document.title = page.title;
  document.getElementById("root").innerHTML = page.body;
}})();
"""
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
_BODY = re.compile(r"<body[^>]*>(.*?)</body>", re.DOTALL)


@cache
def browser_available() -> bool:
    """Whether a night on this machine can read such a site."""
    return not sandbox.obstacle("nobody", unconfined=False)


def script_app(pages: Mapping[str, str], around: Handler) -> Handler:
    """Serves ``pages`` (HTML by path) as an application; the rest is ``around``'s."""
    told = {target: _told(page) for target, page in pages.items()}

    def handle(request: Request) -> Response:
        if request.target in pages:
            return html(_SHELL)
        if request.path == SCRIPT:
            return Response(body=_APP.encode(), content_type="application/javascript")
        if request.path == ENDPOINT:
            found = told.get(request.query("path"))
            if found is None:
                return not_found(request)
            return Response(body=found, content_type="application/json")
        return around(request)

    return handle


def _told(page: str) -> bytes:
    title, body = _TITLE.search(page), _BODY.search(page)
    assert title is not None
    assert body is not None
    return json.dumps({"title": title[1], "body": body[1]}, ensure_ascii=False).encode()
