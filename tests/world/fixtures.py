"""Session fixtures: the sample world, with and without Tor. Register it as a pytest plugin."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.world.tornet import TorNetwork, tor_available
from tests.world.visiting import Visitor
from tests.world.world import World

TOR_MISSING = "system package tor is not installed"


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The world without Tor: its onion sites are no part of it."""
    with World(tmp_path_factory.mktemp("world"), tor=False) as running:
        yield running


@pytest.fixture(scope="session")
def tor_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The whole world, its onion sites on a private Tor network."""
    if not tor_available():
        pytest.skip(TOR_MISSING)
    with World(tmp_path_factory.mktemp("tor-world"), tor=True) as running:
        yield running


@pytest.fixture(scope="session")
def tor_network(tor_world: World) -> TorNetwork:
    """The network that ``tor_world`` runs on."""
    assert tor_world.tor is not None
    return tor_world.tor


@pytest.fixture
def visitor(world: World) -> Iterator[Visitor]:
    """Fetches pages of ``world``."""
    with Visitor(world.port) as visiting:
        yield visiting
