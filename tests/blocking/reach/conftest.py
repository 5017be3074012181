"""A control and a site for all looks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from blocking.reach.plan import Vantage
from tests.blocking.reach.world import SITE, Site, site
from tests.net.dns_server import DnsServer


@pytest.fixture
def control() -> Iterator[Vantage]:
    names = ("reference", "shop", "a.market", "b.market", "market", "innocent", "forum", "free")
    known = {f"{name}.test": [[SITE]] for name in names}
    with DnsServer(known).running() as server:
        yield Vantage("control", server.address, control=True, acknowledged=True)


@pytest.fixture
def shop() -> Iterator[Site]:
    with site() as found:
        yield found
