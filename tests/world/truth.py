"""What is true of the world: every target in it, what it is, and what a night should make of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from domain.targets import TargetKey, site_key, telegram_key
from tests.world.addresses import Addresses
from tests.world.content import CAPTCHA_SITE, Channel, Content, Ref, Site, Truth
from tests.world.hostile.catalogue import DOCUMENTS, Hostile
from tests.world.scriptapp import browser_available

CAPTCHA, EMPTY = "captcha", "empty"


@dataclass(frozen=True, slots=True)
class Fact:
    """One target. ``username`` is a channel's, empty for sites; ``ref`` is None for hostiles.

    ``findable`` says that a night over the world's seeds must queue it: a shop or selling
    channel that can be reached and whose pages can be read. ``expect`` is what a seed of it says.
    ``moves_to`` is where an old address redirects to; a seed names the old one.
    """

    key: TargetKey
    slug: str
    truth: Truth
    what: str
    url: str
    ref: Ref | None = None
    username: str = ""
    lang: str = ""
    substances: tuple[str, ...] = ()
    region: str = ""
    kind: str = ""
    mirror_of: str = ""
    findable: bool = False
    expect: str = DOCUMENTS
    moves_to: TargetKey | None = None


def facts(
    content: Content,
    addresses: Addresses,
    hostiles: Iterable[Hostile],
    preview_base: str,
    *,
    onions: bool,
    accounts: bool = False,
) -> list[Fact]:
    """All facts; without ``onions`` no onion site is part of the world, without ``accounts``
    nobody reads channels that have no preview."""
    start = seed_refs(content, onions=onions)
    reached = content.reachable(start, onions=onions, accounts=accounts)
    found = [
        _site_fact(site, addresses, Ref("site", site.slug) in reached)
        for site in content.sites.values()
        if onions or not site.onion
    ]
    found += [_old_fact(site, addresses) for site in content.sites.values() if site.formerly]
    for channel in content.channels.values():
        readable = channel.readable(accounts=accounts)
        findable = readable and Ref("channel", channel.name) in reached
        found.append(_channel_fact(channel, preview_base, findable))
    return [*found, *(_hostile_fact(hostile) for hostile in hostiles if "*" not in hostile.host)]


def seed_refs(content: Content, *, onions: bool) -> set[Ref]:
    """The author's seeds; without ``onions`` also whatever could then not be reached."""
    chosen = {Ref("site", slug) for slug in content.seeds.sites}
    chosen |= {Ref("channel", name) for name in content.seeds.channels}
    if onions:
        return chosen
    chosen -= {Ref("site", site.slug) for site in content.sites.values() if site.onion}
    reached = content.reachable(chosen, onions=False)
    return chosen | (set(_wanted(content)) - reached)


def _wanted(content: Content) -> Iterator[Ref]:
    """The clearnet sites and channels that sell and can be read with an account or without."""
    for site in content.sites.values():
        if site.truth is Truth.SHOP and not site.onion and site.slug != CAPTCHA_SITE:
            yield Ref("site", site.slug)
    for channel in content.channels.values():
        if channel.truth is Truth.SHOP and not channel.private:
            yield Ref("channel", channel.name)


def _site_fact(site: Site, addresses: Addresses, reached: bool) -> Fact:
    url = addresses.site_url(site.slug)
    hidden = site.slug == CAPTCHA_SITE
    blank = site.scripted and not browser_available()
    return Fact(
        key=site_key(url),
        slug=site.slug,
        truth=site.truth,
        what=site.what,
        url=url,
        ref=Ref("site", site.slug),
        lang=site.lang,
        substances=site.substances,
        region=site.region,
        kind=site.kind,
        mirror_of=site.mirror_of,
        findable=site.truth is Truth.SHOP and reached and not hidden and not blank,
        expect=CAPTCHA if hidden else EMPTY if blank else DOCUMENTS,
    )


def _old_fact(site: Site, addresses: Addresses) -> Fact:
    url = f"http://{site.formerly}/"
    return Fact(
        key=site_key(url),
        slug=f"{site.slug}-old",
        truth=site.truth,
        what=f"old address of {site.slug}",
        url=url,
        ref=Ref("site", site.slug),
        moves_to=site_key(addresses.site_url(site.slug)),
    )


def _channel_fact(channel: Channel, preview_base: str, reached: bool) -> Fact:
    return Fact(
        key=telegram_key(numeric_id=channel.numeric_id),
        slug=channel.name,
        truth=channel.truth,
        what=channel.what,
        url=preview_base + channel.name,
        ref=Ref("channel", channel.name),
        username=channel.name,
        lang=channel.lang,
        substances=channel.substances,
        region=channel.region,
        findable=channel.truth is Truth.SHOP and reached,
    )


def _hostile_fact(hostile: Hostile) -> Fact:
    url = f"http://{hostile.host}/"
    return Fact(
        key=site_key(url),
        slug=hostile.slug,
        truth=hostile.truth,
        what=hostile.what,
        url=url,
        expect=hostile.expect,
    )
