"""``make run``: a whole night over the sample world, decided by two demo reviewers.

Everything is kept in a data directory of its own, which every demo begins anew and in which
nothing else may run; the Tor network's keys are cached beside it, so that onion names and start-up
times stay the same. Settings of the caller's own (``NARCOWATCH_*``) have no part in it.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console

from nightly.demo import mark
from tests.world import accounts
from tests.world.world import World

ROOT = Path(__file__).resolve().parents[2]
#: Exit codes of a night after which a demo goes on: it is complete, or it says what was silent.
_GOES_ON = (0, 3)
RECIPIENT = "demo-regulator"
#: At the sample world's own Telegram server; they read the channels that show no preview.
ACCOUNTS = ("reader1", "reader2")
_OWN = "NARCOWATCH_"


def main(var: Path = ROOT / "var") -> int:
    """Run the demo under ``var``. Returns the exit code of the first step that failed, or 0."""
    console = Console(stderr=True)
    data = var / "demo"
    exports = var / "exports"
    for folder in (data, exports / RECIPIENT):
        shutil.rmtree(folder, ignore_errors=True)
    data.mkdir(parents=True, mode=0o700)
    mark(data)
    console.print(
        f"the demo begins anew in {_short(data)}; starting the sample world on loopback …"
    )
    with World(data / "world", accounts=ACCOUNTS) as world:
        config = data / "narcowatch.toml"
        config.write_text(world.settings_toml(**_settings(data, exports)), encoding="utf-8")
        (data / "seeds.toml").write_text(world.seeds_toml(), encoding="utf-8")
        environment = _environment(config)
        code = _night(data, environment, world)
        if code not in _GOES_ON:
            return code
        (data / "world.json").write_text(json.dumps(_limits(world)), encoding="utf-8")
        for step in (
            ["-m", "tests.world.decide", str(data / "world.json")],
            ["-m", "nightly.cli", "export", "--recipient", RECIPIENT],
            ["-m", "tests.world.decide", "--release"],
            ["-m", "nightly.cli", "report", "--cases", *_files(data)],
        ):
            failed = _run(step, environment)
            if failed:
                return failed
    _say_what_next(console, config, exports)
    return 0


def _environment(config: Path) -> dict[str, str]:
    """The caller's environment with the demo's settings instead of the caller's."""
    others = {name: text for name, text in os.environ.items() if not name.startswith(_OWN)}
    return {**others, **accounts.ENVIRONMENT, "NARCOWATCH_CONFIG": str(config)}


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


def _night(data: Path, environment: Mapping[str, str], world: World) -> int:
    """Fill the record, which is empty yet, with accounts, and have it work for a night."""
    assert world.accounts is not None
    if failed := _run(["-m", "nightly.cli", "migrate", "--verbosity", "0"], environment):
        return failed
    if failed := _run(["-c", accounts.ENLIST], environment, given=world.accounts.users()):
        return failed
    seeds = str(data / "seeds.toml")
    return _run(["-m", "nightly.cli", "night", "--seeds", seeds], environment)


def _files(data: Path) -> list[str]:
    """Options that write the report, as it is when people have decided."""
    return ["--html", str(data / "report.html"), "--json-file", str(data / "report.json")]


def _run(arguments: list[str], environment: Mapping[str, str], given: str | None = None) -> int:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=dict(environment),
        input=given,
        text=True,
        check=False,
    ).returncode


def _short(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def next_commands(config: Path) -> list[str]:
    """What to type to look on. Each command names the demo's settings for itself alone, so that
    none of them leads real work into the demo's folder."""
    narcowatch = f"NARCOWATCH_CONFIG={shlex.quote(_short(config))} .venv/bin/narcowatch"
    return [
        f"{narcowatch} {arguments}"
        for arguments in (
            "search мефедрон",
            "person add analyst1 --group analyst",
            "review next --user analyst1",
            "audit verify",
        )
    ]


def _say_what_next(console: Console, config: Path, exports: Path) -> None:
    lines = [
        "",
        f"The report as a page: {_short(config.parent / 'report.html')}",
        f"The exports: {_short(exports / RECIPIENT)}",
        "",
        "Look on (the next `make run` begins the demo anew):",
        *(f"  {command}" for command in next_commands(config)),
        'With real seeds (README, "For real use"):',
        "  cp narcowatch.example.toml narcowatch.toml   # then edit it",
        "  cp config/seeds.toml my.toml                 # then edit it",
        "  make run SEEDS=my.toml",
    ]
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
