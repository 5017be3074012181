"""Markdown to HTML as a skin shows it: links made real, tables laid out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from tests.world.addresses import Addresses, path_of

#: Skins that write channels as text instead of linking them, as many real pages do.
_CHANNELS_AS_TEXT = frozenset({"plain", "forum"})
_MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_RENDERER = RendererHTML()


class Markup:
    """Renders the pages of one site. ``onion`` says whether the site itself is an onion site."""

    def __init__(self, addresses: Addresses, skin: str, *, onion: bool) -> None:
        self._addresses = addresses
        self._skin = skin
        self._onion = onion

    def blocks(self, text: str) -> list[str]:
        """The HTML of each top-level block of a Markdown text."""
        return [self._block(tokens) for tokens in _top_level(_MARKDOWN.parse(text))]

    def _block(self, tokens: list[Token]) -> str:
        for token in tokens:
            if token.children:
                token.children = list(self._links(token.children))
        if tokens[0].type == "table_open" and self._skin in {"cards", "landing"}:
            return self._laid_out(*_cells(tokens))
        return _RENDERER.render(tokens, _MARKDOWN.options, {})

    def _links(self, tokens: Sequence[Token]) -> Iterator[Token]:
        as_text = ""
        for token in tokens:
            if token.type == "link_open":
                href, as_text = self._target(str(token.attrs["href"]))
                token.attrs["href"] = href
            if token.type == "link_close" and as_text:
                yield Token("text", "", 0, content=f" ({as_text})")
            elif not (token.type == "link_open" and as_text):
                yield token

    def _target(self, href: str) -> tuple[str, str]:
        """The real link; beside it what stands in the text where the page does not link."""
        kind, colon, name = href.partition(":")
        if href.endswith(".md"):
            return path_of(href.removesuffix(".md"), self._skin), ""
        if kind == "channel" and colon:
            url = self._addresses.channel_url(name)
            as_text = url.removeprefix("https://") if self._skin in _CHANNELS_AS_TEXT else ""
            return url, as_text
        if kind == "site" and colon:
            host = self._addresses.hosts[name]
            # A clearnet page gives onion addresses to copy: its visitors' browser has no Tor.
            return f"http://{host}/", host if host.endswith(".onion") and not self._onion else ""
        return href, ""

    def _laid_out(self, names: list[str], rows: list[list[str]]) -> str:
        if self._skin == "landing":
            items = "".join(f"<li>{' — '.join(c for c in row if c)}</li>" for row in rows)
            return f'<ul class="offers">{items}</ul>\n'
        cards = "".join(_card(names, row, number) for number, row in enumerate(rows, 1))
        return f'<div class="grid">\n{cards}</div>\n'


def _card(names: list[str], row: list[str], number: int) -> str:
    first, *others = row
    fields = "".join(
        f'<div class="f"><span class="l">{name}</span> <span class="v">{value}</span></div>'
        for name, value in zip(names[1:], others, strict=False)
        if value
    )
    return (
        f'<div class="card" data-id="{number}"><img src="/img/{number}.png" alt="" loading="lazy">'
        f"<h3>{first}</h3>{fields}</div>\n"
    )


def _top_level(tokens: list[Token]) -> Iterator[list[Token]]:
    block: list[Token] = []
    depth = 0
    for token in tokens:
        block.append(token)
        depth += token.nesting
        if depth == 0:
            yield block
            block = []


def _cells(tokens: list[Token]) -> tuple[list[str], list[list[str]]]:
    """A table's heading and rows, each cell as HTML."""
    rows: list[list[str]] = []
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(_RENDERER.renderInline(token.children or [], _MARKDOWN.options, {}))
    return rows[0], rows[1:]


def plain_title(text: str) -> str:
    """A title for ``<title>``: Markdown marks gone, HTML escaped."""
    return escape(text.replace("**", "").replace("*", ""))
