from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from cases import audit, intake, runs
from cases.evidence import EvidenceWriter
from cases.models import AuditEvent, Capture, Run
from cases.sealing import check, seal, seals
from domain.errors import EvidenceError
from tests.records import new_run, page

pytestmark = pytest.mark.django_db


def capture(run: Run, root: Path, url: str) -> str:
    writer = EvidenceWriter(root, run.pk, "crawl", "pages")
    intake.store(run.pk, "crawl", [page(url)], writer)
    writer.close()
    return Capture.objects.get(run=run, url=url).warc_file


def test_a_run_seals_what_it_captured(tmp_path: Path) -> None:
    run = new_run()
    name = capture(run, tmp_path, "http://shop.test/")
    assert seal(run.pk, tmp_path) == 1
    kept = seals([run.pk])[name]
    data = (tmp_path / name).read_bytes()
    assert (kept.size, kept.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    event = AuditEvent.objects.get(seq=kept.event)
    assert (event.action, event.subject) == ("evidence.sealed", f"run:{run.pk}")
    assert audit.verify().holds
    check(tmp_path, name, kept)


def test_sealing_again_adds_only_what_is_new(tmp_path: Path) -> None:
    run = new_run()
    first = capture(run, tmp_path, "http://shop.test/")
    assert [seal(run.pk, tmp_path), seal(run.pk, tmp_path)] == [1, 0]
    more = capture(run, tmp_path, "http://shop.test/more")
    assert seal(run.pk, tmp_path) == 1
    assert set(seals([run.pk])) == {first, more}
    assert AuditEvent.objects.filter(action="evidence.sealed").count() == 2


def test_what_a_resumed_run_cuts_off_was_not_sealed(tmp_path: Path) -> None:
    run = runs.start("night", "", {}, evidence_root=tmp_path)
    name = capture(run, tmp_path, "http://shop.test/")
    with (tmp_path / name).open("ab") as stream:
        stream.write(b"beyond the record")
    seal(run.pk, tmp_path)
    runs.start("night", "", {}, evidence_root=tmp_path)
    check(tmp_path, name, seals([run.pk])[name])


@pytest.mark.parametrize("damage", ["flip", "cut", "gone"])
def test_evidence_that_was_changed_is_noticed(tmp_path: Path, damage: str) -> None:
    run = new_run()
    name = capture(run, tmp_path, "http://shop.test/")
    seal(run.pk, tmp_path)
    path = tmp_path / name
    data = bytearray(path.read_bytes())
    if damage == "flip":
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    elif damage == "cut":
        os.truncate(path, len(data) - 1)
    else:
        path.unlink()
    with pytest.raises(EvidenceError, match=name):
        check(tmp_path, name, seals([run.pk])[name])


def test_a_run_without_its_files_is_not_sealed(tmp_path: Path) -> None:
    run = new_run()
    (tmp_path / capture(run, tmp_path, "http://shop.test/")).unlink()
    with pytest.raises(EvidenceError, match="reading"):
        seal(run.pk, tmp_path)
    assert not AuditEvent.objects.filter(action="evidence.sealed").exists()


def test_a_run_that_captured_nothing_seals_nothing(tmp_path: Path) -> None:
    assert seal(new_run().pk, tmp_path) == 0
