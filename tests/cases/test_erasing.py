"""Evidence that is due goes, what has to stay stays what it was, and the chain says both."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from cases import assessing, audit, intake, sealing
from cases.crosscheck import contradictions
from cases.erasing import erase, remove_left_over
from cases.evidence import EvidenceWriter, Pointer, read_body
from cases.keeping import due
from cases.models import AssessmentRow, AuditEvent, Capture, Case, DocumentRow, Run
from cases.moves import move
from domain.assessment import Assessment, Indicator, Label, Role
from domain.errors import EvidenceError
from domain.retention import Class, Days
from domain.states import CaseState
from tests.records import NOON, case_in, new_run, page

pytestmark = pytest.mark.django_db

DAYS = Days(
    pages=90, posts=90, dismissed=180, ended=1000, screens=180, images=30, journals=30, logs=90,
    requests=90, tips=365,
)  # fmt: skip
LATER = NOON + timedelta(days=91)


def at(moment: datetime) -> Callable[[], datetime]:
    return lambda: moment


def captured(root: Path, *urls: str, run: Run | None = None) -> Run:
    """A sealed run that captured ``urls`` into one file, each assessed."""
    run = run or new_run()
    writer = EvidenceWriter(root, run.pk, "crawl", "pages")
    intake.store(run.pk, "crawl", [page(url, f"text of {url}") for url in urls], writer)
    writer.close()
    contact = Indicator("telegram", "somebody")
    told = Assessment(0.5, Label.OTHER, Role.OTHER, "ru", "m", "linear", indicators=(contact,))
    documents = DocumentRow.objects.filter(capture__run=run)
    assessing.record(run.pk, {row.pk: told for row in documents})
    sealing.seal(run.pk, root)
    return run


def decided(state: CaseState, host: str) -> Case:
    """The case of ``host`` in ``state`` since NOON."""
    case = case_in(state, f"host:{host}")
    Case.objects.filter(pk=case.pk).update(changed_at=NOON)
    return case


def files_in(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


def pointer(row: Capture) -> Pointer:
    return Pointer(row.warc_file, row.warc_offset, row.warc_length)


def holds(root: Path) -> None:
    assert audit.verify().holds
    assert contradictions() == []
    assert sealing.check_all(root).problems == ()


def test_a_file_goes_whole_when_nothing_in_it_has_to_stay(tmp_path: Path) -> None:
    captured(tmp_path, "http://one.test/", "http://two.test/")
    (name,) = files_in(tmp_path)
    before = (tmp_path / name).read_bytes()
    done = erase(due(DAYS, LATER), tmp_path, clock=at(LATER))
    assert (done.rows[Class.PAGES], done.documents, done.files, done.rewritten) == (2, 2, 1, 0)
    assert files_in(tmp_path) == set()
    event = AuditEvent.objects.get(action=sealing.ERASED)
    assert event.details["files"] == {name: [len(before), hashlib.sha256(before).hexdigest()]}
    assert "text of" not in str(event.details)
    holds(tmp_path)


def test_the_words_go_and_what_is_known_by_digest_stays(tmp_path: Path) -> None:
    captured(tmp_path, "http://one.test/")
    before = Capture.objects.get()
    digest = DocumentRow.objects.get().text_sha256
    erase(due(DAYS, LATER), tmp_path, clock=at(LATER))
    row, document = Capture.objects.get(), DocumentRow.objects.get()
    assert (row.sha256, row.url, row.outcome) == (before.sha256, before.url, before.outcome)
    assert (row.warc_file, row.headers, row.erased_at) == ("", [], LATER)
    assert (document.text, document.title, document.links) == ("", "", [])
    assert document.text_sha256 == digest
    assert AssessmentRow.objects.get().indicators == []
    assert AssessmentRow.objects.get().probability == 0.5
    assert list(assessing.unassessed("another model")) == []


def test_what_a_confirmed_case_needs_is_taken_over_byte_for_byte(tmp_path: Path) -> None:
    urls = [f"http://{host}.test/" for host in ("a", "shop", "b", "shop2", "c")]
    captured(tmp_path, *urls)
    for host in ("shop.test", "shop2.test"):
        decided(CaseState.CONFIRMED, host)
    (name,) = files_in(tmp_path)
    whole = (tmp_path / name).read_bytes()
    shop = Capture.objects.get(url="http://shop.test/")
    record = whole[shop.warc_offset : shop.warc_offset + shop.warc_length]
    done = erase(due(DAYS, LATER), tmp_path, clock=at(LATER))
    assert (done.rows[Class.PAGES], done.files, done.rewritten) == (3, 1, 1)
    assert files_in(tmp_path) == {name.replace(".warc.gz", "-kept-001.warc.gz")}
    shop.refresh_from_db()
    now = (tmp_path / shop.warc_file).read_bytes()
    assert now[shop.warc_offset : shop.warc_offset + shop.warc_length] == record
    assert read_body(tmp_path, pointer(shop)) == b"text of http://shop.test/"
    other = Capture.objects.get(url="http://shop2.test/")
    assert read_body(tmp_path, pointer(other)) == b"text of http://shop2.test/"
    assert b"http://a.test" not in now
    check = [sys.executable, "-m", "warcio.cli", "check", str(tmp_path / shop.warc_file)]
    assert subprocess.run(check, check=False).returncode == 0
    holds(tmp_path)


def test_a_file_written_anew_is_sealed_by_the_event_and_can_be_cut_again(tmp_path: Path) -> None:
    run = captured(tmp_path, "http://a.test/", "http://shop.test/", "http://old.test/")
    decided(CaseState.CONFIRMED, "shop.test")
    decided(CaseState.DISMISSED, "old.test")
    erase(due(DAYS, LATER), tmp_path, clock=at(LATER))
    assert set(sealing.seals([run.pk])) == files_in(tmp_path)
    assert sealing.seal(run.pk, tmp_path) == 0
    much_later = NOON + timedelta(days=181)
    done = erase(due(DAYS, much_later), tmp_path, clock=at(much_later))
    assert (done.files, done.rewritten) == (1, 1)
    (name,) = files_in(tmp_path)
    assert name.endswith("-kept-002.warc.gz")
    assert read_body(tmp_path, pointer(Capture.objects.get(url="http://shop.test/")))
    holds(tmp_path)
    (tmp_path / name).write_bytes(b"something else")
    assert len(sealing.check_all(tmp_path).problems) == 1


@pytest.mark.parametrize(
    ("state", "goes_after"),
    [
        (CaseState.NEW, 90),
        (CaseState.SCREENED_OUT, 90),
        (CaseState.DISMISSED, 180),
        (CaseState.IN_REVIEW, None),
        (CaseState.ESCALATED, None),
        (CaseState.CONFIRMED, None),
    ],
)
def test_how_long_pages_stay_is_told_by_their_case(
    tmp_path: Path, state: CaseState, goes_after: int | None
) -> None:
    captured(tmp_path, "http://shop.test/")
    decided(state, "shop.test")
    for days in (89, 91, 179, 181, 999, 5000):
        found = due(DAYS, NOON + timedelta(days=days))
        assert found.count(Class.PAGES) == int(goes_after is not None and days > goes_after)
        if goes_after is None:
            assert sum(found.kept.values()) == int(days > 90)


def test_the_evidence_of_a_confirmed_case_stays_until_long_after_its_end(tmp_path: Path) -> None:
    captured(tmp_path, "http://shop.test/")
    case = decided(CaseState.CONFIRMED, "shop.test")
    ended = NOON + timedelta(days=500)
    move(case.pk, CaseState.WITHDRAWN, actor="test", reason="over", clock=at(ended))
    soon, late = due(DAYS, ended + timedelta(days=999)), due(DAYS, ended + timedelta(days=1001))
    assert soon.kept == {(Class.PAGES, "of a case that ended lately"): 1}
    assert (soon.count(Class.PAGES), late.count(Class.PAGES)) == (0, 1)


def test_a_case_that_was_confirmed_once_is_no_mere_dismissed_one(tmp_path: Path) -> None:
    captured(tmp_path, "http://shop.test/")
    case = decided(CaseState.CONFIRMED, "shop.test")
    for state in (CaseState.WITHDRAWN, CaseState.IN_REVIEW, CaseState.DISMISSED):
        move(case.pk, state, actor="test", reason="x", clock=at(NOON))
    assert due(DAYS, NOON + timedelta(days=999)).count(Class.PAGES) == 0
    assert due(DAYS, NOON + timedelta(days=1001)).count(Class.PAGES) == 1


@pytest.mark.parametrize("then", ["", "unreachable"])
def test_a_hold_stops_everything(tmp_path: Path, then: str) -> None:
    captured(tmp_path, "http://shop.test/")
    case = decided(CaseState.IN_REVIEW, "shop.test")
    move(case.pk, CaseState.ON_HOLD, actor="test", reason="x", clock=at(NOON))
    if then:
        move(case.pk, CaseState.UNREACHABLE, actor="test", reason="x", clock=at(NOON))
    found = due(DAYS, NOON + timedelta(days=9999))
    assert found.rows == {}
    assert found.kept == {(Class.PAGES, "on hold"): 1}


def test_what_a_restricted_case_has_waits_for_its_own_recipients(tmp_path: Path) -> None:
    captured(tmp_path, "http://shop.test/")
    Case.objects.update(restricted=True)
    assert due(DAYS, NOON + timedelta(days=9999)).kept == {(Class.PAGES, "restricted"): 1}


def test_a_run_at_work_is_left_alone(tmp_path: Path) -> None:
    run = captured(tmp_path, "http://shop.test/")
    assert due(DAYS, LATER, but_run=run.pk).rows == {}


@pytest.mark.parametrize("damage", ["changed", "gone"])
def test_evidence_that_is_not_what_was_sealed_is_not_laundered(tmp_path: Path, damage: str) -> None:
    captured(tmp_path, "http://a.test/", "http://shop.test/")
    decided(CaseState.CONFIRMED, "shop.test")
    (name,) = files_in(tmp_path)
    data = bytearray((tmp_path / name).read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / name).write_bytes(data)
    if damage == "gone":
        (tmp_path / name).unlink()
    done = erase(due(DAYS, LATER), tmp_path, clock=at(LATER))
    assert done.failed.total() == 1
    assert not Capture.objects.exclude(erased_at=None).exists()
    assert not AuditEvent.objects.filter(action=sealing.ERASED).exists()
    assert len(sealing.check_all(tmp_path).problems) == 1


def test_what_was_written_and_not_recorded_is_written_again(tmp_path: Path) -> None:
    captured(tmp_path, "http://a.test/", "http://shop.test/")
    decided(CaseState.CONFIRMED, "shop.test")
    (name,) = files_in(tmp_path)

    class Killed(BaseException):
        pass

    def kill(step: str) -> None:
        if step == "written":
            raise Killed

    with pytest.raises(Killed):
        erase(due(DAYS, LATER), tmp_path, clock=at(LATER), told=kill)
    assert name in files_in(tmp_path)
    assert len(files_in(tmp_path)) == 2
    done = erase(due(DAYS, LATER), tmp_path, clock=at(LATER))
    assert (done.files, done.rewritten, len(files_in(tmp_path))) == (1, 1, 1)
    holds(tmp_path)


def test_an_erasure_that_the_chain_does_not_tell_of_is_noticed(tmp_path: Path) -> None:
    captured(tmp_path, "http://a.test/")
    Capture.objects.update(erased_at=LATER, warc_file="")
    assert contradictions() == [f"run:{Run.objects.get().pk}: 1 of its pages are erased, "
                                "the chain says 0"]  # fmt: skip


def test_rows_that_point_to_an_erased_file_are_noticed(tmp_path: Path) -> None:
    run = captured(tmp_path, "http://a.test/")
    (name,) = files_in(tmp_path)
    erase(due(DAYS, LATER), tmp_path, clock=at(LATER))
    Capture.objects.update(erased_at=None, warc_file=name)
    told = "\n".join(contradictions())
    assert f"run:{run.pk}: 0 of its pages are erased, the chain says 1" in told
    assert f"{name} is gone by the chain, and rows still point to it" in told


def test_erased_evidence_cannot_be_read_and_says_why(tmp_path: Path) -> None:
    captured(tmp_path, "http://a.test/")
    kept = pointer(Capture.objects.get())
    erase(due(DAYS, LATER), tmp_path, clock=at(LATER))
    with pytest.raises(EvidenceError):
        read_body(tmp_path, kept)


def test_audit_verify_knows_what_went_by_its_age(tmp_path: Path, settings) -> None:
    root = tmp_path / "evidence"
    captured(root, "http://a.test/", "http://shop.test/")
    decided(CaseState.CONFIRMED, "shop.test")
    erase(due(DAYS, LATER), root, clock=at(LATER))
    settings.NARCOWATCH = settings.NARCOWATCH.model_copy(update={"data_dir": tmp_path})
    out = StringIO()
    call_command("audit", "verify", "--evidence", stdout=out, stderr=out)
    assert "evidence holds: 1 sealed file, 1 erased by their age" in out.getvalue()


def test_left_over_files_are_counted(tmp_path: Path) -> None:
    captured(tmp_path, "http://a.test/")
    (name,) = files_in(tmp_path)
    data = (tmp_path / name).read_bytes()
    erase(due(DAYS, LATER), tmp_path, clock=at(LATER))
    (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / name).write_bytes(data)
    assert sealing.check_all(tmp_path).left_over == (name,)
    assert remove_left_over(tmp_path) == 1
    assert files_in(tmp_path) == set()
