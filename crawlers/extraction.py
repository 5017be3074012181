"""HTML to a document: title, visible text, links.

Read as a stream of events (libxml2's push parser), never as a tree: cost grows with the length
of the page and not with its nesting, and the time limit holds between two chunks.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urljoin

from lxml import etree  # type: ignore[import-untyped]

from crawlers.mirrors.skeleton import Path, Skeleton
from domain.documents import Document, Link

_CHUNK = 16_384
_MOST_TEXT = 500_000
_MOST_TITLE = 1_000
_MOST_EXTRA = 20_000
_LONGEST_HREF = 4_096
_LONGEST_ANCHOR = 300
_UNSEEN = frozenset(
    {"script", "style", "template", "svg", "math", "canvas", "audio", "video", "object"}
    | {"embed", "iframe", "datalist", "map"}
)
_BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "body", "br", "button", "caption", "center"}
    | {"dd", "details", "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure"}
    | {"footer", "form", "frame", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "legend"}
    | {"li", "main", "menu", "nav", "ol", "option", "p", "pre", "section", "select", "summary"}
    | {"table", "tbody", "tfoot", "textarea", "thead", "tr", "ul"}
)
_CELLS = frozenset({"td", "th"})
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_REFRESH = re.compile(r"^\s*[\d.]*\s*[;,]?\s*(?:url\s*=)?\s*['\"]?([^'\"]+)", re.IGNORECASE)
_SPACES = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\s*\n\s*")
_BREAKS = frozenset({"\n", " | "})
_SPOKEN = ("alt", "title", "placeholder", "aria-label")
_DESCRIPTIONS = frozenset({"description", "keywords", "og:title", "og:description"})
_ROOTS = frozenset({"div", "main", "section"})
_ROOT_NAMES = frozenset(
    {"root", "app", "application", "main-app", "app-root", "react-root", "react-app", "vue-app"}
    | {"q-app", "svelte", "sapper", "__next", "__nuxt", "___gatsby", "ember-app", "ng-app", "spa"}
    | {"mount", "page-root", "shop-root", "store"}
)
#: Script elements that hold no program.
_DATA = re.compile(r"\s*application/(?:ld\+)?json", re.IGNORECASE)
#: Custom elements that a script fills, in their shadow tree or beside it.
_CUSTOM_ROOT = re.compile(
    r"(?:app|shop|store|catalog|main|root)-[\w-]+"
    r"|[a-z][\w-]*-(?:app|root|shop|store|catalog|goods)"
)
#: Frames within frames are read so deep.
_MOST_FRAMES_DEEP = 3
_UNTYPED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Page:
    """What a page of HTML holds. ``refresh`` is where it sends the reader by itself, if it does.

    ``scripts`` and ``forms`` count elements, ``passwords`` fields for one; ``cut`` says that a
    limit of time or size ended the reading. ``icon`` is the URL of its icon, if it names one;
    ``paths`` are those of its elements. Of the scripts ``script_files`` are loaded, the others
    have ``script_length`` characters (data in script elements left out); ``empty_root`` says that
    an element that scripts fill has nothing in it. ``left_out`` counts links that were not taken
    in, by reason.
    """

    document: Document
    refresh: str = ""
    scripts: int = 0
    forms: int = 0
    passwords: int = 0
    cut: bool = False
    icon: str = ""
    paths: frozenset[Path] = frozenset()
    script_files: int = 0
    script_length: int = 0
    empty_root: bool = False
    left_out: tuple[tuple[str, int], ...] = ()


def extract(
    html: str,
    url: str,
    *,
    seconds: float = 2.0,
    most_links: int = 5_000,
    monotonic: Callable[[], float] = time.monotonic,
) -> Page:
    """Read ``html``, which was found at ``url``. Never raises for bad markup.

    ``seconds`` bounds the time; what was read until then is kept.
    """
    deadline = monotonic() + seconds
    return _read(html, url, most_links, lambda: monotonic() > deadline)


def _read(html: str, url: str, most_links: int, late: Callable[[], bool], depth: int = 0) -> Page:
    """``depth`` counts the frames around ``html``; ``late`` says that the time is over."""

    def framed(inner: str, base: str) -> Page:
        return _read(inner, base, most_links, late, depth + 1)

    reader = _Reader(url, most_links, framed if depth < _MOST_FRAMES_DEEP else None)
    parser = etree.HTMLParser(target=reader, encoding="utf-8", recover=True)
    cut = False
    data = clean(html).encode()
    for at in range(0, len(data), _CHUNK):
        if reader.full or late():
            cut = True
            break
        parser.feed(data[at : at + _CHUNK])
    if data:
        _close(parser)
    return reader.page(url, cut=cut)


def extract_plain(text: str) -> Page:
    """A page that is no HTML: its first line as title, its text as it stands."""
    text = clean(text)[:_MOST_TEXT].strip()
    title = text.partition("\n")[0].strip()[:100]
    return Page(Document(title=title, text=text))


def clean(text: str) -> str:
    """``text`` without NULs, other control characters and lone surrogates."""
    return _UNTYPED.sub(" ", text)


def _close(parser: etree.HTMLParser) -> None:
    try:
        parser.close()
    except etree.XMLSyntaxError:  # a page of comments alone is "empty"; there is nothing to read
        return


@dataclass(slots=True)
class _Anchor:
    href: str
    parts: list[str] = field(default_factory=list)
    length: int = 0

    def add(self, text: str) -> None:
        if self.length < _LONGEST_ANCHOR:
            self.parts.append(text)
            self.length += len(text)

    def link(self, base: str) -> Link:
        text = " ".join(" ".join(self.parts).split())
        return Link(_joined(base, self.href), text[:_LONGEST_ANCHOR])


def _joined(base: str, href: str) -> str:
    try:
        return urljoin(base, href.strip())
    except ValueError:
        return href.strip()


class _Reader:
    """Target of the parser: gathers text, links and counts from its events."""

    def __init__(
        self, url: str, most_links: int, framed: Callable[[str, str], Page] | None
    ) -> None:
        self._url = url
        self._most_links = most_links
        self._framed = framed
        self._text: list[str] = []
        self._length = 0
        self._title: list[str] = []
        self._extra: list[str] = []
        self._extra_length = 0
        self._base = ""
        self._links: list[_Anchor] = []
        self._anchor: _Anchor | None = None
        self._unseen = 0
        self._in_title = False
        self._head = 0
        self._skeleton = Skeleton()
        self._icon = ""
        self._program = False
        self._root = False
        self.refresh = ""
        self.scripts = self.forms = self.passwords = 0
        self.script_files = self.script_length = 0
        self.left_out: Counter[str] = Counter()
        self.empty_root = False
        self.full = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._skeleton.open(tag, attributes)
        self._root = _is_root(tag, attributes)
        if self._unseen:
            self._unseen += 1
            return
        self._note(tag, attributes)
        if tag == "template" and "shadowrootmode" in attributes:
            self._write("\n")  # a declarative shadow root: browsers show it
            return
        if tag in _UNSEEN or _is_hidden(tag, attributes):
            self._unseen = 1
            return
        if tag == "title":
            self._in_title = not self._title
        elif tag in _BLOCKS:
            self._write("\n")
        elif tag in _CELLS:
            self._write(" | ")

    def end(self, tag: str) -> None:
        self._skeleton.close()
        self.empty_root = self.empty_root or self._root
        self._root = False
        if self._unseen:
            self._unseen -= 1
            self._program = self._program and bool(self._unseen)
            return
        if tag == "a":
            self._anchor = None
        elif tag == "title":
            self._in_title = False
        elif tag in _BLOCKS:
            self._write("\n")

    def data(self, text: str) -> None:
        if self._root and not text.isspace():
            self._root = False
        if self._unseen:
            if self._program:
                self.script_length += len(text)
            return
        if self._in_title:
            self._title.append(text[:_MOST_TITLE])
            return
        if self._anchor is not None:
            self._anchor.add(text)
        self._write(text)

    def comment(self, text: str) -> None:
        """Comments are not visible."""

    def close(self) -> None:
        """Everything stands in the object; ``page`` hands it out."""

    def _write(self, text: str) -> None:
        if text in _BREAKS and self._text and self._text[-1] == text:
            return
        self._text.append(text)
        self._length += len(text)
        if self._length > _MOST_TEXT:
            self.full = True

    def _note(self, tag: str, attributes: dict[str, str]) -> None:
        match tag:
            case "script":
                self._script(attributes)
            case "form":
                self.forms += 1
            case "input":
                self.passwords += attributes.get("type", "").lower() == "password"
                if attributes.get("type", "").lower() in {"submit", "button"}:
                    self._say(attributes.get("value", ""))
            case "a" | "area":
                self._link(attributes.get("href", ""))
            case "frame" | "iframe":
                self._link(attributes.get("src", ""))
                self._anchor = None
                if "srcdoc" in attributes and not _is_hidden(tag, attributes):
                    self._frame(attributes["srcdoc"])
            case "base":
                self._base = self._base or attributes.get("href", "")
            case "link":
                if "icon" in attributes.get("rel", "").lower().split():
                    self._icon = self._icon or attributes.get("href", "")[:_LONGEST_HREF]
            case "meta":
                self._meta(attributes)
        for name in _SPOKEN:
            if name in attributes and tag != "link":
                self._say(attributes[name])

    def _script(self, attributes: dict[str, str]) -> None:
        self.scripts += 1
        if "src" in attributes:
            self.script_files += 1
        else:
            self._program = not _DATA.match(attributes.get("type", ""))

    def _frame(self, markup: str) -> None:
        """Take in a frame whose document stands in the page itself: its text where it stands."""
        if self._framed is None:
            return
        page = self._framed(markup, _joined(self._url, self._base) if self._base else self._url)
        self._write("\n")
        self._write(page.document.text)
        self._write("\n")
        for link in page.document.links[: max(0, self._most_links - len(self._links))]:
            self._links.append(_Anchor(link.url, [link.text], len(link.text)))
        self.scripts += page.scripts
        self.forms += page.forms
        self.passwords += page.passwords
        self.script_files += page.script_files
        self.script_length += page.script_length
        self.empty_root = self.empty_root or page.empty_root

    def _link(self, href: str) -> None:
        self._anchor = None
        if not href.strip():
            return
        if len(href) > _LONGEST_HREF:
            self.left_out["link too long"] += 1
            return
        if len(self._links) >= self._most_links:
            self.left_out["too many links on one page"] += 1
            return
        self._anchor = _Anchor(href)
        self._links.append(self._anchor)

    def _meta(self, attributes: dict[str, str]) -> None:
        content = attributes.get("content", "")
        name = (attributes.get("name") or attributes.get("property") or "").lower()
        if name in _DESCRIPTIONS:
            self._say(content)
        if attributes.get("http-equiv", "").lower() == "refresh" and not self.refresh:
            found = _REFRESH.match(content[:_LONGEST_HREF])
            self.refresh = found[1].strip() if found and "url" in content.lower() else ""

    def _say(self, text: str) -> None:
        text = text.strip()
        if text and self._extra_length < _MOST_EXTRA:
            self._extra.append(text)
            self._extra_length += len(text)

    def page(self, url: str, *, cut: bool) -> Page:
        base = _joined(url, self._base) if self._base else url
        visible = _tidy("".join(self._text))[:_MOST_TEXT]
        spoken = [line for line in dict.fromkeys(map(_tidy, self._extra)) if line]
        document = Document(
            title=" ".join("".join(self._title).split())[:_MOST_TITLE],
            text="\n".join((visible, *spoken)).strip(),
            links=tuple(anchor.link(base) for anchor in self._links),
        )
        refresh = _joined(base, self.refresh) if self.refresh else ""
        icon = _joined(base, self._icon) if self._icon else ""
        return Page(
            document,
            refresh,
            scripts=self.scripts,
            forms=self.forms,
            passwords=self.passwords,
            cut=cut,
            icon=icon,
            paths=self._skeleton.paths,
            script_files=self.script_files,
            script_length=self.script_length,
            empty_root=self.empty_root,
            left_out=tuple(self.left_out.items()),
        )


def _is_root(tag: str, attributes: dict[str, str]) -> bool:
    """Whether scripts are likely to build a page's content inside this element."""
    if _CUSTOM_ROOT.fullmatch(tag):
        return True
    return tag in _ROOTS and attributes.get("id", "").lower() in _ROOT_NAMES


def _is_hidden(tag: str, attributes: dict[str, str]) -> bool:
    if "hidden" in attributes or (tag == "input" and attributes.get("type") == "hidden"):
        return True
    style = attributes.get("style")
    return bool(style and _HIDDEN_STYLE.search(style))


def _tidy(text: str) -> str:
    """One space between words, one break between lines, no cell marks around empty cells."""
    lines = _BLANK_LINES.sub("\n", _SPACES.sub(" ", text)).split("\n")
    return "\n".join(tidied for line in lines if (tidied := _row(line)))


def _row(line: str) -> str:
    if "|" not in line:
        return line.strip()
    cells = [cell.strip(" |") for cell in line.split(" | ")]
    return " | ".join(cell for cell in cells if cell)
