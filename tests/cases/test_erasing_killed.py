"""An erasure that is killed, in processes of their own, and what is left in the database file."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.empty_record import put_record

ROOT = Path(__file__).resolve().parents[2]

CHILD = """
import os, signal, sys
from datetime import timedelta
from pathlib import Path
import django
django.setup()
from cases.erasing import erase
from cases.keeping import due
from tests.cases.test_erasing import DAYS, LATER
root, step = Path(sys.argv[1]), sys.argv[2]
def kill(at):
    if at == step:
        os.kill(os.getpid(), signal.SIGKILL)
erase(due(DAYS, LATER), root, clock=lambda: LATER, told=kill)
"""

SET_UP = """
import sys
from pathlib import Path
import django
django.setup()
from domain.states import CaseState
from tests.cases.test_erasing import captured, decided
root = Path(sys.argv[1])
captured(root, "http://a.test/", "http://shop.test/", "http://b.test/")
captured(root, "http://c.test/")
decided(CaseState.CONFIRMED, "shop.test")
"""

LOOK = """
import json, sys
from pathlib import Path
import django
django.setup()
from cases import audit, sealing
from cases.crosscheck import contradictions
from cases.erasing import erase, remove_left_over
from cases.evidence import Pointer, read_body
from cases.keeping import due
from cases.models import Capture
from tests.cases.test_erasing import DAYS, LATER, files_in
root = Path(sys.argv[1])
before = [audit.verify().holds, contradictions(), list(sealing.check_all(root).problems)]
left = remove_left_over(root)
erase(due(DAYS, LATER), root, clock=lambda: LATER)
after = [audit.verify().holds, contradictions(), list(sealing.check_all(root).problems)]
shop = Capture.objects.get(url="http://shop.test/")
body = read_body(root, Pointer(shop.warc_file, shop.warc_offset, shop.warc_length)).decode()
print(json.dumps([before, left, after, body, sorted(files_in(root)),
                  Capture.objects.exclude(erased_at=None).count()]))
"""


@pytest.mark.parametrize(
    ("step", "left"), [("written", 0), ("recorded", 1), ("removed", 0)]
)  # fmt: skip
def test_killed_in_between_it_is_made_up_for(tmp_path: Path, step: str, left: int) -> None:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("NARCOWATCH_")}
    environment = {**kept, "NARCOWATCH_DATA_DIR": str(tmp_path), "NARCOWATCH_CONFIG": "",
                   "DJANGO_SETTINGS_MODULE": "config.settings"}  # fmt: skip
    root = tmp_path / "evidence"

    def python(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True,
            timeout=280, check=False,
        )  # fmt: skip

    put_record(tmp_path)
    made = python("-c", SET_UP, str(root))
    assert made.returncode == 0, made.stderr
    assert python("-c", CHILD, str(root), step).returncode == -signal.SIGKILL
    looked = python("-c", LOOK, str(root))
    assert looked.returncode == 0, looked.stderr
    before, removed, after, body, files, erased = json.loads(looked.stdout)
    assert before == [True, [], []]
    assert after == [True, [], []]
    assert removed == left
    assert body == "text of http://shop.test/"
    assert files == ["pages/run-000001/crawl-00001-kept-001.warc.gz"]
    assert erased == 3


def test_nothing_of_the_words_is_left_in_the_file_of_the_database(tmp_path: Path) -> None:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("NARCOWATCH_")}
    environment = {**kept, "NARCOWATCH_DATA_DIR": str(tmp_path), "NARCOWATCH_CONFIG": "",
                   "DJANGO_SETTINGS_MODULE": "config.settings"}  # fmt: skip
    root = str(tmp_path / "evidence")
    settle = CHILD + "\nfrom cases.erasing import settle\nsettle()\n"
    put_record(tmp_path)
    subprocess.run([sys.executable, "-c", SET_UP, root], cwd=ROOT, env=environment, check=True)
    file = tmp_path / "narcowatch.sqlite3"
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    assert b"text of http://a.test/" in file.read_bytes()
    code = ("-c", settle, root, "never")
    subprocess.run([sys.executable, *code], cwd=ROOT, env=environment, check=True)
    assert b"text of http://a.test/" not in file.read_bytes()
    assert b"text of http://shop.test/" in file.read_bytes()
