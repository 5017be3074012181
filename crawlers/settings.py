"""Scrapy's settings, made from narcowatch's own. Everything Scrapy would do unseen is off:
redirects, retries, cookies, robots.txt and decompression are the crawler's own work, so that
each request is counted and each body bounded.
"""

from __future__ import annotations

import os
import tomllib
from urllib.parse import urlsplit

import django
from django.apps import apps
from django.conf import settings as django_settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
if not apps.ready:
    django.setup()

from classifiers.apps import model_dir_of
from config.schema import CHECKOUT, Settings
from crawlers.apps import renderer_plan
from crawlers.limits import Limits
from crawlers.platforms import parse_platforms
from crawlers.rendering.assembling import obstacle, restricted_by
from crawlers.rendering.due import RenderLimits
from domain.restricted import parse_restricted
from net.decoding import ACCEPTED_CODINGS

_settings: Settings = django_settings.NARCOWATCH
_crawl, _net = _settings.crawl, _settings.net

BOT_NAME = "narcowatch"
SPIDER_MODULES = ["crawlers.spiders"]
COMMANDS_MODULE = "crawlers.commands"

NARCOWATCH_LIMITS = Limits(
    max_pages=_crawl.max_pages,
    max_pages_per_site=_crawl.max_pages_per_site,
    max_pages_per_new_site=_crawl.max_pages_per_new_site,
    max_pages_per_selling_site=_crawl.max_pages_per_selling_site,
    pages_per_selling_page=_crawl.pages_per_selling_page,
    max_depth=_crawl.max_depth,
    max_redirects=_net.max_redirects,
    max_urls_per_pattern=_crawl.max_urls_per_pattern,
    max_links_per_page=_crawl.max_links_per_page,
    max_new_sites=_crawl.max_new_sites,
    max_new_sites_per_site=_crawl.max_new_sites_per_site,
    max_hosts_per_domain=_crawl.max_hosts_per_domain,
    max_site_hops=_crawl.max_site_hops,
    follow_discovered=_crawl.follow_discovered,
    obey_robots=_crawl.obey_robots,
    favicons=_crawl.favicons,
    tries=_crawl.tries,
    failures_per_site=_crawl.failures_per_site,
    concurrency=_crawl.concurrency,
    concurrency_per_host=_crawl.concurrency_per_host,
    minutes_per_site=_crawl.minutes_per_site,
    max_body_bytes=_crawl.max_body_bytes,
    explore_share=_crawl.explore_share,
    delay_s=_crawl.delay_s,
    longest_delay_s=max(_crawl.longest_delay_s, _crawl.delay_s),
    longest_wait_s=_crawl.longest_wait_s,
    concurrency_per_address=_crawl.concurrency_per_address,
    max_bytes=_crawl.max_bytes,
    max_minutes=_crawl.max_minutes,
    cookies=_crawl.cookies,
    night_ends=(_settings.night.ends, _settings.night.timezone),
    max_result_pages=_crawl.max_result_pages,
    site_hints=_crawl.site_hints,
    max_sitemaps_per_site=_crawl.max_sitemaps_per_site,
    max_urls_per_sitemap=_crawl.max_urls_per_sitemap,
)
NARCOWATCH_READERS = _crawl.readers
NARCOWATCH_MODEL_DIR = str(model_dir_of(_settings))
NARCOWATCH_LEXICON_DIR = str(CHECKOUT / "config" / "lexicons")
NARCOWATCH_REVIEW_THRESHOLD = _settings.classify.review_threshold
NARCOWATCH_PLATFORMS = parse_platforms(
    tomllib.loads((CHECKOUT / "config" / "platforms.toml").read_text(encoding="utf-8"))
)
NARCOWATCH_RENDERER = renderer_plan(_settings)
NARCOWATCH_RENDER_LIMITS = RenderLimits(
    pages=_settings.render.max_pages,
    pages_per_site=_settings.render.max_pages_per_site,
    at_once=_settings.render.concurrency,
    obstacle=obstacle(_crawl.render, _settings.render.user, unconfined=_settings.render.unconfined),
    is_restricted=restricted_by(
        parse_restricted(
            (CHECKOUT / "config" / "lexicons" / "restricted.toml").read_text(encoding="utf-8")
        )
    ),
)
NARCOWATCH_EVIDENCE_ROOT = str(_settings.data_dir / "evidence")
NARCOWATCH_JOURNALS = str(_settings.data_dir / "journal")
NARCOWATCH_ROTATE_BYTES = _settings.evidence.rotate_mb * 1_000_000
NARCOWATCH_TOR = _settings.tor.enabled.value
TOR_SOCKS = list(_settings.tor.socks)
TOR_TIMEOUT_S = _settings.tor.timeout_s

NET_PROXY = _net.proxy
NET_RESOLVER_OVERRIDES = dict(_net.resolver_overrides)
NET_DNS_SERVERS = list(_net.dns_servers)
NET_TEST_NETWORKS = [network.model_dump(mode="json") for network in _net.test_networks]
if NET_PROXY:
    # The operator's own proxy may stand anywhere; targets are then looked up behind it.
    NET_TEST_NETWORKS += [
        {"name": f"proxy-{cidr[0]}", "cidr": cidr, "hosts": [urlsplit(NET_PROXY).hostname or ""]}
        for cidr in ("0.0.0.0/0", "::/0")
    ]
DNS_TIMEOUT = _net.timeout_s
TWISTED_DNS_RESOLVER = "net.twisted_resolver.GuardedResolver"

DOWNLOAD_HANDLERS = {
    "http": "crawlers.handlers.GuardedHandler",
    "https": "crawlers.handlers.GuardedHandler",
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
}
DOWNLOAD_MAXSIZE = _crawl.max_body_bytes
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_TIMEOUT = _net.timeout_s
DOWNLOAD_FAIL_ON_DATALOSS = False
# What starts when is the feeder's decision (crawlers/feeding.py): nothing waits in Scrapy.
DOWNLOAD_DELAY = 0
CONCURRENT_REQUESTS = _crawl.concurrency
CONCURRENT_REQUESTS_PER_DOMAIN = _crawl.concurrency
NARCOWATCH_REQUEST_HEADERS = {
    "User-Agent": _net.user_agent,
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "ru,kk;q=0.9,en;q=0.7",
    "Accept-Encoding": ACCEPTED_CODINGS,
}

SCHEDULER = "crawlers.scheduling.PassingScheduler"
DOWNLOADER_MIDDLEWARES_BASE: dict[str, int] = {}
SPIDER_MIDDLEWARES_BASE: dict[str, int] = {}
EXTENSIONS_BASE: dict[str, int] = {}
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
COOKIES_ENABLED = False
ROBOTSTXT_OBEY = False
STATS_DUMP = False
#: Django's own set-up writes the log: warnings to stderr, the rest to the data directory.
LOG_INSTALL_ROOT_HANDLER = False
