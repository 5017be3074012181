"""The typed schema of all settings. Every key has a description, a default and, where it
counts something, a unit; ``docs/settings.md`` is generated from it.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import Field, PositiveInt, model_validator

from config.blocking import Blocking
from config.discovery import Discovery
from config.recheck import Recheck
from config.rendering import Render, RenderUse
from config.retention import Retention
from config.section import Section, key, required, table
from config.snowball import Snowball
from config.telegram import Budgets
from config.values import (
    SHORTEST_SECRET,
    AbsolutePath,
    AccountsKey,
    Address,
    ApiHash,
    Cidr,
    ClockTime,
    Cron,
    DatabaseUrl,
    HeaderValue,
    HostPattern,
    HostPortOrEmpty,
    HostPorts,
    HttpUrl,
    ProxyUrl,
    Seconds,
    Secret,
    ServiceUrl,
    Share,
    Slug,
    Timezone,
)

CHECKOUT = Path(__file__).resolve().parent.parent


class Database(Section):
    url: DatabaseUrl = key(
        "",
        "Where the record is kept: empty for SQLite in the data directory, sqlite:///PATH, or "
        "postgresql://USER:PASSWORD@HOST:PORT/NAME (needs the extra `postgres`).",
    )
    timeout_s: Seconds = key(30.0, "How long a writer waits for another one.", "seconds")


class Index(Section):
    url: ServiceUrl = key(
        "",
        "Full-text search: empty for the embedded engine in the data directory, or the URL of an "
        "Elasticsearch.",
    )


class TorUse(StrEnum):
    AUTO = "auto"
    ON = "on"
    OFF = "off"


class Tor(Section):
    enabled: TorUse = key(
        TorUse.AUTO,
        "Whether onion sites are fetched: on (a silent Tor fails the run), off (they are "
        "skipped and counted), auto (on when the seeds name onions).",
    )
    socks: HostPorts = key(
        ("127.0.0.1:9050",),
        "SOCKS ports of Tor: one, or a list of several clients over which onions are spread. With "
        "the flag `ExtendedErrors` in torrc Tor says why an onion cannot be reached.",
    )
    timeout_s: Seconds = key(
        90.0, "Longest time for one onion fetch, from start to end.", "seconds"
    )


class TestNetwork(Section):
    __test__ = False  # the name begins like a test class's

    name: Slug = required("What the network is called in messages.")
    cidr: Cidr = required("Addresses that may be reached although they are private.")
    hosts: tuple[HostPattern, ...] = required(
        "Hosts that may reach them: exact names, or `*.name` for all names below it."
    )


class Net(Section):
    test_networks: tuple[TestNetwork, ...] = key(
        (), "Networks excepted from the address guard, for the hosts named and no others."
    )
    resolver_overrides: dict[HostPattern, Address] = key(
        {}, "Hosts that are not looked up in DNS: host or `*.name` to `ip` or `ip:port`."
    )
    dns_servers: tuple[Address, ...] = key(
        (),
        "DNS servers that are asked for sites' addresses: list of `ip` or `ip:port`. Empty for "
        "the system's; a provider's own may already hide what is looked for.",
    )
    proxy: ProxyUrl = key(
        "",
        "Proxy for clearnet fetches; empty for none. Sites are crawled through http:// and "
        "https:// proxies alone.",
    )
    user_agent: HeaderValue = key(
        "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
        "What fetches call themselves. The default is a common browser's, since shops hide from "
        "anything else.",
        min_length=1,
    )
    timeout_s: Seconds = key(30.0, "Longest time for one fetch, from start to end.", "seconds")
    max_body_bytes: PositiveInt = key(
        5_000_000, "Largest body that is read, before and after decompression.", "bytes"
    )
    max_redirects: int = key(8, "Redirects followed in one fetch.", "redirects", ge=0, le=50)


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


class TelegramServer(Section):
    server: HostPortOrEmpty = key(
        "", "The server that account readers speak to; empty for Telegram's own."
    )
    key_file: AbsolutePath | None = key(None, "Public RSA key of that server, PEM.")
    api_id: int = key(
        0, "Number of your application at my.telegram.org; 0 for none.", "number", ge=0
    )
    api_hash: ApiHash = key(
        "",
        "Hash of that application: from the environment alone, never in a file of settings.",
    )
    api_hash_file: AbsolutePath | None = key(
        None, "File whose first line is that hash, mode 0600; instead of `api_hash`."
    )
    max_batches_per_channel: PositiveInt = key(
        10, "Batches of 100 posts that an account reads of one channel in one night.", "batches"
    )
    accounts_at_once: int = key(
        4, "Accounts that read at a time, each in a process of its own.", "accounts", ge=1, le=32
    )
    longest_wait_s: float = key(
        5.0,
        "Longest pause asked for by Telegram that is sat out; for a longer one the channel is left "
        "to another account, or to another night.",
        "seconds",
        ge=0,
        le=60,
    )
    timeout_s: Seconds = key(30.0, "Longest time for one answer of Telegram's.", "seconds")
    budgets: Budgets = table(Budgets, "What one account may ask for.")


class Channels(Section):
    preview_base_url: HttpUrl = key(
        "https://t.me/s/", "What a channel's name is appended to for its public preview."
    )
    delay_s: float = key(2.0, "Pause between preview pages.", "seconds", ge=0, le=600)
    max_pages_per_channel: PositiveInt = key(10, "Preview pages read of one channel.", "pages")
    max_new_channels: int = key(
        200, "Channels found on the way that one night takes in.", "channels", ge=0
    )
    snowball: Snowball = table(Snowball, "Channels found on the way.")
    images: bool = key(
        False,
        "Whether images of posts that the first stage takes for offers are downloaded and kept as "
        "evidence, hashed. Nothing shows them.",
    )
    max_image_kib: PositiveInt = key(1024, "Largest image that is downloaded.", "KiB")
    telegram: TelegramServer = table(TelegramServer, "The Telegram server of account readers.")


class Classify(Section):
    model_dir: AbsolutePath = key(
        CHECKOUT / "classifiers" / "model", "Folder of the model; the default is the shipped one."
    )
    review_threshold: Share | None = key(
        None, "Score from which a case is queued for review; unset for the model's own."
    )
    tie_threshold: Share = key(
        0.1,
        "Score from which a target is queued when it and a selling target name each other, or when "
        "it is a near copy of one.",
        "share",
    )


class Review(Section):
    language: Annotated[str, Field(pattern="^(kk|ru|en)$")] = key(
        "en", "Language of pages and messages where the reader chose none: kk, ru or en."
    )
    min_password_length: int = key(12, "Shortest password.", "characters", ge=8, le=128)


class Night(Section):
    schedule: Cron = key(
        "0 1 * * *", "When the night starts: five cron fields, days of the week by name."
    )
    seeds: AbsolutePath | None = key(
        None, "Seeds file of a night that is given none; unset for known cases alone."
    )
    timezone: Timezone = key("Asia/Almaty", "Time zone of the schedule and of reports.")
    ends: ClockTime = key(
        "",
        "Time of day, HH:MM, after which nothing new is fetched: what is left is counted, and the "
        "night goes on with what it has. Empty for no end.",
    )
    window_hours: float = key(
        6.0,
        "How long after its time a night may still start, when the machine was off or busy.",
        "hours",
        gt=0,
        le=24,
    )


class Evidence(Section):
    rotate_mb: PositiveInt = key(1024, "Size from which a WARC file is followed by the next.", "MB")
    fingerprint_days: PositiveInt = key(
        180,
        "How long a page's fingerprint is kept that stands for no case which people have seen.",
        "days",
    )
    timestamp_url: ServiceUrl = key(
        "",
        "Time-stamp authority (RFC 3161) that evidence bundles are stamped by; empty for none. It "
        "may stand on a private address.",
    )
    timestamp_ca: AbsolutePath | None = key(
        None, "Certificates that its time-stamps are verified with, PEM; needed with the URL."
    )
    timestamp_timeout_s: Seconds = key(30.0, "Longest time for one time-stamp.", "seconds")

    @model_validator(mode="after")
    def _verifiable(self) -> Evidence:
        if self.timestamp_url and self.timestamp_ca is None:
            raise ValueError("timestamp_ca: must be set, or no time-stamp can be verified")
        return self

    screenshots: bool = key(
        True,
        "Whether pages of cases in review are photographed, images blocked. With images only when "
        "a person asks for it.",
    )
    max_screenshots: int = key(500, "Pages photographed in one night.", "pages", ge=0)
    screenshot_height: int = key(
        12_000, "Height from which the rest of a page is cut off.", "pixels", ge=100, le=30_000
    )


class Settings(Section):
    """All settings. Paths are absolute."""

    data_dir: AbsolutePath = key(Path("var"), "Where everything is kept that narcowatch writes.")
    secret_key: Secret = key(
        "",
        f"Key of signatures and sessions, at least {SHORTEST_SECRET} characters. Empty: one is "
        "made and kept in the data directory, which production refuses.",
    )
    secret_key_file: AbsolutePath | None = key(
        None,
        "File whose first line is the secret key, mode 0600; instead of `secret_key`, so that the "
        "key is neither in the settings nor in every shell's environment.",
    )
    accounts_key: AccountsKey = key(
        "",
        "Key that sessions of Telegram accounts are encrypted with: from the environment alone, "
        "never in a file of settings. Several, separated by commas: the first encrypts, all open.",
    )
    accounts_key_file: AbsolutePath | None = key(
        None,
        "File with that key, mode 0600; instead of `accounts_key`. Unset: `accounts.key` in the "
        "data directory, made on first use.",
    )
    production: bool = key(
        False, "Real use: a default secret, debug pages and test networks are refused."
    )
    debug: bool = key(False, "Django's debug pages. Never in real use.")
    database: Database = table(Database, "The record.")
    index: Index = table(Index, "Full-text search.")
    tor: Tor = table(Tor, "Onion sites.")
    net: Net = table(Net, "Fetching.")
    crawl: Crawl = table(Crawl, "Limits of a crawl.")
    discovery: Discovery = table(Discovery, "Tips and lists of names.")
    render: Render = table(Render, "The browser for pages that need JavaScript.")
    channels: Channels = table(Channels, "Telegram channels.")
    classify: Classify = table(Classify, "Assessing.")
    blocking: Blocking = table(Blocking, "Requests and exports.")
    review: Review = table(Review, "People who decide.")
    night: Night = table(Night, "The nightly run.")
    recheck: Recheck = table(Recheck, "Looking again at known cases.")
    evidence: Evidence = table(Evidence, "The evidence store.")
    retention: Retention = table(Retention, "How long what is kept is kept.")

    @model_validator(mode="after")
    def _no_two_of_one_name(self) -> Settings:
        for what, items in (
            ("net.test_networks", self.net.test_networks),
            ("blocking.recipients", self.blocking.recipients),
        ):
            names = [item.name for item in items]
            for name in names:
                if names.count(name) > 1:
                    raise ValueError(f"{what}: two of them are called {name!r}")
        return self

    @model_validator(mode="after")
    def _fit_for_production(self) -> Settings:
        if self.production:
            refused = {
                "secret_key: must be set in production, or secret_key_file": not (
                    self.secret_key or self.secret_key_file
                ),
                "debug: must be false in production": self.debug,
                "net.test_networks: must be empty in production": bool(self.net.test_networks),
            }
            if wrong := [problem for problem, holds in refused.items() if holds]:
                raise ValueError("\n".join(wrong))
        return self
