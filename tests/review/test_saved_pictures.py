"""Looking at what was photographed: saved to files, shown with the case."""

from __future__ import annotations

import stat
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from cases import decisions
from cases.evidence import EvidenceWriter
from cases.models import AssessmentRow, AuditEvent, Case, Screenshot
from cases.moves import move
from cases.screenshots import RETENTION, record
from domain.captures import Egress
from domain.decisions import VerdictKind
from domain.shots import Shot
from domain.states import CaseState
from review import service
from review.terminal import show_case
from tests.cases.bundles.conftest import PNG, TEXT, Shop
from tests.people import PASSWORD, analyst, outsider
from tests.records import NOON


@pytest.fixture
def look(run, shop: Shop, tmp_path: Path):
    password = tmp_path / "password"
    password.write_text(PASSWORD)
    password.chmod(0o600)

    def call(*options: str, user: str = "one", out: str = "look") -> tuple[object, str, str]:
        return run(
            *("screenshot", str(shop.case.pk), "--save", str(tmp_path / out), *options),
            *("--user", user, "--password-file", str(password)),
        )

    return call


def with_images(shop: Shop, root: Path) -> Screenshot:
    row = shop.case.screenshots.get()
    shot = Shot(row.url, row.url, NOON, Egress.DIRECT, PNG + b" in colour", TEXT, "Chromium")
    writer = EvidenceWriter(root, row.run_id, "asked", RETENTION)
    taken = record(shop.case.pk, row.run_id, replace(shot, images=True), writer, actor="one")
    writer.close()
    return taken


def test_pictures_and_texts_are_saved_for_who_has_to_look(look, shop: Shop, tmp_path: Path) -> None:
    row, coloured = shop.case.screenshots.get(), with_images(shop, shop.store)
    code, out, _ = look()
    folder = tmp_path / "look"
    assert (code, "hxxp://shop[.]test/goods" in out) == (0, True)
    assert "left out: 1 with images (--images saves them too)" in out
    assert sorted(path.name for path in folder.iterdir()) == [
        f"{row.pk:06d}.png",
        f"{row.pk:06d}.txt",
        "SHA256SUMS",
    ]
    assert (folder / f"{row.pk:06d}.png").read_bytes() == PNG
    assert (folder / f"{row.pk:06d}.txt").read_text("utf-8") == TEXT
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    sums = ["sha256sum", "--check", "--strict", "SHA256SUMS"]
    assert subprocess.run(sums, cwd=folder, check=False, capture_output=True).returncode == 0
    event = AuditEvent.objects.get(action="screenshot.saved")
    assert (event.actor, event.subject) == ("one", f"case:{shop.case.pk}")
    assert event.details == {"screenshots": [row.pk]}
    code, out, _ = look("--images", out="both")
    assert (code, "2 screenshots" in out) == (0, True)
    assert (tmp_path / "both" / f"{coloured.pk:06d}.png").read_bytes() == PNG + b" in colour"


def test_who_looked_stands_in_the_custody_record(look, take, tmp_path: Path) -> None:
    look()
    take()
    assert "one: screenshot.saved" in (tmp_path / "bundle" / "custody.txt").read_text("utf-8")


def test_an_analyst_looks_before_deciding_and_without_seeing_what_others_decided(
    look, shop: Shop, tmp_path: Path
) -> None:
    analyst("three")
    decisions.withdraw(shop.case.pk, shop.boss, "an error")
    move(shop.case.pk, CaseState.IN_REVIEW, actor="test", reason="it sells again")
    code, _, _ = look(user="three")
    assert code == 0
    everything = b"".join(path.read_bytes() for path in (tmp_path / "look").iterdir())
    assert b"price list" not in everything


def test_who_may_not_look_gets_nothing(look, shop: Shop, tmp_path: Path) -> None:
    def refused(told: str, *options: str, user: str = "one") -> None:
        code, out, err = look(*options, user=user)
        assert (code, out) == (2, "")
        assert told in err, err
        assert not (tmp_path / "look").exists()
        assert not AuditEvent.objects.filter(action="screenshot.saved").exists()

    outsider("out")
    refused("may not look at screenshots", user="out")
    refused("no such person", user="nobody")
    later = datetime(2999, 1, 1, tzinfo=UTC)
    hold = decisions.Verdict(VerdictKind.HOLD, "operation", hold_until=later)
    decisions.decide(shop.case.pk, shop.second, hold)
    refused("which is on hold")
    assert look(user="two", out="owner")[0] == 0
    AuditEvent.objects.filter(action="screenshot.saved").update(action="seen")
    Case.objects.update(restricted=True)
    refused("restricted queue", user="two")
    Case.objects.update(restricted=False)
    AssessmentRow.objects.update(restricted=True)
    refused("restricted queue", user="two")


def test_pictures_that_are_not_those_that_were_taken_are_not_saved(
    look, shop: Shop, tmp_path: Path
) -> None:
    Screenshot.objects.update(png_sha256="0" * 64)
    code, _, err = look()
    assert (code, "is not what was taken" in err) == (2, True)
    assert not (tmp_path / "look").exists()
    Screenshot.objects.update(images=True)
    code, _, err = look()
    assert (code, "has no screenshots; 1 with images, which --images saves too" in err) == (2, True)


def test_a_reviewer_sees_what_a_case_is_proved_by(shop: Shop) -> None:
    view = service.case_view(shop.case.pk, shop.first)
    capture, shot = view.evidence
    assert capture.url == "hxxp://shop[.]test/goods"
    assert "way out: direct" in capture.note
    assert shot.sha256 == shop.case.screenshots.get().png_sha256
    assert "images not loaded" in shot.note
    row = shop.case.screenshots.get()
    assert shot.note.endswith(f"{row.warc_file}@{row.png_offset}, its text @{row.text_offset}")
    out = StringIO()
    show_case(view, Console(file=out, width=140, force_terminal=False))
    assert f"sha256 {capture.sha256}" in out.getvalue()
    assert f"sha256 {shot.sha256}" in out.getvalue()
    assert PNG.decode("latin-1") not in out.getvalue()
