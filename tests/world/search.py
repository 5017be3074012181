"""A small search engine over all clearnet sites of the world: ``/search?q=``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape, unescape
from urllib.parse import quote

from tests.world.exchange import Handler, Request, Response, html, not_found
from tests.world.sites import png

HOST = "poisk.test"
PAGE_SIZE = 10
_TAG = re.compile(r"<(script|style)\b.*?</\1>|<[^>]+>", re.DOTALL)
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
_WORD = re.compile(r"\w+")
_STEM = 6


@dataclass(frozen=True, slots=True)
class Entry:
    """One indexed page."""

    url: str
    title: str
    text: str
    words: tuple[str, ...]

    @classmethod
    def of(cls, url: str, page: str) -> Entry:
        title = _TITLE.search(page)
        text = " ".join(unescape(_TAG.sub(" ", page)).split())
        words = tuple(_WORD.findall(text.casefold()))
        return cls(url, unescape(title[1]) if title else url, text, words)

    def score(self, stems: list[str]) -> int:
        """How often the stems occur, 0 where one is missing."""
        counts = [sum(word.startswith(stem) for word in self.words) for stem in stems]
        return sum(counts) if counts and all(counts) else 0

    def snippet(self, stem: str) -> str:
        at = self.text.casefold().find(stem)
        return self.text[max(0, at - 80) : at + 120]


def search_handler(pages: Mapping[str, str]) -> Handler:
    """Searches ``pages`` (HTML by URL); a page of results has ten, ``&p=2`` the next."""
    entries = [Entry.of(url, page) for url, page in pages.items()]

    def handle(request: Request) -> Response:
        if request.path == "/favicon.ico":
            return Response(body=png(HOST), content_type="image/png")
        if request.path == "/":
            return html(_page("", "<p>Введите запрос.</p>"))
        if request.path != "/search":
            return not_found(request)
        query = request.query("q")
        number = int(request.query("p", "1")) if request.query("p", "1").isdigit() else 1
        return html(_page(query, _results(entries, query, max(1, number))))

    return handle


def _results(entries: list[Entry], query: str, number: int) -> str:
    stems = [word[:_STEM] for word in _WORD.findall(query.casefold())]
    scored = [(entry.score(stems), entry) for entry in entries]
    found = [e for score, e in sorted(scored, key=lambda x: (-x[0], x[1].url)) if score]
    if not found:
        return f"<p>По запросу «{escape(query)}» ничего не найдено.</p>"
    shown = found[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    items = "".join(
        f'<li class="result"><h3><a href="{escape(e.url)}">{escape(e.title)}</a></h3>'
        f"<cite>{escape(e.url)}</cite><p>{escape(e.snippet(stems[0]))}…</p></li>\n"
        for e in shown
    )
    more = ""
    if number * PAGE_SIZE < len(found):
        more = f'<a class="next" href="/search?q={quote(query)}&amp;p={number + 1}">Дальше</a>'
    return f'<p class="count">Найдено: {len(found)}</p><ol class="results">{items}</ol>{more}'


def _page(query: str, body: str) -> str:
    return f"""<!DOCTYPE html>
<html lang="ru"><head><meta charset="utf-8"><title>{escape(query) or "Поиск"} — Поиск</title>
<meta name="robots" content="noindex"></head>
<body><form action="/search"><input name="q" value="{escape(query)}"><button>Найти</button></form>
{body}
</body></html>
"""
