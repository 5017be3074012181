from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.crawlers.crawling import Place
from tests.crawlers.servers import Web
from tests.empty_record import put_record


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database, made once and copied for each crawl."""
    data = tmp_path_factory.mktemp("migrated")
    put_record(data)
    return data / "narcowatch.sqlite3"


@pytest.fixture
def web() -> Iterator[Web]:
    with Web().running() as running:
        yield running


@pytest.fixture
def place(web: Web, migrated: Path, tmp_path: Path) -> Callable[..., Place]:
    """Make a data directory whose settings (environment variables without the prefix) are given."""

    def make(**settings: str) -> Place:
        shutil.copy(migrated, tmp_path / "narcowatch.sqlite3")
        named = {f"NARCOWATCH_{name}": value for name, value in settings.items()}
        return Place(tmp_path, web.port, named)

    return make
