"""The world's texts: sites and channels as files, loaded and checked, with the truth about each."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

CONTENT = Path(__file__).resolve().parent / "content"
SKINS = ("plain", "cards", "table", "forum", "landing", "blog")
CAPTCHA_SITE = "captcha-shop"

_REFERENCE = re.compile(r"[({](site|channel):([\w-]+)[)}]")
_PAGE_LINK = re.compile(r"\]\(([\w-]+)\.md\)")
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
    id: int
    hours_ago: float
    text: str
    views: int
    forwarded_from: str = ""
    buttons: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Channel:
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

    def links(self) -> dict[Ref, set[Ref]]:
        """Who names whom. What stands behind a captcha or is written by a script counts for
        nothing."""
        found: dict[Ref, set[Ref]] = {}
        for site in self.sites.values():
            pages = () if site.slug == CAPTCHA_SITE or site.scripted else site.pages
            found[Ref("site", site.slug)] = {r for page in pages for r in references(page.text)}
        for channel in self.channels.values():
            refs = {r for post in channel.posts for r in _post_references(post)}
            found[Ref("channel", channel.name)] = refs | set(references(channel.description))
        return found

    def reachable(self, start: set[Ref], *, onions: bool = True) -> set[Ref]:
        """All that can be reached from ``start`` by links; without ``onions`` not through them."""
        links = self.links()
        closed = set() if onions else {Ref("site", s.slug) for s in self.sites.values() if s.onion}
        seen: set[Ref] = set()
        waiting = sorted(start - closed)
        while waiting:
            here = waiting.pop()
            if here not in seen:
                seen.add(here)
                waiting.extend(links[here] - seen - closed)
        return seen


def references(text: str) -> Iterator[Ref]:
    """The sites and channels that a text links to."""
    for kind, name in _REFERENCE.findall(text):
        yield Ref(kind, name)


def _post_references(post: Post) -> Iterator[Ref]:
    yield from references(post.text)
    for _, target in post.buttons:
        yield from references(target)
    if post.forwarded_from:
        yield Ref("channel", post.forwarded_from)


def load(folder: Path = CONTENT) -> Content:
    """All texts below ``folder``. Raises ContentError where they contradict themselves."""
    sites = [_site(path.parent) for path in sorted(folder.glob("sites/*/site.toml"))]
    channels = [_channel(path) for path in sorted(folder.glob("channels/*.toml"))]
    choice = folder / "sites" / "SEEDS.md"
    seeds = _seeds(choice.read_text(encoding="utf-8")) if choice.exists() else SeedChoice()
    content = Content({s.slug: s for s in sites}, {c.name: c for c in channels}, seeds)
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
    )


def _post(raw: dict[str, Any]) -> Post:
    return Post(
        id=raw["id"],
        hours_ago=float(raw["hours_ago"]),
        text=raw["text"].strip(),
        views=raw.get("views", 0),
        forwarded_from=raw.get("forwarded_from", ""),
        buttons=tuple((label, target) for label, target in raw.get("buttons", ())),
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


def check(content: Content) -> Iterator[str]:
    """What is wrong with the texts, a line each."""
    known = {Ref("site", s) for s in content.sites} | {Ref("channel", c) for c in content.channels}
    for here, there in content.links().items():
        for ref in sorted(there - known):
            yield f"{here}: links to {ref}, which does not exist"
    for site in content.sites.values():
        yield from _check_site(site, content)
    for slug in (*content.seeds.sites, *content.seeds.innocent):
        if slug not in content.sites:
            yield f"seeds: no site {slug}"
    for name in content.seeds.channels:
        if name not in content.channels:
            yield f"seeds: no channel {name}"
    hosts = [h for site in content.sites.values() for h in (site.host, site.formerly) if h]
    numbers = [channel.numeric_id for channel in content.channels.values()]
    yield from (f"two sites on {host}" for host in sorted(set(hosts)) if hosts.count(host) > 1)
    yield from (f"two channels {n}" for n in sorted(set(numbers)) if numbers.count(n) > 1)
    for channel in content.channels.values():
        ids = [post.id for post in channel.posts]
        if ids != sorted(set(ids)):
            yield f"channel:{channel.name}: post ids do not rise"


def _check_site(site: Site, content: Content) -> Iterator[str]:
    names = [page.name for page in site.pages]
    if "index" not in names:
        yield f"site:{site.slug}: no index.md"
    if bool(site.host) == site.onion:
        yield f"site:{site.slug}: needs a host, or onion = true, and not both"
    if site.host and not site.host.endswith((".test", ".example")):
        yield f"site:{site.slug}: host {site.host} is not below .test or .example"
    if site.skin not in SKINS:
        yield f"site:{site.slug}: no skin {site.skin}"
    if site.mirror_of and site.mirror_of not in content.sites:
        yield f"site:{site.slug}: mirror of {site.mirror_of}, which does not exist"
    for page in site.pages:
        for name in _PAGE_LINK.findall(page.text):
            if name not in names:
                yield f"site:{site.slug}: {page.name}.md links to {name}.md, which does not exist"
