from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cases import audit, runs
from cases.committed import committed_ends
from cases.evidence import EvidenceWriter
from cases.models import AuditEvent, Case, Run, Screenshot
from cases.screenshots import RETENTION, read_png, read_text, record
from domain.captures import Egress
from domain.errors import AccessError, EvidenceError, InputError
from domain.shots import Shot
from domain.states import CaseState
from tests.records import NOON, case_in, new_run

pytestmark = pytest.mark.django_db

SHOT = Shot(
    url="http://shop.test/",
    final_url="http://shop.test/goods",
    taken_at=NOON,
    egress=Egress.DIRECT,
    png=b"\x89PNG\r\n\x1a\n a picture",
    text="Свежий товар \x00\ud800",
    browser="Chromium 140.0",
    requests=4,
)


@pytest.fixture
def case() -> Case:
    return case_in(CaseState.IN_REVIEW)


@pytest.fixture
def run() -> Run:
    return new_run()


@pytest.fixture
def writer(tmp_path: Path, run: Run) -> Iterator[EvidenceWriter]:
    writer = EvidenceWriter(tmp_path, run.pk, "screens", RETENTION)
    yield writer
    writer.close()


def test_a_screenshot_comes_back_as_it_was_taken(
    case: Case, run: Run, writer: EvidenceWriter, tmp_path: Path
) -> None:
    row = record(case.pk, run.pk, SHOT, writer, actor="system:shots")
    assert read_png(tmp_path, row) == SHOT.png
    assert read_text(tmp_path, row) == "Свежий товар \ufffd\ufffd"
    assert row.warc_file.startswith("screens/run-")
    assert (row.egress, row.browser, row.images, row.requests) == (
        "direct",
        "Chromium 140.0",
        False,
        4,
    )


def test_who_took_it_for_whom_stands_in_the_chain(
    case: Case, run: Run, writer: EvidenceWriter
) -> None:
    row = record(case.pk, run.pk, SHOT, writer, actor="aigul")
    event = AuditEvent.objects.get(action="screenshot.taken")
    assert (event.subject, event.actor) == (f"case:{case.pk}", "aigul")
    assert event.details["png_sha256"] == row.png_sha256
    assert event.details["text_sha256"] == row.text_sha256
    assert "shop.test" not in str(event.details)
    assert audit.verify().holds


def test_the_same_again_changes_nothing(case: Case, run: Run, writer: EvidenceWriter) -> None:
    first = record(case.pk, run.pk, SHOT, writer, actor="system:shots")
    again = record(case.pk, run.pk, replace(SHOT, text="other"), writer, actor="system:shots")
    assert again.pk == first.pk
    assert again.text_sha256 == first.text_sha256
    assert AuditEvent.objects.filter(action="screenshot.taken").count() == 1
    with_images = record(case.pk, run.pk, replace(SHOT, images=True), writer, actor="aigul")
    assert with_images.pk != first.pk


def test_a_restricted_case_is_refused(
    case: Case, run: Run, writer: EvidenceWriter, tmp_path: Path
) -> None:
    Case.objects.filter(pk=case.pk).update(restricted=True)
    with pytest.raises(AccessError, match="restricted"):
        record(case.pk, run.pk, SHOT, writer, actor="aigul")
    assert not Screenshot.objects.exists()
    assert list(tmp_path.rglob("*.warc.gz")) == []


def test_what_is_no_png_is_refused(case: Case, run: Run, writer: EvidenceWriter) -> None:
    with pytest.raises(InputError, match="no PNG"):
        record(case.pk, run.pk, replace(SHOT, png=b"GIF89a"), writer, actor="aigul")


def test_a_picture_that_was_changed_is_not_shown(
    case: Case, run: Run, writer: EvidenceWriter, tmp_path: Path
) -> None:
    row = record(case.pk, run.pk, SHOT, writer, actor="aigul")
    row.png_sha256 = "0" * 64
    with pytest.raises(EvidenceError, match="not what was taken"):
        read_png(tmp_path, row)


def test_a_run_that_is_resumed_keeps_its_screenshots_and_cuts_what_came_after(
    case: Case, tmp_path: Path
) -> None:
    run = runs.start("night", "", {}, evidence_root=tmp_path)
    writer = EvidenceWriter(tmp_path, run.pk, "screens", RETENTION)
    row = record(case.pk, run.pk, SHOT, writer, actor="system:shots")
    end = row.text_offset + row.text_length
    assert committed_ends(run.pk) == {row.warc_file: end}
    writer.close()
    with (tmp_path / row.warc_file).open("ab") as stream:
        stream.write(b"torn")
    resumed = runs.start("night", "", {}, evidence_root=tmp_path)
    assert resumed.pk == run.pk
    assert (tmp_path / row.warc_file).stat().st_size == end
    assert read_png(tmp_path, row) == SHOT.png
