from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from domain.errors import RecordError
from net.journal import RequestJournal


def test_counts_what_was_sent_over_several_openings(tmp_path: Path) -> None:
    path = tmp_path / "below" / "journal.log"
    first = RequestJournal(path)
    first.sent("http://a.test/")
    first.sent("http://a.test/")
    first.close()
    second = RequestJournal(path)
    second.sent("http://b.test/ж")
    assert second.read() == {"http://a.test/": 2, "http://b.test/ж": 1}
    second.close()


def test_a_line_that_was_cut_off_is_not_counted_and_spoils_no_other(tmp_path: Path) -> None:
    path = tmp_path / "journal.log"
    path.write_bytes(b"http://a.test/\nhttp://a.te")
    journal = RequestJournal(path)
    journal.sent("http://b.test/")
    assert journal.read()["http://b.test/"] == 1
    assert journal.read()["http://a.test/"] == 1
    journal.close()


def test_one_process_at_a_time_holds_it_and_death_lets_go(tmp_path: Path) -> None:
    path = tmp_path / "journal.log"
    script = (
        "import sys, time; from pathlib import Path; from net.journal import RequestJournal;"
        "j = RequestJournal(Path(sys.argv[1])); j.sent('http://a.test/');"
        "print('held', flush=True); time.sleep(60)"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", script, str(path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        with pytest.raises(RecordError, match="another process"):
            RequestJournal(path)
        os.kill(child.pid, signal.SIGKILL)
    journal = RequestJournal(path)
    assert journal.read() == {"http://a.test/": 1}, "the line outlives the process"
    journal.close()
