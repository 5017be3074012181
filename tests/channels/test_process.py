from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from channels.process import EXIT_DONE, EXIT_REFUSED, channels_command, run_channels
from tests.channels.pages import FakeChannel, FakePost
from tests.channels.previewserver import HOST, PreviewServer
from tests.empty_record import put_record

#: 6 channels of 45 posts: 18 pages, each channel found by a forward in the one before.
CHANNELS, POSTS = 6, 45
_PREPARE = """
import django, sys
django.setup()
from cases import runs
from cases.models import Run
from django.conf import settings
from domain.seeds import parse_seeds
seeds = parse_seeds(b'[[channel]]\\nname = "ring_0"\\n')
run = runs.start("night", seeds.digest, {}, evidence_root=settings.NARCOWATCH.data_dir / "evidence")
runs.add_seeds(run, list(seeds.seeds))
print(run.pk)
"""
_VERIFY = """
import django
django.setup()
from cases import audit
print(audit.verify().problems)
"""


class Night:
    """A data directory of its own, with processes that work in it."""

    def __init__(self, folder: Path, server: PreviewServer) -> None:
        self.folder = folder
        self.settings = {
            "NARCOWATCH_DATA_DIR": str(folder / "var"),
            "NARCOWATCH_NET__TEST_NETWORKS": json.dumps(
                [{"name": "loopback", "cidr": "127.0.0.0/8", "hosts": ["*.test"]}]
            ),
            "NARCOWATCH_NET__RESOLVER_OVERRIDES": json.dumps({HOST: server.address}),
            "NARCOWATCH_CHANNELS__PREVIEW_BASE_URL": f"http://{HOST}/s/",
            "NARCOWATCH_CHANNELS__DELAY_S": "0",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        self.env = {**os.environ, **self.settings}
        self.children: list[subprocess.Popen[bytes]] = []

    def run(self, *command: str) -> str:
        done = subprocess.run(
            [sys.executable, *command],
            env=self.env,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def prepare(self) -> int:
        return int(self.run("-c", _PREPARE))

    def start(self, run: int) -> subprocess.Popen[bytes]:
        child = subprocess.Popen(channels_command(run), env=self.env, cwd=self.folder)
        self.children.append(child)
        return child

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(next((self.folder / "var").glob("*.sqlite3")))) as database:
            return database.execute(query).fetchall()

    def one(self, query: str) -> Any:
        return self.rows(query)[0][0] or 0


@pytest.fixture
def night(tmp_path: Path, server: PreviewServer) -> Iterator[Night]:
    for n in range(CHANNELS):
        channel = FakeChannel(f"ring_{n}", 1_000 + n).add(*range(2, POSTS + 1))
        forward = ("next", f"ring_{n + 1}") if n + 1 < CHANNELS else None
        channel.posts.append(FakePost(POSTS + 1, "дальше", forward=forward))
        server.put(channel)
    night = Night(tmp_path, server)
    put_record(tmp_path / "var")
    yield night
    for child in night.children:
        if child.poll() is None:
            child.kill()
            child.wait()


def until(happened: Callable[[], bool], child: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while not happened():
        assert child.poll() is None, "the child ended before it was to be killed"
        assert time.monotonic() < end, "nothing happened for a minute"
        time.sleep(0.002)


def test_killed_again_and_again_no_post_is_lost_or_doubled(
    night: Night, server: PreviewServer
) -> None:
    server.latency_s = 0.05
    run = night.prepare()
    for served in (2, 5, 9, 14):
        child = night.start(run)
        until(lambda served=served: sum(server.served.values()) >= served, child)
        child.send_signal(signal.SIGKILL)
        child.wait()
        assert night.prepare() == run
    server.latency_s = 0
    assert night.start(run).wait(60) == EXIT_DONE

    posts = night.rows("select target_id, part, count(*) from cases_documentrow group by 1, 2")
    assert {n for _, _, n in posts} == {1}
    assert len(posts) == CHANNELS * POSTS
    assert night.one("select count(*) from cases_capture") == CHANNELS * 3
    assert night.one("select count(*) from cases_runsource where not done") == 0
    requests = night.one("select sum(requests) from cases_capture")
    refetched = night.one("select sum(n) from cases_runcount where name = 'refetched'")
    assert requests == CHANNELS * 3
    assert refetched >= 1
    assert requests + refetched == sum(server.served.values())
    assert night.run("-c", _VERIFY) == "()"
    assert _responses(night.folder / "var" / "evidence") == CHANNELS * 3


def _responses(evidence: Path) -> int:
    found = 0
    for path in evidence.rglob("*.warc.gz"):
        with path.open("rb") as stream:
            found += sum(record.rec_type == "response" for record in ArchiveIterator(stream))
    return found


def test_two_readers_of_one_run_do_not_get_in_each_others_way(
    night: Night, server: PreviewServer
) -> None:
    server.latency_s = 0.2
    run = night.prepare()
    first = night.start(run)
    until(lambda: sum(server.served.values()) >= 1, first)
    assert night.start(run).wait(60) == EXIT_REFUSED
    server.latency_s = 0
    assert first.wait(60) == EXIT_DONE
    assert night.one("select sum(requests) from cases_capture") == sum(server.served.values())


def test_a_run_that_is_not_there_is_refused(night: Night) -> None:
    assert night.start(4711).wait(60) == EXIT_REFUSED


def test_the_night_sees_the_exit_code_and_progress(night: Night, server: PreviewServer) -> None:
    server.latency_s = 0.1
    told: list[int] = []
    run = night.prepare()
    code = run_channels(
        run, env=night.settings, on_progress=lambda: told.append(sum(server.served.values()))
    )
    assert code == EXIT_DONE
    assert told
    assert told == sorted(told)


_PARENT = """
import sys
from channels.process import run_channels
run_channels(int(sys.argv[1]))
"""


def test_the_child_dies_with_the_night(night: Night, server: PreviewServer) -> None:
    server.latency_s = 0.5
    run = night.prepare()
    parent = subprocess.Popen(
        [sys.executable, "-c", _PARENT, str(run)], env=night.env, cwd=night.folder
    )
    night.children.append(parent)
    until(lambda: sum(server.served.values()) >= 1, parent)
    parent.kill()
    parent.wait()
    time.sleep(1.2)
    served = sum(server.served.values())
    time.sleep(1.2)
    assert sum(server.served.values()) == served < CHANNELS * 3
