from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.channels.previewserver import PreviewServer, running


@pytest.fixture
def server() -> Iterator[PreviewServer]:
    with running() as one:
        yield one
