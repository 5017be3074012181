"""A release gets its signature and its time-stamp, once, whoever makes them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from cryptography.x509 import load_pem_x509_certificates

from blocking.manifest import NAME, SIGNATURE, STAMP, verify
from blocking.models import Export
from blocking.plan import ExportPlan
from blocking.protection import Protection
from blocking.signing.checking import SealSeen, check_seal
from blocking.signing.cms import SigningKey
from blocking.signing.seal import Seal
from blocking.signing.sealing import seal
from blocking.signing.service import DATA, signing_by
from blocking.signing.service import SIGNATURE as SIGNED
from cases import audit
from cases.models import AuditEvent, Person
from domain.clock import utc_now
from domain.errors import EvidenceError, RuleError, TransportError
from net.services import Service
from net.timestamping import Authority, stamp
from tests.blocking.conftest import Confirmed, Time, host
from tests.blocking.house import House
from tests.blocking.signing import keys
from tests.net import authority as tsa
from tests.net.answering import answering
from tests.net.authority import needs_openssl, openssl

pytestmark = [pytest.mark.django_db, needs_openssl]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> keys.Keys:
    return keys.make(tmp_path_factory.mktemp("keys") / "ec")


@pytest.fixture
def house(plan: ExportPlan, protection: Protection, clock: Time, supervisor: Person) -> House:
    return House(plan, protection, clock, supervisor)


@pytest.fixture
def released(confirmed: Confirmed, house: House) -> Export:
    confirmed(host("shop.test"))
    return house.release(house.build().export).export


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[tsa.Authority]:
    with tsa.serving(tsa.make(tmp_path / "tsa")) as serving:
        yield serving


def stamping(made: keys.Keys, authority: tsa.Authority) -> Seal:
    """Signs with ``made`` and has ``authority`` stamp it."""
    asked = Authority(authority.url, authority.ca.read_bytes())
    return by_file(made, stamp=partial(stamp, authority=asked))


def by_file(made: keys.Keys, **more: object) -> Seal:
    sign = SigningKey.from_pem(made.both.read_bytes(), "both.pem").sign
    return Seal(sign, load_pem_x509_certificates(made.ca.read_bytes()), **more)


def seen(folder: Path, made: keys.Keys, stamped_by: bytes = b"") -> SealSeen:
    ca = load_pem_x509_certificates(made.ca.read_bytes())
    return check_seal(folder, signed_by=ca, stamped_by=stamped_by, now=utc_now())


def test_a_release_is_signed_and_openssl_agrees(
    released: Export, plan: ExportPlan, made: keys.Keys
) -> None:
    folder = plan.folder / released.folder
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    done = seal(released, plan, by_file(made))
    assert done.signer is not None
    assert done.signer.subject == "CN=Releases,O=Cyber unit"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        **before,
        SIGNATURE: (folder / SIGNATURE).read_bytes(),
    }, "the payload is as it was"
    assert (folder / SIGNATURE).stat().st_mode & 0o777 == 0o600
    openssl(
        *("cms", "-verify", "-binary", "-inform", "DER", "-in", str(folder / SIGNATURE)),
        *("-content", str(folder / NAME), "-CAfile", str(made.ca), "-purpose", "any"),
    )
    assert not verify(folder).problems
    assert seen(folder, made).problems == ()
    event = AuditEvent.objects.get(action="export.signed")
    assert event.details["signature_sha256"] == done.signature_sha256
    assert audit.verify().holds


def test_nothing_is_signed_before_a_person_released_it(
    confirmed: Confirmed, house: House, plan: ExportPlan, made: keys.Keys
) -> None:
    confirmed(host("shop.test"))
    export = house.build().export
    with pytest.raises(RuleError, match="is not released"):
        seal(export, plan, by_file(made))
    assert not (plan.folder / export.folder / SIGNATURE).exists()


def test_signing_again_changes_nothing(released: Export, plan: ExportPlan, made: keys.Keys) -> None:
    first = seal(released, plan, by_file(made))
    again = seal(released, plan, by_file(made))
    assert first == again
    assert AuditEvent.objects.filter(action="export.signed").count() == 1


def test_a_signature_that_does_not_hold_stays_in_the_house(
    released: Export, plan: ExportPlan, made: keys.Keys, tmp_path: Path
) -> None:
    other = keys.make(tmp_path / "other")
    own = SigningKey.from_pem(other.both.read_bytes(), "x")
    anchors = load_pem_x509_certificates(made.ca.read_bytes())
    for sign in (own.sign, lambda data: own.sign(data + b"x"), lambda _: b"none"):
        with pytest.raises(EvidenceError):
            seal(released, plan, Seal(sign, anchors))
    folder = plan.folder / released.folder
    assert not (folder / SIGNATURE).exists()
    assert not AuditEvent.objects.filter(action="export.signed").exists()
    seal(released, plan, by_file(made))
    signature = (folder / SIGNATURE).read_bytes()
    (folder / SIGNATURE).write_bytes(signature[:-1] + bytes([signature[-1] ^ 1]))
    with pytest.raises(EvidenceError):
        seal(released, plan, by_file(made))


def test_a_manifest_that_was_changed_is_not_signed(
    released: Export, plan: ExportPlan, made: keys.Keys
) -> None:
    path = plan.folder / released.folder / NAME
    path.write_bytes(path.read_bytes().replace(b'"number":1', b'"number":2'))
    with pytest.raises(RuleError, match="not the one that was released"):
        seal(released, plan, by_file(made))


def test_the_signature_is_time_stamped(
    released: Export, plan: ExportPlan, made: keys.Keys, authority: tsa.Authority, tmp_path: Path
) -> None:
    how = stamping(made, authority)
    assert seal(released, plan, how).stamped
    assert seal(released, plan, how).stamped
    assert authority.queries == 1
    folder = plan.folder / released.folder
    assert not verify(folder).problems
    openssl(
        *("ts", "-verify", "-data", str(folder / SIGNATURE), "-in", str(folder / STAMP)),
        *("-CAfile", str(authority.ca)),
    )
    told = seen(folder, made, authority.ca.read_bytes())
    assert told.problems == ()
    assert any(line.startswith("time-stamped 20") for line in told.lines)
    other = tsa.make(tmp_path / "other")
    assert "does not hold" in seen(folder, made, other.ca.read_bytes()).problems[0]
    (folder / STAMP).unlink()
    assert seen(folder, made, authority.ca.read_bytes()).problems == ("no time-stamp",)


def test_an_authority_that_is_down_leaves_the_signature_and_is_asked_again(
    released: Export, plan: ExportPlan, made: keys.Keys, authority: tsa.Authority
) -> None:
    how = stamping(made, authority)
    authority.status = 503
    with pytest.raises(TransportError, match="503"):
        seal(released, plan, how)
    authority.status = 200
    assert seal(released, plan, how).stamped
    signed = AuditEvent.objects.filter(action__in=["export.signed", "export.stamped"])
    assert [event.action for event in signed.order_by("seq")] == ["export.signed", "export.stamped"]


def test_a_recipient_finds_what_is_missing_or_changed(
    released: Export, plan: ExportPlan, made: keys.Keys, tmp_path: Path
) -> None:
    folder = plan.folder / released.folder
    assert seen(folder, made).problems == ("not signed",)
    seal(released, plan, by_file(made))
    taken = tmp_path / "taken" / "1"
    shutil.copytree(folder, taken)
    (taken / NAME).write_bytes((taken / NAME).read_bytes().replace(b"regulator", b"regulatos"))
    assert "was changed" in seen(taken, made).problems[0]
    other = keys.make(tmp_path / "other")
    assert "nothing trusted vouches" in seen(folder, other).problems[0]


@contextmanager
def signing_service(program: list[str], folder: Path) -> Iterator[tuple[str, list[bytes]]]:
    """A signing service: whatever ``program`` makes of the file ``m``. Its URL, and what it got."""
    sent = list[bytes]()

    def answers(headers: Mapping[str, str], data: bytes) -> tuple[int, str, bytes]:
        sent.append(data)
        assert (headers["Content-Type"], headers["Accept"]) == (DATA, SIGNED)
        (folder / "m").write_bytes(data)
        done = subprocess.run(program, cwd=folder, capture_output=True, check=True)
        return 200, SIGNED, done.stdout

    with answering(answers) as url:
        yield f"{url}/sign", sent


def program_of(made: keys.Keys, *more: str) -> list[str]:
    return [
        *("openssl", "cms", "-sign", "-binary", "-outform", "DER", "-in", "m"),
        *("-signer", str(made.certificate), "-inkey", str(made.key), *more),
    ]


def test_an_outside_service_signs(
    released: Export, plan: ExportPlan, made: keys.Keys, tmp_path: Path
) -> None:
    with signing_service(program_of(made), tmp_path) as (url, sent):
        how = Seal(signing_by(Service(url)), load_pem_x509_certificates(made.ca.read_bytes()))
        done = seal(released, plan, how)
    folder = plan.folder / released.folder
    assert sent == [(folder / NAME).read_bytes()]
    assert done.signer is not None
    assert seen(folder, made).problems == ()


def test_an_algorithm_of_others_is_kept_and_never_called_verified(
    released: Export, plan: ExportPlan, tmp_path: Path
) -> None:
    made = keys.make(tmp_path / "rsa", "rsa")
    program = program_of(made, "-keyopt", "rsa_padding_mode:pss")
    with signing_service(program, tmp_path) as (url, _):
        done = seal(released, plan, Seal(signing_by(Service(url))))
    assert done.signer is None
    assert AuditEvent.objects.get(action="export.signed").details["verified"] is False
    folder = plan.folder / released.folder
    assert "are not known" in seen(folder, made).problems[0], "who asks for a signer gets none"
    told = check_seal(folder, now=utc_now())
    assert told.problems == ()
    assert "are not known; verify it with the tools of that algorithm" in told.lines[0]


def test_a_service_that_is_down_leaves_the_release_unsigned(
    released: Export, plan: ExportPlan
) -> None:
    with pytest.raises(TransportError):
        seal(released, plan, Seal(signing_by(Service("http://127.0.0.1:1/sign", 5.0))))
    assert not (plan.folder / released.folder / SIGNATURE).exists()
