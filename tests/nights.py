"""Running whole nights over the sample world as an operator would: by commands."""

from __future__ import annotations

import gzip
import json
import os
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.empty_record import put_record
from tests.world import telegram
from tests.world.accounts import ENLIST, ENVIRONMENT
from tests.world.world import World

ROOT = Path(__file__).resolve().parents[1]
RECIPIENT = "regulator"

#: Found by what it is tied to, and that are onions: without Tor its doubtful text stands alone.
TIED_TO_ONIONS = {"zerkalo-hub"}


#: What a client asks for itself; counted in the report beside what is asked of channels.
TO_CONNECT = {"GetConfig", "GetUsers", "GetState", "GetDifference"}

#: They say all in code words, and nothing but what Telegram calls similar leads to them, which it
#: tells accounts alone: without accounts their texts stand by themselves.
IN_CODE = {"irtysh_tihiy_bereg"}


@dataclass(frozen=True)
class House:
    """A data directory with its settings, over a running world."""

    world: World
    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "narcowatch.toml"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def must_find(self) -> dict[str, str]:
        """Keys and slugs of all planted shops and channels that a night must queue."""
        out_of_sight = set() if self.world.tor else TIED_TO_ONIONS
        if not self.world.accounts:
            out_of_sight = out_of_sight | IN_CODE
        return {
            str(fact.key): fact.slug
            for fact in self.world.findable()
            if fact.slug not in out_of_sight
        }

    @property
    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("NARCOWATCH_")}
        secrets = ENVIRONMENT if self.world.accounts else {}
        return {**kept, **secrets, "NARCOWATCH_CONFIG": str(self.config)}

    def narcowatch(self, *arguments: str, timeout: float = 280) -> subprocess.CompletedProcess[str]:
        """Run one command and wait for its end."""
        return subprocess.run(
            [sys.executable, "-m", "nightly.cli", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def python(self, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            input=given,
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def start_night(self) -> subprocess.Popen[bytes]:
        """Start a night and do not wait."""
        with (self.folder / "night.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "nightly.cli", *self.night_arguments()],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
            )

    def night_arguments(self) -> list[str]:
        seeds, report = self.folder / "seeds.toml", self.folder / "report.json"
        return ["night", "--seeds", str(seeds), "--report", str(report)]

    def report(self) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads((self.folder / "report.json").read_text("utf-8"))
        return loaded

    def written(self) -> Iterator[bytes]:
        """All that lies in the data directory, WARC files unpacked."""
        for path in sorted(self.data.rglob("*")):
            if path.is_file():
                data = path.read_bytes()
                yield gzip.decompress(data) if path.suffix == ".gz" else data

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask the record directly."""
        connection = sqlite3.connect(f"file:{self.data / 'narcowatch.sqlite3'}?mode=ro", uri=True)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()


def build_house(world: World, folder: Path, seeds: str, **settings: Any) -> House:
    """Write settings and seeds beside a record that is empty."""
    house = House(world, folder)
    folder.mkdir(parents=True, exist_ok=True)
    house.config.write_text(
        world.settings_toml(data_dir=str(house.data), **settings), encoding="utf-8"
    )
    (folder / "seeds.toml").write_text(seeds, encoding="utf-8")
    put_record(house.data)
    if world.accounts:
        enlisted = house.python("-c", ENLIST, given=world.accounts.users())
        assert enlisted.returncode == 0, enlisted.stderr
    return house


def requests_by_host(report: Mapping[str, Any], count: str = "requests") -> Counter[str]:
    """What the report says was asked of each host of the world."""
    asked: Counter[str] = Counter()
    for line in report["sources"]:
        kind, _, value = line["source"].partition(":")
        if kind == "telegram":
            host = telegram.HOST
        elif kind == "url":
            parts = urlsplit(value)
            host = telegram.HOST if parts.scheme == "mtproto" else parts.hostname or ""
        else:
            host = value
        asked[host] += line[count]
        if count == "requests":
            asked.update(line["elsewhere"])
    return +asked


def served_by_host(world: World) -> Counter[str]:
    """What the world's servers say they began to answer; what accounts asked counts as asked of
    the channels' host, but for what they ask for themselves to connect."""
    served = Counter({host: count.served for host, count in world.served().items()})
    if world.accounts:
        served[telegram.HOST] += sum(
            call.method not in TO_CONNECT for call in world.accounts.server.calls
        )
    return +served
