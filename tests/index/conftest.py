"""Every engine that there is here, behind the one protocol."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.elastic import ElasticEngine
from index.embedded import EmbeddedEngine
from index.engine import Engine
from tests.index.samples import SERVER

ENGINES = ["embedded", *(["elasticsearch"] if os.environ.get(SERVER) else [])]


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty engine."""
    if request.param == "embedded":
        yield EmbeddedEngine(tmp_path / "index")
        return
    elastic = ElasticEngine(os.environ[SERVER], f"narcowatch-test-{uuid.uuid4().hex}")
    yield elastic
    elastic.remove()
    elastic.close()
