"""What travels between a crawl and the renderer, one JSON object a line each way."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from net.addresses import TestNetwork
from net.client import NetConfig


class End(StrEnum):
    """How the rendering of a page ended. Everything but RENDERED is why there is none."""

    RENDERED = "rendered"
    MOVED = "moved to another host"
    NO_PAGE = "no page came"
    TOR_DOWN = "Tor does not answer"
    TIMEOUT = "timeout"
    TOO_LARGE = "page too large"
    CRASHED = "browser crashed"
    DIED = "renderer died"
    FAILED = "renderer failed"
    UNAVAILABLE = "renderer does not start"


@dataclass(frozen=True, slots=True)
class Bounds:
    """Bounds of one page: ``seconds`` from start to end, ``requests`` sent, ``received`` bytes of
    answers, ``dom`` bytes of the finished page, ``height`` pixels of a picture, ``per_host``
    requests to one host and ``at_once`` of these at a time."""

    seconds: float = 30.0
    requests: int = 80
    received: int = 12_000_000
    dom: int = 5_000_000
    height: int = 12_000
    per_host: int = 60
    at_once: int = 3


@dataclass(frozen=True, slots=True)
class RendererPlan:
    """What the renderer is told once: the network's settings, the browser and where its journal
    is. ``user`` is the account that the browser runs under where we are root; ``unconfined``
    allows a browser that the kernel does not shut in."""

    net: NetConfig
    job: str
    journal: str
    user: str
    pages_at_once: int
    unconfined: bool = False
    bounds: Bounds = field(default_factory=Bounds)
    pages_per_browser: int = 50
    browser_bytes: int = 2_000_000_000

    def for_run(self, run_id: int, journals: Path) -> RendererPlan:
        """The same for a run: with circuits and a journal of its own in the folder ``journals``."""
        return self.with_journal(f"run-{run_id}", journals / f"render-{run_id:06d}.log")

    def with_journal(self, job: str, journal: Path) -> RendererPlan:
        """The same with Tor circuits of ``job``'s own and its requests noted in ``journal``."""
        return replace(self, job=job, journal=str(journal))

    def to_json(self) -> str:
        """One line. Test networks and addresses are written as text."""
        plain = {name: getattr(self, name) for name in self.__slots__ if name != "net"}
        net = {
            name: getattr(self.net, name)
            for name in self.net.__slots__
            if name not in ("test_networks", "tls")
        }
        networks = [[one.name, str(one.network), list(one.hosts)] for one in self.net.test_networks]
        return json.dumps(
            {
                **plain,
                "bounds": asdict(self.bounds),
                "net": {**net, "resolver_overrides": dict(self.net.resolver_overrides)},
                "networks": networks,
            }
        )

    @classmethod
    def of_json(cls, line: str) -> RendererPlan:
        values: dict[str, Any] = json.loads(line)
        networks = tuple(TestNetwork.of(*one) for one in values.pop("networks"))
        net_values: dict[str, Any] = values.pop("net")
        for name in ("tor_socks", "dns_servers"):
            net_values[name] = tuple(net_values[name])
        net = NetConfig(**net_values, test_networks=networks)
        return cls(net=net, bounds=Bounds(**values.pop("bounds")), **values)


@dataclass(frozen=True, slots=True)
class RenderOrder:
    """One page to be rendered. ``key`` is what its requests are journalled under, ``picture``
    whether a screenshot is wanted, ``images`` whether pictures are loaded for it. ``circuit`` is
    how many Tor circuits of an onion failed in this job before."""

    id: int
    url: str
    key: str
    picture: bool = False
    images: bool = False
    circuit: int = 0

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def of_json(cls, line: str) -> RenderOrder:
        return cls(**json.loads(line))


@dataclass(frozen=True, slots=True)
class Rendered:
    """What came of an order. ``requests`` were sent to the page's own host, ``elsewhere`` to
    others, by host; ``refused`` and ``failed`` say what of the page was not fetched, and why.

    ``status`` is the page's own, ``dom`` its finished HTML, ``text`` what it shows, ``moved_to``
    where a script sends its reader, ``browser`` names program and version, ``silent`` are Tor
    clients that were found not to answer meanwhile. ``received`` bytes of answers came.
    """

    id: int
    end: End
    detail: str = ""
    status: int = 0
    final_url: str = ""
    moved_to: str = ""
    dom: str = ""
    text: str = ""
    png: bytes = b""
    browser: str = ""
    requests: int = 0
    elsewhere: Mapping[str, int] = field(default_factory=dict)
    refused: Mapping[str, int] = field(default_factory=dict)
    failed: Mapping[str, int] = field(default_factory=dict)
    silent: tuple[str, ...] = ()
    received: int = 0

    def to_json(self) -> str:
        values = {name: getattr(self, name) for name in self.__slots__}
        return json.dumps({**values, "png": b64encode(self.png).decode()})

    @classmethod
    def of_json(cls, line: str) -> Rendered:
        values: dict[str, Any] = json.loads(line)
        return cls(
            **{
                **values,
                "end": End(values["end"]),
                "png": b64decode(values["png"]),
                "silent": tuple(values["silent"]),
            }
        )
