"""Signed files of answers, made by OpenSSL as recipients make them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocking.models import Order, Receipt
from blocking.plan import Bounds
from blocking.receipts import Received, receive_file
from blocking.signing.opening import is_signed, open_file
from blocking.signing.pem import certificates_in
from cases.models import AuditEvent, Person
from cases.people import Role
from domain.clock import utc_now
from domain.errors import InputError
from domain.orders import OrderState
from tests.blocking.signing.keys import Keys, make
from tests.net.authority import openssl
from tests.people import person
from tests.sent import sent

ANSWERS = b"id,answer,reason,at\r\n"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return make(tmp_path_factory.mktemp("keys") / "theirs")


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return make(tmp_path_factory.mktemp("keys") / "strange", "rsa")


def signed(data: bytes, keys: Keys, folder: Path, form: str = "DER", *options: str) -> bytes:
    (folder / "in").write_bytes(data)
    openssl(
        *("cms", "-sign", "-binary", "-signer", str(keys.certificate), "-inkey", str(keys.key)),
        *("-in", str(folder / "in"), "-outform", form, "-out", str(folder / "out"), *options),
    )
    return (folder / "out").read_bytes()


@pytest.mark.parametrize("form", ["DER", "PEM"])
def test_answers_in_a_signature_and_beside_one(keys: Keys, tmp_path: Path, form: str) -> None:
    trusted = certificates_in(keys.ca)
    around = signed(ANSWERS, keys, tmp_path, form, "-nodetach")
    beside = signed(ANSWERS, keys, tmp_path, form)
    assert is_signed(around)
    for data, signature in ((around, b""), (ANSWERS, beside)):
        content, signer = open_file(data, signature, trusted, utc_now())
        assert content == ANSWERS
        assert signer is not None
        assert signer.subject == "CN=Releases,O=Cyber unit"
        assert signer.signed_at is not None


def refused(data: bytes, signature: bytes, keys: Keys, at: datetime | None = None) -> str:
    with pytest.raises(InputError) as error:
        open_file(data, signature, certificates_in(keys.ca), at or utc_now())
    return str(error.value)


def test_what_does_not_hold_is_refused_and_says_why(
    keys: Keys, stranger: Keys, tmp_path: Path
) -> None:
    around, beside = (
        signed(ANSWERS, keys, tmp_path, "DER", "-nodetach"),
        signed(ANSWERS, keys, tmp_path),
    )
    assert "not signed" in refused(ANSWERS, b"", keys)
    assert "something else" in refused(ANSWERS + b"x", beside, keys)
    assert "nothing trusted vouches" in refused(around, b"", stranger)
    changed = around.replace(b"answer", b"answes")
    assert "something else" in refused(changed, b"", keys)
    assert "is detached" in refused(beside, b"", keys)
    assert "not detached" in refused(ANSWERS, around, keys)
    assert "not valid at" in refused(around, b"", keys, utc_now() + timedelta(days=9))
    assert "no CMS signature in PEM" in refused(
        b"-----BEGIN CMS-----\n*\n-----END CMS-----\n", b"", keys
    )
    assert "no CMS signature in DER" in refused(ANSWERS, b"x", keys)


def test_without_certificates_a_signature_is_refused_too(keys: Keys, tmp_path: Path) -> None:
    around, beside = signed(ANSWERS, keys, tmp_path, "PEM", "-nodetach"), b"anything"
    for data, signature in ((around, b""), (ANSWERS, beside)):
        with pytest.raises(InputError, match="name no certificate to trust"):
            open_file(data, signature, (), utc_now())
    assert open_file(ANSWERS, b"", (), utc_now()) == (ANSWERS, None)


@given(data=st.binary(max_size=300), beside=st.binary(max_size=50))
def test_nothing_hostile_is_taken_for_signed(keys: Keys, data: bytes, beside: bytes) -> None:
    assert "signature" in refused(data, beside, keys) or "not signed" in refused(data, beside, keys)


@pytest.mark.django_db
class TestReceipts:
    @pytest.fixture
    def regulator(self) -> Person:
        return person("regulator1", Role.REGULATOR)

    def take(self, data: bytes, regulator: Person, keys: Keys, signature: bytes = b"") -> Received:
        return receive_file(
            "regulator", data, regulator, name="a.p7m", bounds=Bounds(), zone=UTC,
            signature=signature, trusted=certificates_in(keys.ca),
        )  # fmt: skip

    def test_what_signed_it_is_kept_with_the_receipt(
        self, regulator: Person, keys: Keys, tmp_path: Path
    ) -> None:
        (one,) = sent("one.test")
        rows = ANSWERS + f"{one.request_id},accepted,,\r\n".encode()
        done = self.take(signed(rows, keys, tmp_path, "DER", "-nodetach"), regulator, keys)
        row = Receipt.objects.get()
        (certificate,) = certificates_in(keys.certificate)
        assert row.signed_by == certificate.subject.rfc4514_string()
        assert (
            row.signer_sha256 == certificate.fingerprint(certificate.signature_hash_algorithm).hex()
        )
        assert row.signed_at is not None
        assert row.size == len(rows)
        assert Order.objects.get().state == OrderState.ACCEPTED
        (event,) = AuditEvent.objects.filter(action="receipt.received")
        assert event.details["signer_sha256"] == row.signer_sha256
        assert not done.again
        again = self.take(rows, regulator, keys, signed(rows, keys, tmp_path))
        assert again.again, "the same answers, signed anew"

    def test_a_bad_signature_takes_nothing(
        self, regulator: Person, keys: Keys, stranger: Keys, tmp_path: Path
    ) -> None:
        (one,) = sent("one.test")
        rows = ANSWERS + f"{one.request_id},accepted,,\r\n".encode()
        for data in (rows, signed(rows, stranger, tmp_path, "DER", "-nodetach")):
            with pytest.raises(InputError):
                self.take(data, regulator, keys)
        assert not Receipt.objects.exists()
        assert Order.objects.get().state == OrderState.SENT
