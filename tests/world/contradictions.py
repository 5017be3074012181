"""What the world's texts say wrongly: links to nowhere, names given twice."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.world.content import SKINS, Channel, Content, Ref, Site, references, references_of

_PAGE_LINK = re.compile(r"\]\(([\w-]+)\.md\)")


def check(content: Content) -> Iterator[str]:
    """What is wrong with the texts, a line each."""
    known = {Ref("site", s) for s in content.sites} | {Ref("channel", c) for c in content.channels}
    known |= {Ref("channel", c.renamed_from) for c in content.channels.values() if c.renamed_from}
    for here, there in _named(content):
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
        yield from _check_channel(channel)


def _named(content: Content) -> Iterator[tuple[Ref, set[Ref]]]:
    """Every name that the texts give, whether anybody bears it or not."""
    for site in content.sites.values():
        yield Ref("site", site.slug), {r for page in site.pages for r in references(page.text)}
    for channel in content.channels.values():
        refs = {ref for post in channel.posts for ref in references_of(post)}
        names = [post.forwarded_from for post in channel.posts if post.forwarded_from]
        refs |= {Ref("channel", name) for name in (*names, *channel.similar)}
        yield Ref("channel", channel.name), refs | set(references(channel.description))


def _check_channel(channel: Channel) -> Iterator[str]:
    ids = [post.id for post in channel.posts]
    if ids != sorted(set(ids)):
        yield f"channel:{channel.name}: post ids do not rise"
    if not channel.group and any(post.author or post.author_name for post in channel.posts):
        yield f"channel:{channel.name}: posts have authors in groups alone"


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
