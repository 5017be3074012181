from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from pathlib import Path

import pytest

from cases import audit, intake, runs
from cases.evidence import EvidenceWriter
from cases.models import AuditEvent, Capture, Case, Run, StageRun
from cases.screenshots import RETENTION, record
from cases.sealing import STAGE, Sealed, check, seal, seal_others, seals, unsealed
from domain.captures import Egress
from domain.errors import EvidenceError
from domain.shots import Shot
from domain.states import CaseState
from tests.records import NOON, case_in, new_run, page

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n a picture"


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


def test_files_that_are_whole_are_sealed_beside_one_that_is_not(tmp_path: Path) -> None:
    run = new_run()
    gone = capture(run, tmp_path, "http://shop.test/")
    whole = capture(run, tmp_path, "http://shop.test/more")
    (tmp_path / gone).unlink()
    with pytest.raises(EvidenceError, match=gone):
        seal(run.pk, tmp_path)
    assert set(seals([run.pk])) == {whole}


def test_a_file_that_has_grown_must_begin_as_it_was_sealed(tmp_path: Path) -> None:
    run = new_run()
    writer = EvidenceWriter(tmp_path, run.pk, "crawl", "pages")
    intake.store(run.pk, "crawl", [page("http://shop.test/")], writer)
    assert seal(run.pk, tmp_path) == 1, "while the run still writes"
    (name,) = before = seals([run.pk])
    intake.store(run.pk, "crawl", [page("http://shop.test/more")], writer)
    writer.close()
    path = tmp_path / name
    data = path.read_bytes()
    path.write_bytes(data[:40] + bytes([data[40] ^ 1]) + data[41:])
    with pytest.raises(EvidenceError, match=r"not what was sealed \(audit event 1\)"):
        seal(run.pk, tmp_path)
    assert seals([run.pk]) == before
    path.write_bytes(data)
    assert seal(run.pk, tmp_path) == 1
    kept = seals([run.pk])[name]
    assert (kept.size, kept.sha256) == (len(data), hashlib.sha256(data).hexdigest())


def photograph(case: Case, run: Run, root: Path, *, images: bool = False) -> str:
    """A picture that somebody asked for, as the command takes it."""
    writer = EvidenceWriter(root, run.pk, "asked", RETENTION)
    shot = Shot(
        "http://shop.test/", "http://shop.test/", NOON, Egress.DIRECT, PNG, "text", "Chromium"
    )
    row = record(case.pk, run.pk, replace(shot, images=images), writer, actor="one")
    writer.close()
    return row.warc_file


def finished(root: Path, url: str) -> tuple[Run, str]:
    """A run that captured a page and sealed it in its stage."""
    run = new_run()
    name = capture(run, root, url)
    seal(run.pk, root)
    StageRun.objects.create(run=run, stage=STAGE, state=StageRun.State.DONE, started_at=NOON)
    return run, name


def test_what_was_asked_for_after_a_run_is_sealed_by_the_next(tmp_path: Path) -> None:
    run, name = finished(tmp_path, "http://shop.test/")
    case = case_in(CaseState.IN_REVIEW)
    assert seal_others(0, tmp_path) == Sealed(0, ())
    asked = [photograph(case, run, tmp_path, images=images) for images in (False, True)]
    assert unsealed(tmp_path) == [f"{one}: not sealed yet" for one in asked]
    tonight = new_run()
    assert seal_others(tonight.pk, tmp_path) == Sealed(2, ())
    assert seal_others(tonight.pk, tmp_path) == Sealed(0, ())
    assert set(seals([run.pk])) == {name, *asked}
    assert unsealed(tmp_path) == []
    assert audit.verify().holds


def test_a_run_that_was_killed_before_it_sealed_is_sealed_by_the_next(tmp_path: Path) -> None:
    killed = new_run()
    names = [capture(killed, tmp_path, f"http://shop.test/{n}") for n in range(2)]
    tonight = new_run()
    mine = capture(tonight, tmp_path, "http://shop.test/tonight")
    assert seal_others(tonight.pk, tmp_path) == Sealed(2, ())
    assert set(seals()) == set(names)
    assert unsealed(tmp_path) == [f"{mine}: not sealed yet"]


def test_damage_of_one_run_keeps_no_other_from_being_sealed(tmp_path: Path) -> None:
    damaged, killed = new_run(), new_run()
    torn = capture(damaged, tmp_path, "http://shop.test/")
    whole = capture(killed, tmp_path, "http://shop.test/")
    os.truncate(tmp_path / torn, 10)
    sealed = seal_others(0, tmp_path)
    assert sealed.files == 1
    (problem,) = sealed.problems
    assert torn in problem
    assert "lacks" in problem
    assert set(seals()) == {whole}
    assert unsealed(tmp_path) == [f"{torn}: not sealed yet"]


def test_files_that_no_seal_guards_are_named_with_why(tmp_path: Path) -> None:
    run = new_run()
    writer = EvidenceWriter(tmp_path, run.pk, "crawl", "pages")
    intake.store(run.pk, "crawl", [page("http://shop.test/")], writer)
    seal(run.pk, tmp_path)
    (kept,) = seals().values()
    intake.store(run.pk, "crawl", [page("http://shop.test/more")], writer)
    writer.close()
    stray = tmp_path / "screens" / "run-000001" / "asked-00001.warc.gz"
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"left by a kill")
    grown = Capture.objects.latest("pk")
    end = grown.warc_offset + grown.warc_length
    assert unsealed(tmp_path) == [
        f"{grown.warc_file}: sealed up to byte {kept.size}, it goes to byte {end}",
        "screens/run-000001/asked-00001.warc.gz: the record does not speak of it",
    ]


def test_a_run_that_captured_nothing_seals_nothing(tmp_path: Path) -> None:
    assert seal(new_run().pk, tmp_path) == 0
