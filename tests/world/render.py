"""A site's pages as finished HTML, by path."""

from __future__ import annotations

from html import escape

from tests.world.addresses import Addresses, path_of, skin_of
from tests.world.content import Content, Page, Site, references
from tests.world.markup import Markup, plain_title
from tests.world.pages import template

_WORDS = {
    "ru": ("Главная", "Меню", "Все права защищены", "Наверх", "Мы в Telegram"),
    "kk": ("Басты бет", "Мәзір", "Барлық құқықтар қорғалған", "Жоғары", "Telegram"),
    "en": ("Home", "Menu", "All rights reserved", "Back to top", "Telegram"),
}


def render_site(site: Site, content: Content, addresses: Addresses) -> dict[str, str]:
    """Path and query of each page, with its HTML."""
    skin = skin_of(site, content)
    markup = Markup(addresses, skin, onion=site.onion)
    return {
        path_of(page.name, skin): _page(page, site, skin, markup, addresses) for page in site.pages
    }


def _page(page: Page, site: Site, skin: str, markup: Markup, addresses: Addresses) -> str:
    home, menu, rights, top, telegram = _WORDS.get(site.lang, _WORDS["ru"])
    blocks = markup.blocks(page.text)
    return template(skin).substitute(
        lang=site.lang if site.lang in _WORDS else "ru",
        host=addresses.hosts[site.slug],
        canonical=addresses.site_url(site.slug).rstrip("/") + escape(path_of(page.name, skin)),
        site=plain_title(site.title),
        title=plain_title(page.title),
        description=plain_title(page.title)[:150],
        nav=_nav(site, skin, page.name),
        crumbs=_crumbs(site, skin, page, home),
        body=_forum(blocks) if skin == "forum" else "".join(blocks),
        menu=menu,
        rights=rights,
        top=top,
        contact=_contact(site, telegram),
    )


def _nav(site: Site, skin: str, current: str) -> str:
    return "\n".join(
        f"<li{' class=active' if page.name == current else ''}>"
        f'<a href="{escape(path_of(page.name, skin))}">{plain_title(page.title)}</a></li>'
        for page in site.pages
    )


def _crumbs(site: Site, skin: str, page: Page, home: str) -> str:
    if page.name == "index":
        return f"<span>{home}</span>"
    return f'<a href="/">{home}</a> &rsaquo; <span>{plain_title(page.title)}</span>'


def _forum(blocks: list[str]) -> str:
    return "".join(
        f'<div class="post" id="p{number}"><a class="num" href="#p{number}">#{number}</a>'
        f'<div class="content">{block}</div></div>\n'
        for number, block in enumerate(blocks, 1)
    )


def _contact(site: Site, label: str) -> str:
    """The site's own channel (told by its first word) as footers name it: text, no link."""
    own = site.slug.partition("-")[0]
    for page in site.pages:
        for ref in references(page.text):
            if ref.kind == "channel" and ref.name.partition("_")[0] == own:
                return f"{label}: @{ref.name}"
    return ""
