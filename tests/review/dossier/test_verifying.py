"""A dossier checks itself: whatever is changed in it is found, by anybody."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from cases.bundles.verifier import check
from cases.models import AuditEvent
from domain.digests import canonical_json
from domain.errors import InputError, TransportError
from review import bundles
from review.dossier.building import Workshop
from review.dossier.checking import verify
from tests.net import authority as tsa
from tests.people import PASSWORD
from tests.review.conftest import authority, certified, configured, run
from tests.review.dossier.conftest import Making, unpacked

__all__ = ["authority", "certified", "configured", "run"]


@pytest.fixture
def folder(making: Making, workshop: Workshop, tmp_path: Path) -> Path:
    return unpacked(making(), workshop, tmp_path / "out")


def test_what_was_made_holds(making: Making, workshop: Workshop) -> None:
    row = making()
    found = verify(workshop.folder / row.file, None)
    assert found.problems == []
    assert found.notes[0].startswith("handed over by one at 2026-03-02T09:30:00Z to Investigat")


def test_it_holds_by_the_program_in_it_alone(folder: Path) -> None:
    command = [sys.executable, "-I", str(folder / "verify.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, "bundle holds" in done.stdout) == (0, True), done.stdout + done.stderr
    with (folder / "dossier.pdf").open("ab") as paper:
        paper.write(b"%")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, "bundle BROKEN" in done.stdout) == (1, True)


def _resummed(folder: Path, name: str, data: bytes) -> None:
    """Change a file as somebody does who knows how manifests work."""
    (folder / name).write_bytes(data)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    for file in manifest["files"]:
        if file["name"] == name:
            file |= {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    _remade(folder, manifest)


def _remade(folder: Path, manifest: dict) -> None:
    content = canonical_json(manifest)
    (folder / "manifest.json").write_bytes(content)
    sums = f"{hashlib.sha256(content).hexdigest()}  manifest.json\n"
    (folder / "SHA256SUMS").write_text(sums)


def _facts(folder: Path, change: Callable[[dict], object]) -> None:
    value = json.loads((folder / "dossier.json").read_bytes())
    change(value)
    _resummed(folder, "dossier.json", canonical_json(value))


def _bundle(folder: Path) -> Path:
    (below,) = (folder / "evidence").iterdir()
    return below


CHANGES: dict[str, Callable[[Path], object]] = {
    "paper": lambda f: (f / "dossier.pdf").write_bytes(b"%PDF-1.7"),
    "paper gone": lambda f: (f / "dossier.pdf").unlink(),
    "a file more": lambda f: (f / "more.txt").write_text("x"),
    "a bundle more": lambda f: shutil.copytree(_bundle(f), f / "evidence" / "case-000099"),
    "a bundle gone": lambda f: shutil.rmtree(_bundle(f)),
    "a file more in a bundle": lambda f: (_bundle(f) / "x.txt").write_text("x"),
    "custody": lambda f: (_bundle(f) / "custody.txt").write_text("nobody"),
    "sums": lambda f: (f / "SHA256SUMS").write_text(""),
    "recipient": lambda f: _facts(f, lambda v: v["cover"].update(handed_to="me")),
    "verdict": lambda f: _facts(f, lambda v: v["cases"][0]["decisions"][0].update(reason="no")),
    "verdict gone": lambda f: _facts(f, lambda v: v["cases"][0]["decisions"].pop()),
    "state": lambda f: _facts(f, lambda v: v["cases"][0].update(state="dismissed")),
    "target": lambda f: _facts(f, lambda v: v["cases"][0].update(target="host:innocent.test")),
    "digest": lambda f: _facts(f, lambda v: v["cases"][0]["captures"][0].update(sha256="0" * 64)),
    "chain": lambda f: _facts(f, lambda v: v["cases"][0]["audit"][0].update(hash="0" * 64)),
    "case": lambda f: _facts(f, lambda v: v["cases"].clear()),
    "a link out of it": lambda f: (f / "link").symlink_to("/etc/passwd"),
    "no JSON": lambda f: _resummed(f, "dossier.json", b"{"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_is_changed_is_found(folder: Path, change: str) -> None:
    assert check(folder).problems == []
    CHANGES[change](folder)
    assert check(folder).problems != []


def test_one_that_was_made_anew_is_told_by_the_chain(
    making: Making, workshop: Workshop, tmp_path: Path
) -> None:
    row = making()
    out = unpacked(row, workshop, tmp_path / "out")
    manifest = json.loads((out / "manifest.json").read_bytes())
    _remade(out, {**manifest, "software": "other/1"})
    assert check(out).problems == []
    assert verify(out, None).problems == [
        "the chain here does not say that this dossier was handed over"
    ]
    again = tmp_path / "again.zip"
    with zipfile.ZipFile(again, "w") as packed, zipfile.ZipFile(workshop.folder / row.file) as old:
        for name in old.namelist():
            packed.writestr(name, old.read(name))
    (problem,) = verify(again, None).problems
    assert problem == "the archive is not the one that the chain here speaks of"


@pytest.mark.parametrize("name", ["../evil", "/evil", "a/b/c/d/e", "evidence/../x", "a\\b"])
def test_an_archive_that_reaches_outside_is_refused(
    db: None, making: Making, workshop: Workshop, tmp_path: Path, name: str
) -> None:
    bad = tmp_path / "bad.zip"
    shutil.copy(workshop.folder / making().file, bad)
    with zipfile.ZipFile(bad, "a") as packed:
        packed.writestr(name, "x")
    with pytest.raises(InputError, match="names that none has"):
        verify(bad, None)
    assert not (tmp_path / "evil").exists()


def test_what_is_no_archive_or_grows_beyond_measure_is_refused(db: None, tmp_path: Path) -> None:
    for content in (b"", b"PK\x03\x04 broken"):
        (tmp_path / "a.zip").write_bytes(content)
        with pytest.raises(InputError, match="no dossier in"):
            verify(tmp_path / "a.zip", None)
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("manifest.json", b"0" * 60_000_000)
    with pytest.raises(InputError, match="grows too much"):
        verify(tmp_path / "bomb.zip", None)


@pytest.fixture
def stamped(making: Making, authority: tsa.Authority) -> Making:
    from net.timestamping import Authority

    stamping = bundles.stamping_by(Authority(authority.url, authority.ca.read_bytes(), 30.0))
    return lambda: making(stamping=stamping)


def test_one_time_stamp_is_over_all_of_it(
    stamped: Making, workshop: Workshop, authority: tsa.Authority, tmp_path: Path, run
) -> None:
    row = stamped()
    assert authority.queries == 1
    assert AuditEvent.objects.get(seq=row.event).details["timestamp"] == "stamped"
    code, out, err = run("verify-evidence", str(workshop.folder / row.file))
    assert (code, err) == (0, "")
    assert out.splitlines()[-1] == "dossier holds"
    folder = unpacked(row, workshop, tmp_path / "out")
    (folder / "manifest.tsr").unlink()
    code, _, err = run("verify-evidence", str(folder))
    assert (code, err.splitlines()[-1]) == (1, "dossier BROKEN: 1 problem")


def test_an_authority_that_is_down_is_named(
    making: Making, workshop: Workshop, tmp_path: Path
) -> None:
    from cases.bundles.building import Stamping

    def down(_data: bytes) -> bytes:
        raise TransportError("the authority does not answer", reason="timeout")

    row = making(stamping=Stamping("http://tsa.test/", b"CERTIFICATE", down))
    folder = unpacked(row, workshop, tmp_path / "out")
    said = json.loads((folder / "manifest.json").read_bytes())["timestamp"]
    assert said["status"] == "not stamped"
    assert "does not answer" in said["reason"]
    assert check(folder).problems == []


def test_at_the_command_line(run, shop, tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text(PASSWORD)
    password.chmod(0o600)
    who = ("--user", "one", "--password-file", str(password))
    out = tmp_path / "it.zip"
    about = ("--case", str(shop.case.pk), "--to", "Investigators", "--purpose", "a case")
    code, told, err = run("dossier", *about, "--language", "kk", "--out", str(out), *who)
    assert (code, err) == (0, "")
    assert told.splitlines()[0].endswith("it.zip: dossier 1, 1 case")
    assert hashlib.sha256(out.read_bytes()).hexdigest() in told
    code, told, _ = run("verify-evidence", str(out))
    assert (code, told.splitlines()[-1]) == (0, "dossier holds")
    code, _, err = run("dossier", *about, "--out", str(out), *who)
    assert (code, "is there already" in err) == (2, True)
    code, _, err = run("dossier", "--case", "99", "--out", str(tmp_path / "x.zip"), *who)
    assert (code, "there is no case 99" in err) == (2, True)
    code, _, err = run("dossier", "--make", "1")
    assert (code, "is made" in err) == (2, True)
