"""What only files can suffer: killed writers, other processes, damage, age."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from domain.errors import IndexingError
from index.embedded import EmbeddedEngine
from index.engine import Query
from index.opening import open_anew, open_engine
from tests.index.samples import entry, found

ROOT = Path(__file__).resolve().parents[2]
# Commits one entry, then stands in the middle of a second put until it is killed.
_CHILD = """
import sys, time
from pathlib import Path
from index.embedded import EmbeddedEngine
from tests.index.samples import entry
engine = EmbeddedEngine(Path(sys.argv[1]))
engine.put([entry("kept", "слово")])
def unending():
    yield entry("lost", "слово")
    print("writing", flush=True)
    time.sleep(600)
engine.put(unending())
"""


@contextmanager
def writing(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process in the middle of writing."""
    with subprocess.Popen(
        [sys.executable, "-c", _CHILD, str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as child:
        try:
            assert child.stdout is not None
            assert child.stdout.readline() == "writing\n"
            yield child
        finally:
            child.kill()


def test_a_killed_writer_loses_only_what_it_had_not_committed(tmp_path: Path) -> None:
    with writing(tmp_path) as child:
        child.send_signal(signal.SIGKILL)
        child.wait()
        engine = EmbeddedEngine(tmp_path)
        assert found(engine, "слово") == {"kept"}
        assert engine.put([entry("new", "слово")]) == 1
        assert found(engine, "слово") == {"kept", "new"}


def test_while_one_process_writes_others_read_but_do_not_write(tmp_path: Path) -> None:
    with writing(tmp_path):
        engine = EmbeddedEngine(tmp_path, patience_s=0)
        assert found(engine, "слово") == {"kept"}
        for change in (
            lambda: engine.put([entry("a", "")]),
            lambda: engine.delete(["kept"]),
            lambda: open_anew("", tmp_path),
        ):
            with pytest.raises(IndexingError, match="another process is writing") as caught:
                change()
            assert not caught.value.permanent
        health = engine.healthy()
        assert health  # nothing is wrong with it
        assert "1 entries" in health.detail
        assert "another process is writing" in health.detail
    assert found(engine, "слово") == {"kept"}


def test_a_write_waits_for_another_to_end(tmp_path: Path) -> None:
    with writing(tmp_path) as child:
        threading.Timer(0.3, child.kill).start()
        assert EmbeddedEngine(tmp_path, patience_s=20).put([entry("new", "слово")]) == 1


def test_an_index_that_cannot_be_read_is_not_healthy(tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path)
    (tmp_path / "segments" / "meta.json").write_text("{")
    health = engine.healthy()
    assert not health
    assert "narcowatch index rebuild" in health.detail


def test_what_another_engine_commits_is_seen(tmp_path: Path) -> None:
    reader, writer = EmbeddedEngine(tmp_path), EmbeddedEngine(tmp_path)
    assert reader.generation == writer.generation
    writer.put([entry("a", "слово")])
    assert found(reader, "слово") == {"a"}


def test_a_put_that_fails_changes_nothing(tmp_path: Path) -> None:
    def failing() -> Iterator[object]:
        yield entry("a", "слово")
        raise KeyError("the record is gone")

    engine = EmbeddedEngine(tmp_path)
    with pytest.raises(KeyError, match="the record is gone"):
        engine.put(failing())  # type: ignore[arg-type]
    assert engine.count() == 0
    assert engine.put([entry("a", "слово")]) == 1


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("format.json", "{"),
        ("format.json", json.dumps({"version": 0, "generation": "x"})),
        ("format.json", "[]"),
        ("segments/meta.json", "{"),
    ],
)
def test_a_damaged_or_old_index_is_named_and_can_be_made_anew(
    tmp_path: Path, file: str, content: str
) -> None:
    EmbeddedEngine(tmp_path).put([entry("a", "слово")])
    (tmp_path / file).write_text(content)
    with pytest.raises(IndexingError, match="narcowatch index rebuild") as caught:
        open_engine("", tmp_path)
    assert str(tmp_path) in str(caught.value)
    assert caught.value.permanent
    assert open_anew("", tmp_path).count() == 0
    assert open_engine("", tmp_path).healthy()


def test_segments_of_nobody_are_not_taken_over(tmp_path: Path) -> None:
    EmbeddedEngine(tmp_path).put([entry("a", "слово")])
    (tmp_path / "format.json").unlink()
    with pytest.raises(IndexingError, match=r"format.json is missing .*narcowatch index rebuild"):
        open_engine("", tmp_path)


def test_an_index_made_anew_is_another_generation(tmp_path: Path) -> None:
    before = EmbeddedEngine(tmp_path)
    before.put([entry("a", "слово")])
    (tmp_path / "not-ours.txt").write_text("stays")
    after = open_anew("", tmp_path)
    assert after.generation != before.generation
    assert after.search(Query("")).total == 0
    assert (tmp_path / "not-ours.txt").read_text() == "stays"


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(IndexingError, match="file/index"):
        open_engine("", tmp_path / "file" / "index")


def test_nobody_else_may_read_the_index(tmp_path: Path) -> None:
    EmbeddedEngine(tmp_path / "index")
    assert (tmp_path / "index").stat().st_mode & 0o077 == 0
