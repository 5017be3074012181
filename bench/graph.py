"""A generated web: a few shops behind many ordinary sites, told apart by their pages alone.

Host names, paths and anchor texts of shop pages and ordinary pages are drawn from one vocabulary,
so that neither says anything. The texts are paragraphs of the sample world, which no model was
trained on.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from html import escape
from itertools import product

from tests.world.content import Content, Truth, load

_SYLLABLES = ("ba", "ke", "lo", "mi", "nu", "ra", "se", "ti", "vo", "za", "do", "fe", "gu", "pi")
_WORDS = [a + b + c for a, b, c in product(_SYLLABLES, repeat=3)]
_PARAGRAPHS = (3, 7)
_SHOP_PAGES_SHARE = 0.75  # of a shop's pages: the rest are terms, delivery and the like


@dataclass
class GraphPage:
    """One page: where it is, whether it sells, its text and its links (URL and anchor)."""

    url: str
    sells: bool
    title: str
    paragraphs: list[str]
    links: list[tuple[str, str]] = field(default_factory=list)

    def html(self) -> str:
        """The page as HTML, in a plain template."""
        body = "".join(f"<p>{escape(text)}</p>\n" for text in self.paragraphs)
        menu = "".join(
            f'<li><a href="{escape(url)}">{escape(anchor)}</a></li>\n' for url, anchor in self.links
        )
        return (
            "<!DOCTYPE html>\n<html><head><meta charset=utf-8>"
            f"<title>{escape(self.title)}</title>"
            "<link rel=stylesheet href=/style.css></head>\n<body><div class=page>"
            f"<h1>{escape(self.title)}</h1>\n<div class=text>{body}</div>\n"
            f"<nav><ul>{menu}</ul></nav></div></body></html>\n"
        )


@dataclass(frozen=True)
class Graph:
    """All pages by URL; ``root`` is where a crawl begins."""

    root: str
    pages: dict[str, GraphPage]


def make_graph(
    seed: int, *, pages: int = 20_000, per_host: int = 50, share: float = 0.05, port: int = 0
) -> Graph:
    """A graph of ``pages`` pages, a ``share`` of which sells, behind ordinary ones.

    Every host is a tree with a menu. Ordinary hosts link each other at random. A shop is linked
    by other shops and from inner pages of two ordinary hosts; the root's host is ordinary.
    """
    rng = random.Random(seed)
    texts = Texts(load(), rng)
    suffix = f":{port}" if port else ""
    hosts = [f"http://{name}.test{suffix}" for name in rng.sample(_WORDS, pages // per_host)]
    wanted = round(pages * share)
    shops = hosts[1 : 1 + -(-wanted // round(per_host * _SHOP_PAGES_SHARE))]
    ordinary = [hosts[0], *hosts[1 + len(shops) :]]
    found: dict[str, GraphPage] = {}
    by_host: dict[str, list[GraphPage]] = {}
    for host in hosts:
        by_host[host] = _host(host, per_host, texts, rng, found)
    _mark_shops([by_host[host] for host in shops], wanted, texts, rng)
    _link_across(by_host, ordinary, shops, rng)
    return Graph(f"{hosts[0]}/", found)


class Texts:
    """Paragraphs of the sample world's selling and innocent pages."""

    def __init__(self, content: Content, rng: random.Random) -> None:
        self._rng = rng
        self._selling: list[str] = []
        self._innocent: list[str] = []
        for site in content.sites.values():
            lists = {Truth.SHOP: self._selling, Truth.INNOCENT: self._innocent}
            if site.truth in lists:
                for page in site.pages:
                    lists[site.truth].extend(_paragraphs(page.text))

    def draw(self, *, selling: bool) -> list[str]:
        return self._rng.choices(
            self._selling if selling else self._innocent, k=self._rng.randint(*_PARAGRAPHS)
        )


def _paragraphs(text: str) -> list[str]:
    """Paragraphs of a page's source, links and headings left out."""
    parts = [" ".join(part.split()) for part in text.split("\n\n")]
    return [part for part in parts if len(part) > 40 and "{{" not in part and "](" not in part]


def _host(
    host: str, size: int, texts: Texts, rng: random.Random, found: dict[str, GraphPage]
) -> list[GraphPage]:
    """A tree of pages under a front page, each with a link up and a few sideways."""
    paths = [f"{a}/{b}" for a, b in zip(*(rng.sample(_WORDS, size) for _ in range(2)), strict=True)]
    pages = []
    for number in range(size):
        url = f"{host}/" if number == 0 else f"{host}/{paths[number]}"
        page = GraphPage(url, False, _anchor(rng), texts.draw(selling=False))
        pages.append(page)
        found[url] = page
    for number, page in enumerate(pages):
        children = pages[number * 3 + 1 : number * 3 + 4]
        for other in (*children, pages[(number - 1) // 3], *rng.sample(pages, 2)):
            page.links.append((other.url, _anchor(rng)))
    return pages


def _anchor(rng: random.Random) -> str:
    return " ".join(rng.choices(_WORDS, k=2))


def _mark_shops(
    shops: list[list[GraphPage]], wanted: int, texts: Texts, rng: random.Random
) -> None:
    left = wanted
    for number, pages in enumerate(shops):
        mine = min(left, -(-left // (len(shops) - number)))
        for page in [pages[0], *rng.sample(pages[1:], mine - 1)]:
            page.sells = True
            page.paragraphs = texts.draw(selling=True)
        left -= mine


def _link_across(
    by_host: dict[str, list[GraphPage]], ordinary: list[str], shops: list[str], rng: random.Random
) -> None:
    for number, host in enumerate(ordinary):
        for other in (*rng.sample(ordinary, 3), ordinary[(number + 1) % len(ordinary)]):
            page = rng.choice(by_host[host])
            page.links.append((by_host[other][0].url, _anchor(rng)))
    for shop in shops:
        front = by_host[shop][0].url
        for host in rng.sample(ordinary, 2):
            page = rng.choice(by_host[host][13:])  # two links away from the front page or more
            page.links.append((front, _anchor(rng)))
        for other in rng.sample(shops, min(2, len(shops))):
            page = rng.choice([page for page in by_host[other] if page.sells])
            page.links.append((front, _anchor(rng)))
        page = rng.choice(by_host[shop])
        page.links.append((by_host[rng.choice(ordinary)][0].url, _anchor(rng)))
