"""``make run``: a whole night over the sample world, decided by two demo reviewers.

Everything is kept in a data directory of its own, which every demo begins anew; the Tor network's
keys are cached beside it, so that onion names and start-up times stay the same.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console

from tests.world.world import World

ROOT = Path(__file__).resolve().parents[2]
#: Exit codes of a night after which a demo goes on: it is complete, or it says what was silent.
_GOES_ON = (0, 3)
RECIPIENT = "demo-regulator"


def main(var: Path = ROOT / "var") -> int:
    """Run the demo under ``var``. Returns the exit code of the first step that failed, or 0."""
    console = Console(stderr=True)
    data = var / "demo"
    exports = var / "exports"
    for folder in (data, exports / RECIPIENT):
        shutil.rmtree(folder, ignore_errors=True)
    data.mkdir(parents=True)
    console.print("starting the sample world on loopback …")
    with World(data / "world") as world:
        config = data / "narcowatch.toml"
        config.write_text(world.settings_toml(**_settings(data, exports)), encoding="utf-8")
        (data / "seeds.toml").write_text(world.seeds_toml(), encoding="utf-8")
        environment = {**os.environ, "NARCOWATCH_CONFIG": str(config)}
        code = _night(data, environment)
        if code not in _GOES_ON:
            return code
        (data / "world.json").write_text(json.dumps(_limits(world)), encoding="utf-8")
        for step in (
            ["-m", "tests.world.decide", str(data / "world.json")],
            ["-m", "nightly.cli", "export", "--recipient", RECIPIENT],
            ["-m", "tests.world.decide", "--release"],
        ):
            failed = _run(step, environment)
            if failed:
                return failed
    _say_what_next(console, config, exports)
    return 0


def _settings(data: Path, exports: Path) -> dict[str, object]:
    return {
        "data_dir": str(data),
        "blocking": {
            "exports_dir": str(exports),
            "authority": {"unit": "Demo unit of the sample world", "contact": "demo@unit.example"},
            "recipients": [
                {
                    "name": RECIPIENT,
                    "formats": ["json", "csv", "xml", "rpz", "domains", "urls", "telegram"],
                }
            ],
        },
    }


def _limits(world: World) -> dict[str, list[str]]:
    return {
        "onions": sorted(world.onions.values()),
        "channels": sorted(world.content.channels),
    }


def _night(data: Path, environment: Mapping[str, str]) -> int:
    if failed := _run(["-m", "nightly.cli", "migrate", "--verbosity", "0"], environment):
        return failed
    report = str(data / "report.json")
    return _run(
        ["-m", "nightly.cli", "night", "--seeds", str(data / "seeds.toml"), "--report", report],
        environment,
    )


def _run(arguments: list[str], environment: Mapping[str, str]) -> int:
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=dict(environment), check=False
    ).returncode


def _say_what_next(console: Console, config: Path, exports: Path) -> None:
    here = Path.cwd()

    def short(path: Path) -> str:
        return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)

    console.print()
    console.print(f"The report as a page: {short(config.parent / 'report.html')}")
    console.print(f"The exports: {short(exports / RECIPIENT)}")
    console.print()
    console.print("Look on:", style="bold")
    console.print(f"  export NARCOWATCH_CONFIG={short(config)}")
    console.print("  .venv/bin/narcowatch search мефедрон")
    console.print("  .venv/bin/narcowatch person add YOU --group analyst")
    console.print("  .venv/bin/narcowatch review next --user YOU")
    console.print("  .venv/bin/narcowatch audit verify")
    console.print("With real seeds:", style="bold")
    console.print("  cp narcowatch.example.toml narcowatch.toml   # then edit it")
    console.print("  cp config/seeds.toml my.toml         # then edit it")
    console.print("  make run SEEDS=my.toml")
