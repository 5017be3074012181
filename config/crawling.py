"""The settings of a crawl."""

from __future__ import annotations

from pydantic import PositiveInt

from config.rendering import RenderUse
from config.section import Section, key
from config.values import Share


class Crawl(Section):
    max_pages: PositiveInt = key(20_000, "Pages fetched in one crawl.", "pages")
    max_bytes: PositiveInt | None = key(
        None, "Bytes that come in on the wire in one crawl; unset for no bound.", "bytes"
    )
    max_minutes: float | None = key(
        None,
        "Time that one crawl takes, over all its starts; unset for no bound.",
        "minutes",
        gt=0,
        le=10_080,
    )
    max_pages_per_site: PositiveInt = key(200, "Pages fetched of one site in one crawl.", "pages")
    max_pages_per_new_site: PositiveInt = key(
        50, "Pages fetched of one site that was found on the way.", "pages"
    )
    pages_per_selling_page: int = key(
        10, "Pages by which a site's budget grows for each of its pages that sells.", "pages", ge=0
    )
    max_pages_per_selling_site: PositiveInt = key(
        1_000, "Pages up to which the budget of a site that sells grows.", "pages"
    )
    explore_share: Share = key(
        0.1,
        "Share of fetches that are chosen by chance instead of by what is expected of them, so "
        "that the crawl learns where it was wrong.",
        "share",
    )
    readers: int = key(
        1, "Processes that read and score pages beside the crawl's own.", "processes", ge=1, le=64
    )
    max_depth: int = key(6, "Links followed away from a site's first page.", "links", ge=0, le=100)
    max_urls_per_pattern: PositiveInt = key(
        60,
        "URLs of one site that differ in numbers and tokens alone, such as a calendar's.",
        "URLs",
    )
    max_links_per_page: PositiveInt = key(1_000, "Links taken in from one page.", "links")
    concurrency: int = key(16, "Fetches at a time.", "fetches", ge=1, le=256)
    concurrency_per_host: int = key(2, "Fetches at a time from one host.", "fetches", ge=1, le=64)
    concurrency_per_address: int = key(
        8, "Fetches at a time from all hosts of one address.", "fetches", ge=1, le=256
    )
    delay_s: float = key(
        0.5,
        "Shortest pause between fetches from one host; it grows while the host is slow or asks "
        "for less.",
        "seconds",
        ge=0,
        le=600,
    )
    longest_delay_s: float = key(
        30.0, "Longest that this pause grows by itself.", "seconds", ge=0, le=3600
    )
    longest_wait_s: float = key(
        120.0,
        "Longest pause that a host is given when it asks for one (Retry-After). One that asks for "
        "more is left for another night.",
        "seconds",
        ge=0,
        le=3600,
    )
    minutes_per_site: float = key(
        20.0,
        "Time given to one site in one crawl: that in which fetches of it are under way.",
        "minutes",
        gt=0,
        le=1440,
    )
    obey_robots: bool = key(
        False,
        "Whether robots.txt is obeyed. Off: a shop could hide by one line of it. What it says is "
        "still used as a hint.",
    )
    site_hints: bool = key(
        True,
        "Whether robots.txt and sitemaps are fetched for the pages they name; these come after "
        "pages that are linked.",
    )
    max_sitemaps_per_site: PositiveInt = key(
        5, "Sitemaps read of one site in one crawl, indexes included.", "sitemaps"
    )
    max_urls_per_sitemap: PositiveInt = key(500, "Addresses taken from one sitemap.", "URLs")
    max_body_bytes: PositiveInt = key(
        5_000_000, "Largest page that is read, before and after decompression.", "bytes"
    )
    cookies: bool = key(
        True,
        "Whether a site gets back the cookies that it set in the same crawl. They are kept in "
        "memory alone, each host's apart; without them some sites redirect in circles.",
    )
    max_result_pages: PositiveInt = key(3, "Pages of results read of one search.", "pages")
    render: RenderUse = key(
        RenderUse.AUTO,
        "Whether pages that show nothing without JavaScript are rendered: auto (where Chromium is "
        "there and can be shut in), off. What is not rendered is counted.",
    )
    follow_discovered: bool = key(
        True, "Whether sites found on the way are crawled in the same night."
    )
    max_new_sites: int = key(200, "Sites found on the way that one crawl takes in.", "sites", ge=0)
    max_new_sites_per_site: int = key(
        50,
        "Of these, sites that one site may bring in: a link farm does not fill the night.",
        "sites",
        ge=0,
    )
    max_hosts_per_domain: PositiveInt = key(
        10,
        "Hosts below one registrable domain that are looked at, where any name answers.",
        "hosts",
    )
    max_site_hops: int = key(
        3, "Sites away from a source that are still looked at.", "sites", ge=0, le=100
    )
    favicons: bool = key(
        True,
        "Whether a site's icon is asked for, once a night, to recognise its mirrors. It is hashed "
        "in memory and never stored, and counts as one of the site's pages.",
    )
    tries: int = key(
        3,
        "How often one URL is asked for in all, when trying again can help.",
        "tries",
        ge=1,
        le=10,
    )
    failures_per_site: PositiveInt = key(
        5, "Failed fetches in a row after which a site counts as down.", "fetches"
    )
