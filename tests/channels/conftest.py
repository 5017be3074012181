from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cases import audit, runs
from cases.models import Capture, Run
from channels.options import Options
from channels.run import read_channels
from channels.snowball.rings import Caps
from channels.wire import Pace
from domain.platforms import Platforms
from domain.seeds import parse_seeds
from tests.channels.previewserver import HOST, PreviewServer, running
from tests.channels.reading import Night, count
from tests.channels.test_preview import QUICK, net_config
from tests.records import new_run


@pytest.fixture
def server() -> Iterator[PreviewServer]:
    with running() as one:
        yield one


@pytest.fixture
def night(server: PreviewServer, tmp_path: Path) -> Night:
    """Reads channels from seeds in a run, a new one unless one is given, and checks its numbers."""

    def read(*names: str, run: Run | None = None, **more: Any) -> Run:
        run = run or new_run()
        seeds = parse_seeds("".join(f'[[channel]]\nname = "{n}"\n' for n in names).encode())
        assert len(seeds.seeds) == len(names)
        runs.add_seeds(run, list(seeds.seeds))
        values: dict[str, Any] = {
            "net": net_config(server.address, timeout_s=5),
            "pace": Pace(0.0, 1_000_000, QUICK),
            "base_url": f"http://{HOST}/s/",
            "max_pages": 10,
            "caps": Caps(total=50),
            "explore": 0.0,
            "platforms": Platforms(frozenset({"video.example"})),
            "evidence_root": tmp_path / "evidence",
            "rotate_bytes": 1 << 20,
            "journals": tmp_path / "journals",
        }
        before = sum(server.served.values())
        read_channels(run, Options(**{**values, **more}))
        served = sum(server.served.values()) - before
        assert sum(Capture.objects.filter(run=run).values_list("requests", flat=True)) == served
        assert count(run, "refetched") == 0
        assert audit.verify().holds
        return run

    return read
