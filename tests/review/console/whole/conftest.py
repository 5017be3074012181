"""One console process and one browser for all tests of a worker."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.review.console.served import AWAKE, serving
from tests.review.console.whole.touring import Bus


@pytest.fixture(scope="session")
def bus(empty_record: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bus]:
    place = tmp_path_factory.mktemp("whole") / "data"
    with serving(empty_record, place, **AWAKE) as house:
        bus = Bus(house, house.seed("made_up"))
        try:
            yield bus
        finally:
            bus.stop()
