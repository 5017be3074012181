"""Signing as its users meet it: settings, the commands, exit codes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings as live
from pydantic import ValidationError
from pytest_django import Settings

from blocking.apps import seal_of
from blocking.manifest import SIGNATURE, STAMP
from cases.models import Person
from config.blocking import Signing
from domain.clock import utc_now
from domain.errors import InputError
from tests.blocking.commanding import Runs, running
from tests.blocking.conftest import Confirmed, Time, host
from tests.blocking.signing import keys
from tests.net import authority as tsa
from tests.net.authority import needs_openssl

pytestmark = [pytest.mark.django_db, needs_openssl]

#: Puts settings of ``blocking.signing`` in force, and others of ``evidence``.
Signs = Callable[..., None]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> keys.Keys:
    return keys.make(tmp_path_factory.mktemp("keys") / "ec")


@pytest.fixture
def signs(tmp_path: Path, settings: Settings, clock: Time) -> Signs:
    clock.now = utc_now()
    (tmp_path / "var").mkdir()
    plain = live.NARCOWATCH.model_copy(update={"data_dir": tmp_path / "var"})

    def put(evidence: dict[str, object] | None = None, **signing: object) -> None:
        blocking = plain.blocking.model_copy(update={"signing": Signing(**signing)})
        stamped = plain.evidence.model_copy(update=evidence or {})
        changed = {"blocking": blocking, "evidence": stamped}
        settings.NARCOWATCH = plain.model_copy(update=changed)

    put()
    return put


@pytest.fixture
def run(signs: Signs, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Runs:
    return running(tmp_path, capsys)


@pytest.fixture
def built(confirmed: Confirmed, run, supervisor: Person, tmp_path: Path) -> Path:
    """The folder of an export that waits for release."""
    confirmed(host("shop.test"))
    code, _, told = run("export", "--recipient", "regulator")
    assert code == 0, told
    return tmp_path / "var" / "exports" / "regulator" / "1"


def test_a_release_is_signed_and_its_recipient_verifies_it(
    built: Path, run, signs: Signs, made: keys.Keys
) -> None:
    signs(key_file=made.both, certificates=made.ca)
    code, told, _ = run("release", "regulator/1")
    assert (code, "signed by CN=Releases,O=Cyber unit, not time-stamped" in told) == (0, True)
    code, told, _ = run("verify-export", str(built), "--signed-by", str(made.ca))
    assert code == 0
    assert "signed by CN=Releases,O=Cyber unit, certificate SHA-256 " in told
    assert "held against no certificate" not in told
    code, told, _ = run("verify-export", str(built))
    assert (code, "held against no certificate" in told) == (0, True)


def test_an_export_that_is_not_what_was_signed_is_broken(
    built: Path, run, signs: Signs, made: keys.Keys, tmp_path: Path
) -> None:
    run("release", "regulator/1")
    code, told, _ = run("verify-export", str(built))
    assert (code, "not signed" in told) == (0, True), "nothing signs here and nobody asked"
    code, _, told = run("verify-export", str(built), "--signed-by", str(made.ca))
    assert (code, "not signed" in told, "BROKEN" in told) == (1, True, True)
    signs(key_file=made.both)
    assert run("sign", "regulator/1")[0] == 0
    other = keys.make(tmp_path / "other")
    code, _, told = run("verify-export", str(built), "--signed-by", str(other.ca))
    assert (code, "nothing trusted vouches for" in told) == (1, True)
    code, _, told = run("verify-export", str(built), "--signed-by", str(tmp_path / "none"))
    assert (code, f"{tmp_path / 'none'}: No such file" in told) == (2, True)


def test_a_service_that_is_down_leaves_the_release_and_it_is_signed_later(
    built: Path, run, signs: Signs, made: keys.Keys
) -> None:
    signs(service_url="http://127.0.0.1:1/sign", service_timeout_s=5.0)
    code, told, wrong = run("release", "regulator/1")
    assert (code, "released regulator/1" in told) == (1, True)
    assert "released, but not signed: " in wrong
    assert "sign regulator/1" in wrong
    assert not (built / SIGNATURE).exists()
    signs(key_file=made.both)
    code, told, _ = run("sign", "regulator/1")
    assert (code, "signed by CN=Releases" in told) == (0, True)


def test_a_time_stamp_is_put_over_the_signature(
    built: Path, run, signs: Signs, made: keys.Keys, tmp_path: Path
) -> None:
    with tsa.serving(tsa.make(tmp_path / "tsa")) as authority:
        asked = {"timestamp_url": authority.url, "timestamp_ca": authority.ca}
        signs(asked, key_file=made.both, timestamp=True)
        code, told, _ = run("release", "regulator/1")
    assert (code, ", time-stamped" in told) == (0, True)
    roots = ("--signed-by", str(made.ca), "--stamped-by", str(authority.ca))
    code, told, _ = run("verify-export", str(built), *roots)
    assert (code, "time-stamped 20" in told) == (0, True)
    (built / STAMP).write_bytes(b"none")
    code, _, told = run("verify-export", str(built), *roots)
    assert (code, "does not hold" in told) == (1, True)


def test_a_key_that_cannot_be_used_keeps_the_export_in_the_house(
    built: Path, run, signs: Signs, made: keys.Keys, tmp_path: Path
) -> None:
    loose = tmp_path / "loose.pem"
    loose.write_bytes(made.both.read_bytes())
    loose.chmod(0o640)
    signs(key_file=loose)
    code, _, told = run("release", "regulator/1")
    assert (code, f"{loose}: others can read it: chmod 600 {loose}" in told) == (2, True)
    signs(key_file=tmp_path / "none.pem")
    assert "none.pem: No such file" in run("release", "regulator/1")[2]
    signs()
    assert "names neither a key_file nor a service_url" in run("sign", "regulator/1")[2]
    assert run("release", "regulator/1")[0] == 0, "it still waited"


def test_a_key_with_a_password_is_opened_by_its_file(
    signs: Signs, made: keys.Keys, settings: Settings, tmp_path: Path
) -> None:
    locked, password = tmp_path / "locked.pem", tmp_path / "opens"
    tsa.openssl("pkey", "-in", str(made.key), "-aes256", "-passout", "pass:six words", "-out",
                str(locked))  # fmt: skip
    locked.write_bytes(locked.read_bytes() + made.certificate.read_bytes())
    password.write_text("six words\n")
    for path in (locked, password):
        path.chmod(0o600)
    signs(key_file=locked, key_password_file=password)
    assert seal_of(settings.NARCOWATCH) is not None
    signs(key_file=locked)
    with pytest.raises(InputError, match=r"locked\.pem: no private key with a certificate"):
        seal_of(settings.NARCOWATCH)
    password.write_text("other words\n")
    signs(key_file=locked, key_password_file=password)
    with pytest.raises(InputError, match=r"locked\.pem: no private key with a certificate"):
        seal_of(settings.NARCOWATCH)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"key_file": "/k.pem", "service_url": "http://s.test/"}, "only one of them can sign"),
        ({"timestamp": True}, "nothing signs, so there is no signature to stamp"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(given: dict, told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Signing(**given)


def test_a_time_stamp_needs_its_authority(
    signs: Signs, made: keys.Keys, settings: Settings
) -> None:
    signs(key_file=made.both, timestamp=True)
    with pytest.raises(InputError, match=r"evidence\.timestamp_url is not set"):
        seal_of(settings.NARCOWATCH)
