"""What bounds a crawl. Plain values, so that tests and entry points can choose their own."""

from __future__ import annotations

from dataclasses import dataclass, replace

from domain.errors import InputError


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one crawl; bytes are counted before and after decompression.

    ``discovered_pages`` is the page budget of a site that was found on the way,
    ``urls_per_pattern`` how many URLs of a site may differ in their numbers alone (calendars),
    ``hosts_per_domain`` how many hosts below one registrable domain are looked at (wildcards),
    ``sites_per_parent`` how many new sites one site may bring in (link farms), ``site_hops`` how
    many sites away from a source discovery goes, ``failures_per_site`` after how many failures
    in a row a site counts as down, ``tries`` how often one URL is asked for in all.
    """

    max_pages: int = 20_000
    max_pages_per_site: int = 200
    discovered_pages: int = 50
    max_depth: int = 6
    max_redirects: int = 8
    urls_per_pattern: int = 60
    hosts_per_domain: int = 10
    max_new_sites: int = 200
    sites_per_parent: int = 50
    site_hops: int = 3
    follow_discovered: bool = True
    obey_robots: bool = False
    queued_per_page: int = 5
    links_per_page: int = 1_000
    failures_per_site: int = 5
    tries: int = 3
    retry_base_s: float = 1.0
    concurrency: int = 16
    concurrency_per_host: int = 2
    minutes_per_site: float = 20.0
    max_body_bytes: int = 5_000_000
    timeout_s: float = 30.0
    tor_timeout_s: float = 90.0

    def with_max_pages(self, text: str) -> Limits:
        """The same with another budget for the whole crawl. Raises InputError."""
        if not (text.isascii() and text.isdecimal() and int(text) > 0):
            raise InputError(f"max_pages is a number above 0, not {text!r}")
        return replace(self, max_pages=int(text))
