from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crawlers.rendering import sandbox
from crawlers.rendering.client import Renderer
from crawlers.rendering.orders import Bounds, RendererPlan
from net.addresses import TestNetwork
from net.client import NetConfig
from tests.crawlers.servers import Web

USER = "nobody"


@pytest.fixture(autouse=True)
def chromium_wanted(request: pytest.FixtureRequest) -> None:
    if "renderer" in request.fixturenames and (why := sandbox.obstacle(USER, unconfined=False)):
        pytest.skip(why)


@pytest.fixture
def plan(web: Web, tmp_path: Path) -> RendererPlan:
    """Every ``*.test`` is on ``web``; there is no Tor."""
    net = NetConfig(
        user_agent="Tester/1.0",
        timeout_s=5,
        test_networks=(TestNetwork.of("world", "127.0.0.0/8", ["*.test"]),),
        resolver_overrides={"*.test": f"127.0.0.1:{web.port}"},
        tor_socks=("127.0.0.1:1",),
    )
    return RendererPlan(
        net=net,
        job="test",
        journal=str(tmp_path / "render.log"),
        user=USER,
        pages_at_once=2,
        bounds=Bounds(seconds=20),
    )


@pytest.fixture
def renderer(plan: RendererPlan) -> Iterator[Callable[..., Renderer]]:
    """Make a renderer; its plan's fields can be given."""
    made: list[Renderer] = []

    def make(**changes: Any) -> Renderer:
        made.append(Renderer(replace(plan, **changes)))
        return made[-1]

    yield make
    for one in made:
        one.close()
