"""Taking runs up again: what is resumed, what is given up, and what is damaged."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from cases import audit, intake, runs
from cases.evidence import EvidenceWriter
from cases.models import AuditEvent, Run, StageRun
from tests.records import NOON, page

pytestmark = pytest.mark.django_db


def start(root: Path, seeds: str = "a", hours: float = 0.0) -> Run:
    now = NOON + timedelta(hours=hours)
    return runs.start("night", seeds, {}, evidence_root=root, clock=lambda: now)


def with_evidence(root: Path, run: Run) -> Path:
    """One capture, written and flushed."""
    writer = EvidenceWriter(root, run.pk, "crawl", "pages")
    intake.store(run.pk, "crawl", [page("http://shop.test/")], writer)
    writer.close()
    (file,) = root.rglob("*.warc.gz")
    return file


def test_an_unfinished_run_is_taken_up_again(tmp_path: Path) -> None:
    run = start(tmp_path)
    with_evidence(tmp_path, run)
    again = start(tmp_path, hours=3)
    assert (again.pk, again.starts) == (run.pk, 2)


@pytest.mark.parametrize(("seeds", "hours"), [("b", 1.0), ("a", 21.0)])
def test_one_over_other_seeds_or_too_old_is_given_up(
    tmp_path: Path, seeds: str, hours: float
) -> None:
    run = start(tmp_path)
    again = start(tmp_path, seeds, hours)
    assert again.pk != run.pk
    run.refresh_from_db()
    assert run.state == Run.State.FAILED


@pytest.mark.parametrize("seeds", ["a", "b"])
def test_damaged_evidence_ends_its_own_run_and_no_other(tmp_path: Path, seeds: str) -> None:
    run = start(tmp_path)
    file = with_evidence(tmp_path, run)
    with file.open("r+b") as stream:
        stream.truncate(file.stat().st_size - 10)
    again = start(tmp_path, seeds, hours=1)
    assert again.pk != run.pk
    run.refresh_from_db()
    assert run.state == Run.State.DAMAGED
    (stage,) = StageRun.objects.filter(run=again)
    assert stage.state == StageRun.State.FAILED
    assert f"evidence of run {run.pk} is shorter than the record says" in stage.error
    assert AuditEvent.objects.filter(action="evidence.damaged", subject=f"run:{run.pk}").exists()
    third = start(tmp_path, seeds, hours=2)
    assert (third.pk, third.starts) == (again.pk, 2), "and it is not told twice"
    assert StageRun.objects.filter(run=third).count() == 1
    assert audit.verify().holds
