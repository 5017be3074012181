"""The doctor says what is wrong with the files of deliveries, before a release has to go."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import asyncssh

from blocking.delivery.way import Way
from nightly.doctor import Installation, State
from tests.nightly.checks import said

SHARED = Way("shared", "regulator", "file:///srv/releases")


def test_ways_that_are_whole_are_named(installation: Installation) -> None:
    none = said("NW019", installation)
    assert (none.state, "no way is set" in none.message) == (State.OK, True)
    found = said("NW019", replace(installation, ways=(SHARED,)))
    assert (found.state, found.message) == (State.OK, "releases go by shared")


def test_a_file_that_cannot_be_used_is_named(installation: Installation, tmp_path: Path) -> None:
    key, known = tmp_path / "id", tmp_path / "known"
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(str(key))
    key.chmod(0o600)
    way = Way("far", "regulator", "sftp://u@h.test/f", key_file=key, known_hosts=known)

    def told(way: Way) -> str:
        finding = said("NW019", replace(installation, ways=(SHARED, way)))
        assert finding.state is State.ERROR
        return finding.message

    assert f"delivery far: {known}: no list of known hosts" in told(way)
    known.write_text("h.test ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA==\n")
    assert "no private key for SSH" in told(replace(way, key_file=known_with_mode(known)))
    key.chmod(0o644)
    assert "others can read it" in told(way)
    web = Way("web", "regulator", "https://h.test/", ca_file=tmp_path / "none")
    assert "no certificates in PEM" in told(web)
    assert "No such file" in told(replace(SHARED, name="x", encryption_key=tmp_path / "none"))
    problem = said("NW019", replace(installation, ways_problem="mail needs review.mail_host"))
    assert (problem.state, problem.message) == (State.ERROR, "mail needs review.mail_host")


def known_with_mode(path: Path) -> Path:
    """A file that is no key, readable by its owner alone."""
    path.chmod(0o600)
    return path
