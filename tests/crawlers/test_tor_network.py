"""A crawl over two clients of a real, private Tor network."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.onion import onion_from_public_key
from tests.crawlers.crawling import Place
from tests.world.tor.onionkeys import OnionKey
from tests.world.tornet import TorNetwork
from tests.world.world import World


@pytest.mark.tor
def test_a_crawl_spreads_the_onions_over_two_tor_clients(
    tor_world: World, tor_network: TorNetwork, migrated: Path, tmp_path: Path
) -> None:
    """A third client is silent, and two onions exist nowhere: Tor says so in its own words."""
    nowhere = OnionKey.for_slug("nobody serves this one").address
    no_key = onion_from_public_key(b"\1" * 32)
    (tmp_path / "narcowatch.sqlite3").write_bytes(migrated.read_bytes())
    with tor_network.another_client() as another:
        clients = [tor_network.socks, another, "127.0.0.1:1"]
        settings = {"TOR__SOCKS": ",".join(clients), "CRAWL__TRIES": "2"}
        at = Place(tmp_path, tor_world.port, {f"NARCOWATCH_{k}": v for k, v in settings.items()})
        hosts = [*tor_world.onions.values(), nowhere, no_key]
        run = at.begin(*(f"http://{host}/" for host in hosts))
        at.crawl(run)
    outcomes = at.outcomes(run)
    for host in tor_world.onions.values():
        assert outcomes[f"http://{host}/"] == "ok"
    for host, why in ((nowhere, "descriptor not found (0xf0)"), (no_key, "address invalid (0xf6)")):
        capture = at.captures(run)[f"http://{host}/"]
        assert (capture["outcome"], capture["requests"]) == ("onion_down", 0)
        assert why in capture["detail"]
    assert at.counts(run, "failed") == {"Tor client 127.0.0.1:1 silent": 1}
