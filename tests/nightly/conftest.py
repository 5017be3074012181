from __future__ import annotations

from pathlib import Path

import pytest

from nightly.doctor import Installation
from tests.crawlers.conftest import migrated, place, web
from tests.nightly.checks import installation_in

__all__ = ["migrated", "place", "web"]


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    return installation_in(tmp_path)
