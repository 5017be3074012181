"""The typed schema of all settings. Every key has a description, a default and, where it
counts something, a unit; ``docs/settings.md`` is generated from it.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, model_validator

from config.values import (
    SHORTEST_SECRET,
    AbsolutePath,
    Address,
    Cidr,
    Cron,
    DatabaseUrl,
    HeaderValue,
    HostPattern,
    HostPort,
    HostPortOrEmpty,
    HttpUrl,
    IndexUrl,
    ProxyUrl,
    Seconds,
    Secret,
    Share,
    Slug,
    Timezone,
)

CHECKOUT = Path(__file__).resolve().parent.parent


def _key(default: Any, description: str, unit: str = "", **limits: Any) -> Any:
    return Field(default, description=description, json_schema_extra={"unit": unit}, **limits)


def _table(section: type[BaseModel], description: str) -> Any:
    return Field(default_factory=section, description=description)


def _required(description: str) -> Any:
    return Field(description=description, json_schema_extra={"unit": ""})


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Database(_Section):
    url: DatabaseUrl = _key(
        "",
        "Where the record is kept: empty for SQLite in the data directory, sqlite:///PATH, or "
        "postgresql://USER:PASSWORD@HOST:PORT/NAME (needs the extra `postgres`).",
    )
    timeout_s: Seconds = _key(30.0, "How long a writer waits for another one.", "seconds")


class Index(_Section):
    url: IndexUrl = _key(
        "",
        "Full-text search: empty for the embedded engine in the data directory, or the URL of an "
        "Elasticsearch.",
    )


class TorUse(StrEnum):
    AUTO = "auto"
    ON = "on"
    OFF = "off"


class Tor(_Section):
    enabled: TorUse = _key(
        TorUse.AUTO,
        "Whether onion sites are fetched: on (a silent Tor fails the run), off (they are "
        "skipped and counted), auto (on when the seeds name onions).",
    )
    socks: HostPort = _key("127.0.0.1:9050", "The SOCKS port of Tor.")
    timeout_s: Seconds = _key(
        90.0, "Longest time for one onion fetch, from start to end.", "seconds"
    )


class TestNetwork(_Section):
    __test__ = False  # the name begins like a test class's

    name: Slug = _required("What the network is called in messages.")
    cidr: Cidr = _required("Addresses that may be reached although they are private.")
    hosts: tuple[HostPattern, ...] = _required(
        "Hosts that may reach them: exact names, or `*.name` for all names below it."
    )


class Net(_Section):
    test_networks: tuple[TestNetwork, ...] = _key(
        (), "Networks excepted from the address guard, for the hosts named and no others."
    )
    resolver_overrides: dict[HostPattern, Address] = _key(
        {}, "Hosts that are not looked up in DNS: host or `*.name` to `ip` or `ip:port`."
    )
    proxy: ProxyUrl = _key("", "Proxy for clearnet fetches; empty for none.")
    user_agent: HeaderValue = _key(
        "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
        "What fetches call themselves. The default is a common browser's, since shops hide from "
        "anything else.",
        min_length=1,
    )
    timeout_s: Seconds = _key(30.0, "Longest time for one fetch, from start to end.", "seconds")
    max_body_bytes: PositiveInt = _key(
        5_000_000, "Largest body that is read, before and after decompression.", "bytes"
    )
    max_redirects: int = _key(8, "Redirects followed in one fetch.", "redirects", ge=0, le=50)


class Crawl(_Section):
    max_pages: PositiveInt = _key(20_000, "Pages fetched in one crawl.", "pages")
    max_pages_per_site: PositiveInt = _key(200, "Pages fetched of one site in one crawl.", "pages")
    max_depth: int = _key(6, "Links followed away from a site's first page.", "links", ge=0, le=100)
    concurrency: int = _key(16, "Fetches at a time.", "fetches", ge=1, le=256)
    concurrency_per_host: int = _key(2, "Fetches at a time from one host.", "fetches", ge=1, le=64)
    delay_s: float = _key(0.5, "Pause between fetches from one host.", "seconds", ge=0, le=600)
    minutes_per_site: float = _key(
        20.0, "Time given to one site in one crawl.", "minutes", gt=0, le=1440
    )
    obey_robots: bool = _key(
        False,
        "Whether robots.txt is obeyed. Off: a shop could hide by one line of it. What it says is "
        "still used as a hint.",
    )
    max_body_bytes: PositiveInt = _key(
        5_000_000, "Largest page that is read, before and after decompression.", "bytes"
    )
    follow_discovered: bool = _key(
        True, "Whether sites found on the way are crawled in the same night."
    )
    max_new_sites: int = _key(200, "Sites found on the way that one crawl takes in.", "sites", ge=0)


class TelegramServer(_Section):
    server: HostPortOrEmpty = _key(
        "", "The server that account readers speak to; empty for Telegram's own."
    )
    key_file: AbsolutePath | None = _key(None, "Public RSA key of that server, PEM.")


class Channels(_Section):
    preview_base_url: HttpUrl = _key(
        "https://t.me/s/", "What a channel's name is appended to for its public preview."
    )
    delay_s: float = _key(2.0, "Pause between preview pages.", "seconds", ge=0, le=600)
    max_pages_per_channel: PositiveInt = _key(10, "Preview pages read of one channel.", "pages")
    max_new_channels: int = _key(
        200, "Channels found on the way that one night takes in.", "channels", ge=0
    )
    telegram: TelegramServer = _table(TelegramServer, "The Telegram server of account readers.")


class Classify(_Section):
    model_dir: AbsolutePath = _key(
        CHECKOUT / "classifiers" / "model", "Folder of the model; the default is the shipped one."
    )
    review_threshold: Share | None = _key(
        None, "Score from which a case is queued for review; unset for the model's own."
    )


class Scope(StrEnum):
    URL = "url"
    HOST = "host"
    DOMAIN = "domain"
    ONION = "onion"
    TELEGRAM = "telegram"


class Recipient(_Section):
    name: Slug = _required("What `narcowatch export --recipient` is given.")
    formats: Annotated[tuple[Slug, ...], Field(min_length=1)] = _required(
        "Formats written for this recipient."
    )
    territory: Annotated[str, Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")] = _key(
        "KZ", "Where blocks apply, ISO 3166."
    )
    scopes: Annotated[tuple[Scope, ...], Field(min_length=1)] = _key(
        tuple(Scope), "What this recipient can block."
    )


class Gate(_Section):
    max_change_share: Share = _key(
        0.10, "Largest change against the last export, as a share of it.", "share"
    )
    change_floor: int = _key(
        50, "A change of up to this many entries always passes.", "entries", ge=0
    )
    canaries: tuple[HostPattern, ...] = _key(
        ("egov.kz", "gov.kz", "kaspi.kz", "google.com", "telegram.org", "wikipedia.org"),
        "Hosts that no export may ever block; an export that does is refused.",
    )


class Authority(_Section):
    unit: str = _key("", "The unit that asks for blocks, as it signs letters.", max_length=300)
    contact: str = _key("", "Where recipients ask back: e-mail or telephone.", max_length=300)


_ALL_FORMATS = ("json", "csv", "xml", "rpz", "domains", "urls", "telegram")


class Blocking(_Section):
    recipients: tuple[Recipient, ...] = _key(
        (Recipient(name="regulator", formats=_ALL_FORMATS),), "Who gets exports."
    )
    exports_dir: AbsolutePath | None = _key(
        None, "Folder of the releases; unset for `exports` in the data directory."
    )
    validity_days: int = _key(
        90, "How long a request holds before it is renewed.", "days", ge=1, le=3650
    )
    law_grounds: Annotated[tuple[str, ...], Field(min_length=1)] = _key(
        ("Law of the Republic of Kazakhstan “On Communications”, article 41-1",),
        "Provisions named in a request.",
    )
    authority: Authority = _table(Authority, "Who asks.")
    gate: Gate = _table(Gate, "Limits that an export must keep.")


class Review(_Section):
    language: Annotated[str, Field(pattern="^(kk|ru|en)$")] = _key(
        "en", "Language of pages and messages where the reader chose none: kk, ru or en."
    )
    min_password_length: int = _key(12, "Shortest password.", "characters", ge=8, le=128)


class Night(_Section):
    schedule: Cron = _key(
        "0 1 * * *", "When the night starts: five cron fields, days of the week by name."
    )
    seeds: AbsolutePath | None = _key(
        None, "Seeds file of a night that is given none; unset for known cases alone."
    )
    timezone: Timezone = _key("Asia/Almaty", "Time zone of the schedule and of reports.")
    window_hours: float = _key(
        6.0,
        "How long after its time a night may still start, when the machine was off or busy.",
        "hours",
        gt=0,
        le=24,
    )
    workers: int = _key(2, "Processes that assess at a time.", "processes", ge=1, le=256)


class Evidence(_Section):
    rotate_mb: PositiveInt = _key(
        1024, "Size from which a WARC file is followed by the next.", "MB"
    )


class Settings(_Section):
    """All settings. Paths are absolute."""

    data_dir: AbsolutePath = _key(Path("var"), "Where everything is kept that narcowatch writes.")
    secret_key: Secret = _key(
        "",
        f"Key of signatures and sessions, at least {SHORTEST_SECRET} characters. Empty: one is "
        "made and kept in the data directory, which production refuses.",
    )
    production: bool = _key(
        False, "Real use: a default secret, debug pages and test networks are refused."
    )
    debug: bool = _key(False, "Django's debug pages. Never in real use.")
    database: Database = _table(Database, "The record.")
    index: Index = _table(Index, "Full-text search.")
    tor: Tor = _table(Tor, "Onion sites.")
    net: Net = _table(Net, "Fetching.")
    crawl: Crawl = _table(Crawl, "Limits of a crawl.")
    channels: Channels = _table(Channels, "Telegram channels.")
    classify: Classify = _table(Classify, "Assessing.")
    blocking: Blocking = _table(Blocking, "Requests and exports.")
    review: Review = _table(Review, "People who decide.")
    night: Night = _table(Night, "The nightly run.")
    evidence: Evidence = _table(Evidence, "The evidence store.")

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
                "secret_key: must be set in production": not self.secret_key,
                "debug: must be false in production": self.debug,
                "net.test_networks: must be empty in production": bool(self.net.test_networks),
            }
            if wrong := [problem for problem, holds in refused.items() if holds]:
                raise ValueError("\n".join(wrong))
        return self
