"""The typed schema of all settings. Every key has a description, a default and, where it
counts something, a unit; ``docs/settings.md`` is generated from it.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from pydantic import PositiveInt, model_validator

from config.blocking import Blocking
from config.costs import Cost
from config.crawling import Crawl
from config.discovery import Discovery
from config.drift import Drift
from config.evidence import Evidence
from config.intake import Intake
from config.recheck import Recheck
from config.rendering import Render
from config.retention import Retention
from config.reviewing import Review
from config.section import Section, key, required, table
from config.telegram import Channels
from config.values import (
    SHORTEST_SECRET,
    AbsolutePath,
    AccountsKey,
    Address,
    Cidr,
    ClockTime,
    Cron,
    DatabaseUrl,
    HeaderValue,
    HostPattern,
    HostPorts,
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
        "Proxy for clearnet fetches and Telegram accounts; empty for none. Sites are crawled "
        "through http:// and https:// proxies alone, accounts go through socks5:// and http://.",
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
    costs: tuple[Cost, ...] = key(
        (),
        "What missed shops and looks cost, by language and kind, from which follows who is queued "
        "and what is looked at first: list of tables. Where `missed_shop_minutes` is set it goes "
        "before `review_threshold`.",
    )

    @model_validator(mode="after")
    def _one_row_for_each(self) -> Classify:
        whom = [(one.lang, one.kind) for one in self.costs]
        for lang, kind in whom:
            if whom.count((lang, kind)) > 1:
                raise ValueError(f"costs: two of them are for lang {lang!r}, kind {kind!r}")
        return self


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
    drift: Drift = table(Drift, "Watching the classifier.")
    blocking: Blocking = table(Blocking, "Requests and exports.")
    review: Review = table(Review, "People who decide.")
    intake: Intake = table(Intake, "Tips and appeals from outside.")
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
