"""Time-stamps of bundles, at once or later."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from cases.models import AuditEvent, Case
from tests.net import authority as tsa
from tests.net.test_egress import free_port


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
