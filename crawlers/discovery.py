"""What a page leads to: pages of the same site, other sites, Telegram channels."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from crawlers.extraction import Page
from crawlers.platforms import Platforms
from crawlers.results import behind
from crawlers.urls import NotFollowed, absolute, followable, placed
from domain.candidates import Candidate, Why
from domain.documents import Link
from domain.errors import KeyFormatError
from domain.names_in_text import broken_onions_in, undisguised, urls_in
from domain.targets import (
    TargetKey,
    TargetKind,
    host_of,
    is_telegram_link,
    site_key,
    telegram_key,
)
from net.addresses import refusal
from net.resolving import literal_address

_TELEGRAM_IN_TEXT = re.compile(
    r"(?<![\w.])(?:t|telegram)\.me/(?:s/)?([a-z]\w{3,31})\b", re.IGNORECASE
)
_HANDLE = re.compile(r"(?<![\w.@/])@([A-Za-z]\w{4,31})\b", re.ASCII)
_TEXT_READ = 200_000
_MOST_MENTIONS = 100

_LINKED_SITE, _LINKED_ONION, _MENTIONED, _LINKED_CHANNEL, _HANDLE_ONLY = 0.5, 0.7, 0.4, 0.5, 0.3


@dataclass(frozen=True, slots=True)
class FoundPage:
    """A page of the same site: canonical URL, and the text of the link to it."""

    url: str
    anchor: str = ""


@dataclass(slots=True)
class Findings:
    """What was found on one page, each target once, and what was left out by reason."""

    pages: list[FoundPage] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)


def discover(
    page: Page,
    url: str,
    site: TargetKey,
    platforms: Platforms,
    *,
    why: Why = Why.LINK,
    most_links: int = 1_000,
) -> Findings:
    """What ``page``, fetched from ``url``, leads to.

    ``site`` is the target that the page belongs to and becomes the candidates' parent. Sites
    that are linked get ``why``; what is only named in the text is a mention.
    """
    finder = _Finder(url, site, platforms, why)
    finder.found.dropped.update(dict(page.left_out))
    for number, link in enumerate(_links(page)):
        if number >= most_links:
            finder.found.dropped["too many links on one page"] += 1
            continue
        finder.link(link)
    finder.text(f"{page.document.title}\n{page.document.text[:_TEXT_READ]}")
    return finder.found


def _links(page: Page) -> Iterator[Link]:
    if page.refresh:
        yield Link(page.refresh, "")
    yield from page.document.links


def outside(url: str, platforms: Platforms) -> TargetKey:
    """The site of a canonical ``url`` on another host. Raises NotFollowed where none may be."""
    host = host_of(url)
    address = literal_address(host)
    if address is not None and refusal(address):
        raise NotFollowed("address refused")
    if address is None and "." not in host:
        raise NotFollowed("no public name")
    if host in platforms:
        raise NotFollowed("platform")
    return site_key(url)


class _Finder:
    def __init__(self, url: str, site: TargetKey, platforms: Platforms, why: Why) -> None:
        self._url = url
        self._site = site
        self._platforms = platforms
        self._why = why
        self._named = Why.SEARCH if why is Why.SEARCH else Why.MENTION
        self._own = site_key(url)
        self._seen_urls: set[str] = set()
        self._seen: set[TargetKey] = {site, self._own}
        self.found = Findings()

    def link(self, link: Link) -> None:
        try:
            if link.url.lower().lstrip().startswith("tg:"):
                self._telegram(_tg_name(link.url), _LINKED_CHANNEL)
                return
            address = absolute(self._url, link.url)
            if is_telegram_link(address):
                self._telegram(address, _LINKED_CHANNEL)
                return
            place = placed(address)
            if place.site is None:
                raise NotFollowed(place.reason)
            if place.url in self._seen_urls:
                return
            self._seen_urls.add(place.url)
            if self._through(place.url, place.site, link.text):
                return
            if place.site == self._own:
                self.found.pages.append(FoundPage(place.url, link.text))
            else:
                self._other(place.url, self._why, link.text)
        except (NotFollowed, ValueError) as error:
            reason = error.reason if isinstance(error, NotFollowed) else "broken link"
            self.found.dropped[reason] += 1

    def _through(self, url: str, site: TargetKey, note: str) -> bool:
        """Take in what a result page links through the engine (``/redirect?url=http://…``) or
        another host of it (``r.engine.test/?u=…``). Returns whether that is such a link."""
        if self._why is not Why.SEARCH or not _related(site.value, self._own.value):
            return False
        addresses = list(behind(url))
        for address in addresses:
            self._other(followable(address), Why.SEARCH, note)
        return bool(addresses)

    def text(self, text: str) -> None:
        """Take in what is named in the text without being linked."""
        text = undisguised(text)
        if broken := len(broken_onions_in(text)):
            self.found.dropped["onion address with a wrong checksum"] += broken
        named = [url for url in dict.fromkeys(urls_in(text)) if not is_telegram_link(url)]
        for url in self._bounded(named):
            try:
                canonical = followable(url)
                if canonical not in self._seen_urls:
                    self._seen_urls.add(canonical)
                    self._other(canonical, self._named, "named in the text")
            except NotFollowed as error:
                self.found.dropped[error.reason] += 1
        names = [*_TELEGRAM_IN_TEXT.findall(text), *_HANDLE.findall(text)]
        for name in self._bounded([*dict.fromkeys(names)]):
            self._telegram(f"@{name}", _HANDLE_ONLY)

    def _bounded(self, names: list[str]) -> list[str]:
        if (beyond := len(names) - _MOST_MENTIONS) > 0:
            self.found.dropped["too many names on one page"] += beyond
        return names[:_MOST_MENTIONS]

    def _other(self, url: str, why: Why, note: str) -> None:
        target = outside(url, self._platforms)
        if target in self._seen:
            return
        self._seen.add(target)
        priority = _MENTIONED if why is Why.MENTION else _LINKED_SITE
        if target.kind is TargetKind.ONION:
            priority = _LINKED_ONION
        self.found.candidates.append(
            Candidate(target, why, url=url, parent=self._site, priority=priority, note=note[:200])
        )

    def _telegram(self, name: str, priority: float) -> None:
        try:
            target = telegram_key(name)
        except KeyFormatError:
            self.found.dropped["Telegram link without a channel"] += 1
            return
        if target not in self._seen:
            self._seen.add(target)
            self.found.candidates.append(
                Candidate(target, Why.MENTION, url=self._url, parent=self._site, priority=priority)
            )


def _related(one: str, other: str) -> bool:
    """Whether two hosts stand below each other or below the same name of two labels or more."""
    mine, theirs = one.split("."), other.split(".")
    return mine[-2:] == theirs[-2:] if min(len(mine), len(theirs)) > 1 else False


def _tg_name(url: str) -> str:
    try:
        return parse_qs(urlsplit(url).query).get("domain", [""])[0]
    except ValueError:
        return ""
