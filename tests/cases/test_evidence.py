from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from cases.evidence import EvidenceWriter, Pointer, read_body, recover
from domain.captures import Exchange
from domain.errors import EvidenceError
from tests.records import NOON, page


def exchange(url: str = "http://shop.test/a?b=1", text: str = "привет") -> Exchange:
    value = page(url, text).exchange
    assert value is not None
    return value


def test_bytes_come_back_from_file_and_offset(tmp_path: Path) -> None:
    writer = EvidenceWriter(tmp_path, 1, "crawl", "pages")
    first = writer.write(exchange(text="one"), NOON)
    second = writer.write(exchange(text="two"), NOON)
    writer.close()
    assert first.file == second.file == "pages/run-000001/crawl-00001.warc.gz"
    assert read_body(tmp_path, first) == b"one"
    assert read_body(tmp_path, second) == b"two"


def test_what_is_written_passes_the_checker_of_warcio(tmp_path: Path) -> None:
    writer = EvidenceWriter(tmp_path, 1, "crawl", "pages")
    pointer = writer.write(exchange(), NOON, "captcha")
    writer.close()
    command = [sys.executable, "-m", "warcio.cli", "check", str(tmp_path / pointer.file)]
    assert subprocess.run(command, check=False).returncode == 0
    with (tmp_path / pointer.file).open("rb") as stream:
        kinds = [record.rec_type for record in ArchiveIterator(stream)]
    assert kinds == ["warcinfo", "response", "request"]


def test_the_coding_a_body_came_in_is_kept_under_another_name(tmp_path: Path) -> None:
    writer = EvidenceWriter(tmp_path, 1, "crawl", "pages")
    pointer = writer.write(exchange(), NOON)
    writer.close()
    with (tmp_path / pointer.file).open("rb") as stream:
        response = next(r for r in ArchiveIterator(stream) if r.rec_type == "response")
    assert response.http_headers.get_header("X-Archive-Orig-Content-Encoding") == "gzip"
    assert response.http_headers.get_header("Content-Encoding") is None


def test_a_header_cannot_smuggle_another(tmp_path: Path) -> None:
    value = Exchange("http://a.test/", "GET", (), 200, "OK", (("X-A", "1\r\nSet-Cookie: x"),), b"")
    writer = EvidenceWriter(tmp_path, 1, "crawl", "pages")
    pointer = writer.write(value, NOON)
    writer.close()
    with (tmp_path / pointer.file).open("rb") as stream:
        response = next(r for r in ArchiveIterator(stream) if r.rec_type == "response")
    assert response.http_headers.get_header("Set-Cookie") is None


def test_files_are_rotated_and_private(tmp_path: Path) -> None:
    writer = EvidenceWriter(tmp_path, 1, "crawl", "pages", rotate_bytes=200)
    files = [writer.write(exchange(text=os.urandom(300).hex()), NOON).file for _ in range(3)]
    writer.close()
    assert len(set(files)) == 3
    assert stat.S_IMODE((tmp_path / files[0]).stat().st_mode) == 0o600


def test_recovery_cuts_a_torn_tail_and_removes_what_nobody_knows(tmp_path: Path) -> None:
    writer = EvidenceWriter(tmp_path, 1, "crawl", "pages")
    kept = writer.write(exchange(text="kept"), NOON)
    lost = writer.write(exchange(text="lost"), NOON)
    writer.close()
    os.truncate(tmp_path / lost.file, lost.offset + 20)
    other = EvidenceWriter(tmp_path, 1, "other", "pages")
    orphan = other.write(exchange(), NOON)
    other.close()
    cut = recover(tmp_path, 1, {kept.file: kept.offset + kept.length})
    assert cut == {kept.file: 20, orphan.file: cut[orphan.file]}
    assert read_body(tmp_path, kept) == b"kept"
    assert not (tmp_path / orphan.file).exists()


def test_recovery_says_when_the_record_points_beyond_the_file(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match=r"gone.warc.gz has 0 bytes"):
        recover(tmp_path, 1, {"pages/run-000001/gone.warc.gz": 10})


def test_reading_what_is_not_there_names_it(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match=r"gone.warc.gz"):
        read_body(tmp_path, Pointer("gone.warc.gz", 0, 5))
