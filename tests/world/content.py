"""The world's texts: sites and channels as files, loaded and checked, with the truth about each."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

CONTENT = Path(__file__).resolve().parent / "content"
SKINS = ("plain", "cards", "table", "forum", "landing", "blog")
CAPTCHA_SITE = "captcha-shop"
_OPTIONAL = ("preview", "group", "private", "renamed_from", "took_over")

_REFERENCE = re.compile(r"[({](site|channel):([\w-]+)[)}]")
_HEADING = re.compile(r"\s*# +(.+)")


class ContentError(ValueError):
    """The texts contradict themselves; the message lists every problem."""


class Truth(StrEnum):
    SHOP = "shop"
    INNOCENT = "innocent"
    HOSTILE = "hostile"


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """A site (by slug) or a channel (by name)."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its file name without ending, its title, its Markdown without the title."""

    name: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Site:
    """One site. ``host`` is empty for an onion site; ``formerly`` is a host that redirects here.
    ``scripted`` says that its pages are empty without JavaScript."""

    slug: str
    host: str
    onion: bool
    truth: Truth
    what: str
    lang: str
    skin: str
    substances: tuple[str, ...]
    region: str
    kind: str
    mirror_of: str
    formerly: str
    scripted: bool
    pages: tuple[Page, ...]

    @property
    def title(self) -> str:
        return self.pages[0].title


@dataclass(frozen=True, slots=True)
class Post:
    """One post. ``author`` (a username) and ``author_name`` wrote it, in groups alone."""

    id: int
    hours_ago: float
    text: str
    views: int
    forwarded_from: str = ""
    buttons: tuple[tuple[str, str], ...] = ()
    author: str = ""
    author_name: str = ""


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel, or a public group. ``preview`` says whether it shows itself without an account;
    ``private`` that nobody is let in. ``similar`` are channels that Telegram calls so.

    ``renamed_from`` is the username that it bore once; ``took_over`` says that another channel
    bore its username once.
    """

    name: str
    title: str
    description: str
    numeric_id: int
    truth: Truth
    what: str
    lang: str
    substances: tuple[str, ...]
    region: str
    subscribers: int
    posts: tuple[Post, ...]
    preview: bool = True
    group: bool = False
    private: bool = False
    similar: tuple[str, ...] = ()
    renamed_from: str = ""
    took_over: bool = False

    def readable(self, *, accounts: bool) -> bool:
        """Whether its posts can be read at all, with or without an account."""
        return not self.private and (accounts or self.shows_itself)

    @property
    def shows_itself(self) -> bool:
        """Whether there is a preview of it; groups have none."""
        return self.preview and not (self.group or self.private)


@dataclass(frozen=True, slots=True)
class SeedChoice:
    """The seeds that the author chose: slugs and channel names."""

    sites: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    innocent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Content:
    sites: dict[str, Site]
    channels: dict[str, Channel]
    seeds: SeedChoice

    def origin(self, name: str) -> Channel:
        """The channel that forwards from ``name`` come from: they lead on whatever it is called."""
        renamed = (c for c in self.channels.values() if c.renamed_from == name)
        return next(renamed, None) or self.channels[name]

    def before_renames(self) -> Content:
        """The same world before channels changed their names and others took them over."""
        before = [
            replace(c, name=c.renamed_from, renamed_from=c.name) if c.renamed_from else c
            for c in self.channels.values()
            if not c.took_over
        ]
        return replace(self, channels={channel.name: channel for channel in before})

    def links(self, *, accounts: bool = True) -> dict[Ref, set[Ref]]:
        """Who names whom, as it can be followed. What stands behind a captcha or is written by a
        script counts for nothing; similar channels are told to accounts alone."""
        found: dict[Ref, set[Ref]] = {}
        for site in self.sites.values():
            pages = () if site.slug == CAPTCHA_SITE or site.scripted else site.pages
            refs = {r for page in pages for r in references(page.text)}
            found[Ref("site", site.slug)] = self._present(refs)
        for channel in self.channels.values():
            refs = {r for post in channel.posts for r in references_of(post)}
            refs = self._present(refs | set(references(channel.description)))
            refs |= {
                Ref("channel", self.origin(post.forwarded_from).name)
                for post in channel.posts
                if post.forwarded_from
            }
            if accounts:
                refs |= {Ref("channel", name) for name in channel.similar}
            found[Ref("channel", channel.name)] = refs
        return found

    def _present(self, refs: set[Ref]) -> set[Ref]:
        """Without old names, which nobody bears any more."""
        return {ref for ref in refs if ref.kind == "site" or ref.name in self.channels}

    def reachable(self, start: set[Ref], *, onions: bool = True, accounts: bool = True) -> set[Ref]:
        """All that can be reached from ``start`` by links; without ``onions`` not through them,
        without ``accounts`` not through channels that only those read."""
        links = self.links(accounts=accounts)
        closed = set() if onions else {Ref("site", s.slug) for s in self.sites.values() if s.onion}
        seen: set[Ref] = set()
        waiting = sorted(start - closed)
        while waiting:
            here = waiting.pop()
            if here in seen:
                continue
            seen.add(here)
            if here.kind == "site" or self.channels[here.name].readable(accounts=accounts):
                waiting.extend(links[here] - seen - closed)
        return seen


def references(text: str) -> Iterator[Ref]:
    """The sites and channels that a text links to."""
    for kind, name in _REFERENCE.findall(text):
        yield Ref(kind, name)


def references_of(post: Post) -> Iterator[Ref]:
    """The sites and channels that text and buttons of a post name; where it was forwarded from
    is another matter."""
    yield from references(post.text)
    for _, target in post.buttons:
        yield from references(target)


def load(folder: Path = CONTENT) -> Content:
    """All texts below ``folder``. Raises ContentError where they contradict themselves."""
    sites = [_site(path.parent) for path in sorted(folder.glob("sites/*/site.toml"))]
    channels = [_channel(path) for path in sorted(folder.glob("channels/*.toml"))]
    choice = folder / "sites" / "SEEDS.md"
    seeds = _seeds(choice.read_text(encoding="utf-8")) if choice.exists() else SeedChoice()
    content = Content({s.slug: s for s in sites}, {c.name: c for c in channels}, seeds)
    from tests.world.contradictions import check  # which needs the types of this module

    if problems := list(check(content)):
        raise ContentError("\n".join(problems))
    return content


def _site(folder: Path) -> Site:
    raw = tomllib.loads((folder / "site.toml").read_text(encoding="utf-8"))
    names = sorted(folder.glob("*.md"), key=lambda path: (path.stem != "index", path.stem))
    return Site(
        slug=folder.name,
        host=raw.get("host", ""),
        onion=raw.get("onion", False),
        truth=Truth(raw["truth"]),
        what=raw["what"],
        lang=raw["lang"],
        skin=raw["skin"],
        substances=tuple(raw.get("substances", ())),
        region=raw.get("region", ""),
        kind=raw.get("kind", ""),
        mirror_of=raw.get("mirror_of", ""),
        formerly=raw.get("formerly", ""),
        scripted=raw.get("scripted", False),
        pages=tuple(_page(path) for path in names),
    )


def _page(path: Path) -> Page:
    first, _, rest = path.read_text(encoding="utf-8").partition("\n")
    heading = _HEADING.fullmatch(first)
    if heading is None:
        raise ContentError(f"{path}: the first line must be `# Title`")
    return Page(path.stem, heading[1].strip(), rest.strip())


def _channel(path: Path) -> Channel:
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    return Channel(
        name=raw["name"],
        title=raw["title"],
        description=raw["description"],
        numeric_id=raw["numeric_id"],
        truth=Truth(raw["truth"]),
        what=raw["what"],
        lang=raw["lang"],
        substances=tuple(raw.get("substances", ())),
        region=raw.get("region", ""),
        subscribers=raw["subscribers"],
        posts=tuple(_post(post) for post in raw.get("posts", ())),
        similar=tuple(raw.get("similar", ())),
        **{key: raw[key] for key in _OPTIONAL if key in raw},
    )


def _post(raw: dict[str, Any]) -> Post:
    return Post(
        id=raw["id"],
        hours_ago=float(raw["hours_ago"]),
        text=raw["text"].strip(),
        views=raw.get("views", 0),
        forwarded_from=raw.get("forwarded_from", ""),
        buttons=tuple((label, target) for label, target in raw.get("buttons", ())),
        author=raw.get("author", ""),
        author_name=raw.get("author_name", ""),
    )


def _seeds(text: str) -> SeedChoice:
    found: dict[str, list[str]] = {"Seed sites": [], "Seed channels": [], "Extra innocent": []}
    current: list[str] = []
    for line in text.split("\n## ")[0].splitlines():
        if item := re.fullmatch(r"- ([\w-]+).*", line):
            current.append(item[1])
        for start, names in found.items():
            if line.startswith(start):
                current = names
    sites, channels, innocent = (tuple(names) for names in found.values())
    return SeedChoice(sites, channels, innocent)
