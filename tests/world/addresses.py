"""Where everything in the world is: URLs of sites, pages and channels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.world.content import Content, Site
from tests.world.tor.onionkeys import OnionKey

TELEGRAM_LINK = "https://t.me/"

#: How each skin names its inner pages; ``{}`` is the page's file name.
_PATHS = {
    "plain": "/{}.html",
    "cards": "/{}/",
    "table": "/{}.php",
    "forum": "/viewtopic.php?t={}",
    "landing": "/{}",
    "blog": "/posts/{}/",
}


def skin_of(site: Site, content: Content) -> str:
    """The skin that ``site`` is shown in: never that of the site which it mirrors."""
    if not site.mirror_of or content.sites[site.mirror_of].skin != site.skin:
        return site.skin
    names = list(_PATHS)
    return names[(names.index(site.skin) + 2) % len(names)]


def path_of(page: str, skin: str) -> str:
    """Path and query of a site's page."""
    return "/" if page == "index" else _PATHS[skin].format(page)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Host names of all sites, by slug."""

    hosts: Mapping[str, str]

    def site_url(self, slug: str) -> str:
        return f"http://{self.hosts[slug]}/"

    def channel_url(self, name: str) -> str:
        """As real pages write it; nothing in the world answers there but ``telegram.test``."""
        return TELEGRAM_LINK + name


def addresses_of(content: Content) -> Addresses:
    """The addresses of all sites. Onion addresses follow from the slug, so they never change."""
    return Addresses(
        {
            site.slug: OnionKey.for_slug(site.slug).address if site.onion else site.host
            for site in content.sites.values()
        }
    )
