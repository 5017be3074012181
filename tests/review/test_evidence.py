"""Taking and checking evidence at the command line."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings as live
from pytest_django import Settings
from rich.console import Console

from cases import decisions
from cases.evidence import EvidenceWriter
from cases.models import AssessmentRow, AuditEvent, Case, Screenshot
from cases.moves import move
from cases.screenshots import RETENTION, record
from config.schema import CHECKOUT
from domain.captures import Egress
from domain.decisions import VerdictKind
from domain.shots import Shot
from domain.states import CaseState
from nightly.cli import main
from review import service
from review.terminal import show_case
from tests.cases.bundles.conftest import PNG, TEXT, Shop, shop
from tests.net import authority as tsa
from tests.net.test_egress import free_port
from tests.people import PASSWORD, analyst, outsider
from tests.records import NOON

__all__ = ["shop"]


@pytest.fixture
def configured(tmp_path: Path, settings: Settings):
    """Has the commands work on the shop's evidence, with more settings under ``evidence``."""
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "evidence").symlink_to(tmp_path / "store")

    def configure(**evidence: object) -> None:
        settings.NARCOWATCH = live.NARCOWATCH.model_copy(
            update={
                "data_dir": tmp_path / "var",
                "evidence": live.NARCOWATCH.evidence.model_copy(update=evidence),
            }
        )

    configure()
    return configure


@pytest.fixture
def run(configured, capsys: pytest.CaptureFixture[str]):
    def call(*arguments: str) -> tuple[object, str, str]:
        try:
            code: object = main(arguments)
        except SystemExit as stop:
            code = stop.code
        out = capsys.readouterr()
        return code, out.out, out.err

    return call


@pytest.fixture
def take(run, shop: Shop, tmp_path: Path):
    password = tmp_path / "password"
    password.write_text(PASSWORD)
    password.chmod(0o600)

    def call(user: str = "one", out: Path = tmp_path / "bundle") -> tuple[object, str, str]:
        return run(
            *("evidence", str(shop.case.pk), "--out", str(out), "--user", user),
            *("--password-file", str(password)),
        )

    return call


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> tsa.Authority:
    return tsa.make(tmp_path_factory.mktemp("authority") / "tsa")


@pytest.fixture
def authority(certified: tsa.Authority, configured) -> Iterator[tsa.Authority]:
    certified.queries = 0
    with tsa.serving(certified):
        configured(timestamp_url=certified.url, timestamp_ca=certified.ca)
        yield certified


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


@tsa.needs_openssl
def test_an_authority_stamps_the_manifest(take, run, authority, tmp_path: Path) -> None:
    code, out, _ = take()
    assert (code, "time-stamp: stamped" in out) == (0, True)
    folder = tmp_path / "bundle"
    said = tsa.openssl(
        *("ts", "-verify", "-in", str(folder / "manifest.tsr")),
        *("-data", str(folder / "manifest.json"), "-CAfile", str(folder / "timestamp-ca.pem")),
    )
    assert "Verification: OK" in said
    code, out, _ = run("verify-evidence", str(folder))
    assert (code, "time-stamp" in out) == (0, False)


@tsa.needs_openssl
def test_a_stamp_of_another_authority_is_named(
    take, run, authority, configured, tmp_path: Path
) -> None:
    take()
    stranger = tsa.make(tmp_path / "stranger")
    configured(timestamp_url=authority.url, timestamp_ca=stranger.ca)
    code, _, err = run("verify-evidence", str(tmp_path / "bundle"))
    assert (code, "does not hold" in err) == (1, True)


@tsa.needs_openssl
def test_without_the_authority_the_bundle_is_made_and_marked(
    take, configured, certified, tmp_path: Path
) -> None:
    url = f"http://127.0.0.1:{free_port()}/"
    configured(timestamp_url=url, timestamp_ca=certified.ca)
    code, out, err = take()
    assert (code, "time-stamp: not stamped" in out) == (3, True)
    assert "bears no time-stamp" in err
    manifest = json.loads((tmp_path / "bundle" / "manifest.json").read_bytes())
    assert manifest["timestamp"]["status"] == "not stamped"
    assert url in manifest["timestamp"]["reason"]
    event = AuditEvent.objects.get(action="evidence.bundled")
    assert event.details["timestamp"] == "not stamped"


@pytest.fixture
def stamp(run, tmp_path: Path):
    def call(user: str = "one", folder: Path = tmp_path / "bundle") -> tuple[object, str, str]:
        password = ("--password-file", str(tmp_path / "password"))
        return run("evidence", "--stamp", str(folder), "--user", user, *password)

    return call


@pytest.fixture(params=["no authority", "authority down"])
def unstamped(request, take, configured, certified: tsa.Authority, tmp_path: Path) -> Path:
    """A bundle that was made without a time-stamp."""
    if request.param == "authority down":
        url = f"http://127.0.0.1:{free_port()}/"
        configured(timestamp_url=url, timestamp_ca=certified.ca)
    take()
    return tmp_path / "bundle"


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@tsa.needs_openssl
def test_a_bundle_made_without_a_stamp_is_stamped_later(
    unstamped: Path, stamp, run, authority: tsa.Authority, tmp_path: Path
) -> None:
    before = contents(unstamped)
    code, out, err = stamp()
    assert (code, err) == (0, "")
    after = contents(unstamped)
    added = after.pop("manifest.tsr")
    assert {name for name in after if after[name] != before[name]} == {"SHA256SUMS"}
    assert before.keys() == after.keys()
    assert (unstamped / "manifest.tsr").stat().st_mode & 0o777 == 0o600
    assert "Verification: OK" in tsa.openssl(
        *("ts", "-verify", "-in", str(unstamped / "manifest.tsr")),
        *("-data", str(unstamped / "manifest.json"), "-CAfile", str(authority.ca)),
    )
    event = AuditEvent.objects.get(action="evidence.stamped")
    assert (event.actor, f"audit event {event.seq}" in out) == ("one", True)
    assert event.details["stamp_sha256"] == hashlib.sha256(added).hexdigest()
    code, out, _ = run("verify-evidence", str(unstamped))
    assert (code, out.splitlines()[-1]) == (0, "bundle holds")
    assert f"time-stamped by one at {event.at} (audit event {event.seq})" in out
    alone = subprocess.run(
        [sys.executable, "-I", str(unstamped / "verify.py")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert alone.returncode == 0, alone.stdout
    assert "the time-stamp was added after the bundle was made" in alone.stdout
    assert not [*tmp_path.glob(".*partial")]


@tsa.needs_openssl
def test_only_one_stamp_is_added_and_only_to_what_holds(
    unstamped: Path, stamp, authority: tsa.Authority
) -> None:
    (unstamped / "custody.txt").chmod(0o600)
    kept = (unstamped / "custody.txt").read_bytes()
    (unstamped / "custody.txt").write_text("nobody had it")
    code, _, err = stamp()
    assert (code, "does not hold: custody.txt" in err) == (2, True)
    assert authority.queries == 0
    (unstamped / "custody.txt").write_bytes(kept)
    assert stamp()[0] == 0
    code, _, err = stamp()
    assert (code, "bears a time-stamp already" in err) == (2, True)
    assert authority.queries == 1


@tsa.needs_openssl
def test_a_stamping_that_was_killed_is_made_up_for(
    unstamped: Path, stamp, run, authority: tsa.Authority
) -> None:
    before, one = (unstamped / "SHA256SUMS").read_bytes(), ("verify-evidence", str(unstamped))
    stamp()
    whole = (unstamped / "SHA256SUMS").read_bytes()
    (unstamped / "SHA256SUMS").write_bytes(before)  # killed before the sums were put in place
    assert run(*one)[0] == 0
    assert "already" in stamp()[2]
    assert (unstamped / "SHA256SUMS").read_bytes() == whole
    (unstamped / "manifest.tsr").unlink()  # killed after the event, or taken away
    assert run(*one)[0] == 1
    (unstamped / "SHA256SUMS").write_bytes(before)
    code, _, err = run(*one)
    assert (code, "the time-stamp is not there" in err) == (1, True)
    assert stamp()[0] == 0
    assert run(*one)[0] == 0


@tsa.needs_openssl
def test_who_may_not_have_the_evidence_may_not_have_it_stamped(
    unstamped: Path, stamp, authority: tsa.Authority
) -> None:
    Case.objects.update(restricted=True)
    code, _, err = stamp()
    assert (code, "restricted queue" in err) == (2, True)
    assert authority.queries == 0
    assert not (unstamped / "manifest.tsr").exists()


def test_without_an_authority_nothing_is_stamped(take, stamp, run, tmp_path: Path) -> None:
    take()
    before = contents(tmp_path / "bundle")
    code, _, err = stamp()
    assert (code, "evidence.timestamp_url" in err) == (2, True)
    assert contents(tmp_path / "bundle") == before
    password = ("--user", "one", "--password-file", str(tmp_path / "password"))
    code, _, err = run("evidence", "1", "--stamp", str(tmp_path / "bundle"), *password)
    assert (code, "--stamp DIR alone" in err) == (2, True)
    code, _, err = run("evidence", "--out", str(tmp_path / "other"), *password)
    assert (code, "give a CASE" in err) == (2, True)


@tsa.needs_openssl
def test_an_authority_that_is_still_down_changes_nothing(
    take, stamp, configured, certified: tsa.Authority, tmp_path: Path
) -> None:
    url = f"http://127.0.0.1:{free_port()}/"
    configured(timestamp_url=url, timestamp_ca=certified.ca)
    take()
    before = contents(tmp_path / "bundle")
    code, _, err = stamp()
    assert (code, "bears no time-stamp" in err) == (3, True)
    assert contents(tmp_path / "bundle") == before
    assert not AuditEvent.objects.filter(action="evidence.stamped").exists()


@tsa.needs_openssl
def test_a_bundle_of_another_record_is_not_stamped(
    unstamped: Path, stamp, authority: tsa.Authority
) -> None:
    AuditEvent.objects.filter(action="evidence.bundled").update(details={})
    code, _, err = stamp()
    assert (code, "does not know the bundle" in err) == (2, True)


def test_certificates_that_cannot_be_read_are_told_before_anything(
    take, configured, tmp_path: Path
) -> None:
    configured(timestamp_url="http://tsa.test/", timestamp_ca=tmp_path / "gone.pem")
    code, _, err = take()
    assert (code, "evidence.timestamp_ca" in err) == (2, True)
    (tmp_path / "gone.pem").write_text("nothing")
    code, _, err = take()
    assert (code, "certificates of the time-stamp authority" in err) == (2, True)
    assert not AuditEvent.objects.filter(action="evidence.bundled").exists()


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
    assert "through direct" in capture.note
    assert shot.sha256 == shop.case.screenshots.get().png_sha256
    assert "images blocked" in shot.note
    row = shop.case.screenshots.get()
    assert shot.note.endswith(f"{row.warc_file}@{row.png_offset}, its text @{row.text_offset}")
    out = StringIO()
    show_case(view, Console(file=out, width=140, force_terminal=False))
    assert f"sha256 {capture.sha256}" in out.getvalue()
    assert f"sha256 {shot.sha256}" in out.getvalue()
    assert PNG.decode("latin-1") not in out.getvalue()
