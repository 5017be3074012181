from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.review.public.served import Public, publishing


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Public]:
    """A public process that lets much through, where no record is."""
    limits = {
        "NARCOWATCH_INTAKE__SENDINGS_PER_HOUR": "1000",
        "NARCOWATCH_INTAKE__SENDINGS_PER_DAY": "1000",
        "NARCOWATCH_INTAKE__LOOKUPS_PER_HOUR": "1000",
    }
    with publishing(tmp_path_factory.mktemp("public") / "data", **limits) as served:
        yield served
