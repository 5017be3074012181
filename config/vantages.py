"""The settings of looking whether blocks are there: vantages, times, limits."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, PositiveInt, model_validator

from config.section import Section, key, required
from config.values import AbsolutePath, Address, HttpUrl, ProxyUrl, Seconds, Slug


class Egress(StrEnum):
    DIRECT = "direct"
    PROXY = "proxy"


class Vantage(Section):
    name: Slug = required("What it is called in looks and reports.")
    egress: Egress = key(Egress.DIRECT, "How connections leave: straight, or through `proxy`.")
    proxy: ProxyUrl = key(
        "",
        "SOCKS5 or HTTP proxy in the network that is looked from: socks5:// or http://. It may "
        "stand on a private address.",
    )
    resolver: Address = required(
        "DNS resolver that is asked: the recipient's own, for the control a public one that blocks "
        "nothing. Through a proxy it is asked over TCP."
    )
    control: bool = key(
        False,
        "Whether this is where nothing is blocked; one at the most. Without one only what "
        "`block_pages` knows counts as a block.",
    )
    recipients: tuple[Slug, ...] = key(
        (), "Recipients whose networks it stands for; empty for all. None for the control."
    )
    acknowledged: bool = key(
        False,
        "That whoever runs this way out knows that targets are looked at through it. Nothing "
        "leaves by it otherwise.",
    )

    @model_validator(mode="after")
    def _whole(self) -> Vantage:
        if (self.egress is Egress.PROXY) != bool(self.proxy):
            raise ValueError("egress is proxy where a proxy is named, and only there")
        if self.proxy.startswith("https:"):
            raise ValueError("proxy: must be a socks5:// or http:// URL")
        if self.control and self.recipients:
            raise ValueError("recipients: the control stands for nobody")
        return self


def _fitting(vantages: tuple[Vantage, ...]) -> tuple[Vantage, ...]:
    names = [vantage.name for vantage in vantages]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"two vantages are called {name!r}")
    if sum(vantage.control for vantage in vantages) > 1:
        raise ValueError("more than one vantage is the control")
    return vantages


Vantages = Annotated[tuple[Vantage, ...], AfterValidator(_fitting)]


class Reach(Section):
    references: Annotated[tuple[HttpUrl, ...], Field(min_length=1)] = key(
        ("https://www.wikipedia.org/", "https://www.google.com/"),
        "Pages that every network reaches. A vantage that reaches none of them says nothing.",
    )
    block_pages: AbsolutePath | None = key(
        None, "TOML file of known block pages and sinkholes; see docs/verification.md."
    )
    every_minutes: int = key(
        30,
        "How often the scheduler looks at the blocks that are due, where vantages are named.",
        "minutes",
        ge=5,
        le=1_440,
    )
    apart_minutes: int = key(
        60, "Least time between two looks that settle an order.", "minutes", ge=60, le=10_080
    )
    verified_days: float = key(
        7, "Time between two looks at a block that is verified.", "days", ge=0.1, le=365
    )
    lifted_days: float = key(
        30, "For how long it is looked whether a lifted target is reachable.", "days", ge=1, le=365
    )
    timeout_s: Seconds = key(10.0, "Longest time for one look at one URL.", "seconds")
    max_body_bytes: int = key(
        200_000, "How much is read of a page.", "bytes", ge=1_000, le=5_000_000
    )
    max_orders: PositiveInt = key(
        500, "Orders that are looked at in one batch; the rest waits and is counted.", "orders"
    )
    max_urls: PositiveInt = key(
        5, "URLs of an order that one look takes; of more, the next.", "URLs"
    )
    max_siblings: int = key(
        5, "Innocent neighbours of a blocked target that are looked at.", "neighbours", ge=0, le=50
    )
    neighbour_pool: int = key(
        200,
        "Other known hosts, the latest fetched, that are asked for their address to find those on "
        "the same one.",
        "hosts",
        ge=0,
        le=5_000,
    )
    concurrency: int = key(8, "Looks at the same time.", "looks", ge=1, le=64)
