"""Taking and checking evidence at the command line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cases.models import AuditEvent, Case
from config.schema import CHECKOUT
from tests.cases.bundles.conftest import Shop


def test_evidence_is_taken_and_checked_against_the_chain(take, run, tmp_path: Path) -> None:
    code, out, _ = take()
    assert code == 0
    assert "3 captures, 1 screenshot" in out
    assert "time-stamp: no authority" in out
    code, out, _ = run("verify-evidence", str(tmp_path / "bundle"))
    assert code == 0
    assert out.splitlines()[0].startswith("taken by one at ")
    assert out.splitlines()[-2:] == ["the manifest bears no time-stamp", "bundle holds"]


def test_a_bundle_that_was_changed_is_named_broken(take, run, tmp_path: Path) -> None:
    take()
    (tmp_path / "bundle" / "custody.txt").write_text("nobody had it")
    code, _, err = run("verify-evidence", str(tmp_path / "bundle"))
    assert code == 1
    assert err.splitlines()[-1] == "bundle BROKEN: 1 problem"


def test_a_bundle_of_another_chain_is_named(take, run, tmp_path: Path) -> None:
    take()
    AuditEvent.objects.filter(action="evidence.bundled").update(details={})
    AuditEvent.objects.filter(action="case.confirmed").update(hash="0" * 64)
    code, _, err = run("verify-evidence", str(tmp_path / "bundle"))
    assert code == 1
    assert "is not the one in the chain here" in err
    assert "does not say that anybody took this bundle" in err


def elsewhere(folder: Path, *arguments: str) -> tuple[int, str, str]:
    """A command in a folder without a record, as somebody types it who got a bundle."""
    folder.mkdir(exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-m", "nightly.cli", *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert list(folder.iterdir()) == [], "nothing is made on the way"
    return done.returncode, done.stdout, done.stderr


def test_a_bundle_is_verified_where_there_is_no_record(take, tmp_path: Path) -> None:
    take()
    bundle = tmp_path / "bundle"
    code, out, err = elsewhere(tmp_path / "empty", "verify-evidence", str(bundle))
    assert (code, err) == (0, "")
    assert "there is no record here: the audit events were compared with no chain" in out
    assert out.endswith("bundle holds\n")
    (bundle / "custody.txt").write_text("nobody had it")
    code, _, err = elsewhere(tmp_path / "empty", "verify-evidence", str(bundle))
    assert (code, err.splitlines()[-1]) == (1, "bundle BROKEN: 1 problem")
    code, _, err = elsewhere(tmp_path / "empty", "verify-evidence", str(tmp_path / "gone"))
    assert (code, "no bundle in" in err) == (2, True)


def test_a_folder_that_is_missing_on_the_way_is_named(take, tmp_path: Path) -> None:
    code, _, err = take(out=tmp_path / "no" / "such" / "bundle")
    assert (code, err) == (
        2,
        f"narcowatch: {tmp_path}/no/such/bundle cannot be made: {tmp_path}/no is not there\n",
    )
    (tmp_path / "file").write_text("in the way")
    code, _, err = take(out=tmp_path / "file" / "bundle")
    assert (code, f"{tmp_path}/file is no folder" in err) == (2, True)
    assert not AuditEvent.objects.filter(action="evidence.bundled").exists()


@pytest.mark.django_db
def test_where_there_is_no_bundle(run, tmp_path: Path) -> None:
    code, _, err = run("verify-evidence", str(tmp_path))
    assert code == 2
    assert "no bundle in" in err


def test_who_may_not_have_it_leaves_nothing(take, shop: Shop, tmp_path: Path) -> None:
    Case.objects.update(restricted=True)
    code, _, err = take()
    assert (code, "restricted queue" in err) == (2, True)
    code, _, err = take("nobody")
    assert (code, "no such person" in err) == (2, True)
    assert not (tmp_path / "bundle").exists()
