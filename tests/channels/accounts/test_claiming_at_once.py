"""Accounts that claim at once resolve no more names than a night may."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.crawlers.crawling import ROOT, Place

WAIT_S = 120


def test_processes_that_claim_at_once_keep_to_the_nights_resolves(
    migrated: Path, tmp_path: Path
) -> None:
    shutil.copy(migrated, tmp_path / "narcowatch.sqlite3")
    env, most = Place(tmp_path, 1).env, 20
    command = [sys.executable, "-m", "tests.channels.accounts.claiming"]
    subprocess.run([*command, "nobody", "prepare"], cwd=ROOT, env=env, check=True)
    children = [
        subprocess.Popen(
            [*command, name, str(most)],
            cwd=ROOT,
            env=env,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for name in ("one", "two", "three")
    ]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    claimed = [int(child.communicate(timeout=WAIT_S)[0]) for child in children]
    assert sum(claimed) == most
