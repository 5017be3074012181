"""The icon of a site, asked for once a night: hashed in memory, never stored.

It is the one body that is not text and is read at all. The request is queued, counted and
journalled like any other; its capture has an outcome and the digest, and no bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urljoin, urlsplit

from cases import icons
from crawlers.entries import NewEntry
from crawlers.fetches import ICON
from crawlers.reading import Reading
from crawlers.sites import Site
from domain.candidates import Why
from domain.errors import KeyFormatError
from domain.targets import canonical_url

ELSEWHERE = "icon on another host"
#: After a site's first page and before the pages that it links to.
_PRIORITY = 4.0


def entry(site: Site, reading: Reading) -> NewEntry | str | None:
    """The icon of ``site`` as an entry, from its first page that could be read.

    The reason where it is not asked for; None where there is nothing to ask for, or it was. It
    counts as one of the site's pages. A search engine's says nothing.
    """
    job = reading.fetch.job
    if site.icon_asked or site.single or site.why is Why.SEARCH or reading.document is None:
        return None
    site.icon_asked = True
    try:
        url = canonical_url(urljoin(job.url, reading.icon or "/favicon.ico"))
    except (KeyFormatError, ValueError):
        return "icon without an address"
    if urlsplit(url).netloc != urlsplit(job.url).netloc:
        return ELSEWHERE
    return NewEntry(job.site, url, ICON, _PRIORITY, hops=job.hops, parent=job.entry)


def commit(readings: Iterable[Reading]) -> None:
    """Note the icons that came, in the transaction that stores their captures."""
    for reading in readings:
        if reading.icon_digest:
            fetch = reading.fetch
            icons.note(fetch.job.site_id, reading.icon_digest, len(fetch.body), fetch.fetched_at)
