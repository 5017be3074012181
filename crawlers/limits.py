"""What bounds a crawl, as plain values: entry points make them from the settings."""

from __future__ import annotations

from dataclasses import dataclass, replace

from domain.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one crawl, each as the setting of its name says.

    Bytes are counted before and after decompression. ``queued_per_page`` bounds the queue of a
    site by its page budget; ``retry_base_s`` is the pause before a second try. ``max_bytes`` and
    ``max_minutes`` are of the whole crawl, None without such a bound; ``night_ends`` is
    ``night.ends``, with its time zone.
    """

    max_pages: int
    max_pages_per_site: int
    max_pages_per_new_site: int
    max_pages_per_selling_site: int
    pages_per_selling_page: int
    max_depth: int
    max_redirects: int
    max_urls_per_pattern: int
    max_links_per_page: int
    max_new_sites: int
    max_new_sites_per_site: int
    max_hosts_per_domain: int
    max_site_hops: int
    follow_discovered: bool
    obey_robots: bool
    favicons: bool
    tries: int
    failures_per_site: int
    concurrency: int
    concurrency_per_host: int
    minutes_per_site: float
    max_body_bytes: int
    explore_share: float
    delay_s: float = 0.0
    longest_delay_s: float = 30.0
    longest_wait_s: float = 120.0
    concurrency_per_address: int = 8
    max_bytes: int | None = None
    max_minutes: float | None = None
    cookies: bool = True
    night_ends: tuple[str, str] = ("", "UTC")
    max_result_pages: int = 1
    site_hints: bool = False
    max_sitemaps_per_site: int = 0
    max_urls_per_sitemap: int = 0
    queued_per_page: int = 5
    retry_base_s: float = 1.0

    def with_max_pages(self, text: str) -> Limits:
        """The same with another budget for the whole crawl. Raises InputError."""
        if not (text.isascii() and text.isdecimal() and int(text) > 0):
            raise InputError(f"max_pages is a number above 0, not {text!r}")
        return replace(self, max_pages=int(text))
