"""Signatures of ours under the eyes of OpenSSL, and OpenSSL's under ours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.x509 import load_pem_x509_certificates
from hypothesis import given, settings
from hypothesis import strategies as st

from blocking.signing.cms import SigningKey, UnknownAlgorithmError, verify
from domain.errors import EvidenceError, InputError
from tests.blocking.signing import keys
from tests.net.authority import needs_openssl, openssl

pytestmark = needs_openssl
DATA = b'{"schema":"narcowatch.export-manifest/1"}\n\r\nend'
NOW = datetime.now(UTC) + timedelta(hours=1)  # keys of the tests are made later than this line


@pytest.fixture(scope="module")
def ec(tmp_path_factory: pytest.TempPathFactory) -> keys.Keys:
    return keys.make(tmp_path_factory.mktemp("keys") / "ec")


def trusted(path: Path) -> list:
    return load_pem_x509_certificates(path.read_bytes())


@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_openssl_agrees_with_what_we_sign(tmp_path: Path, kind: str) -> None:
    made = keys.make(tmp_path / kind, kind)
    signature = SigningKey.from_pem(made.both.read_bytes(), "both.pem").sign(DATA)
    (tmp_path / "m").write_bytes(DATA)
    (tmp_path / "m.p7s").write_bytes(signature)
    said = openssl(
        *("cms", "-verify", "-binary", "-inform", "DER", "-in", str(tmp_path / "m.p7s")),
        *("-content", str(tmp_path / "m"), "-CAfile", str(made.ca), "-purpose", "any"),
    )
    assert said.encode() == DATA.replace(b"\r\n", b"\n"), "it prints what was signed"
    signer = verify(DATA, signature, trusted=trusted(made.ca), at=NOW)
    assert signer.subject == "CN=Releases,O=Cyber unit"
    assert signer.signed_at is not None
    assert abs(signer.signed_at - datetime.now(UTC)) < timedelta(minutes=5)


@pytest.mark.parametrize("kind", ["ec", "rsa"])
@pytest.mark.parametrize("option", [(), ("-noattr",), ("-keyid",)])
@pytest.mark.parametrize("digest", ["sha256", "sha512"])
def test_we_agree_with_what_openssl_signs(
    tmp_path: Path, kind: str, option: tuple[str, ...], digest: str
) -> None:
    made = keys.make(tmp_path / kind, kind)
    signature = signed_by_openssl(tmp_path, made, "-md", digest, *option)
    assert verify(DATA, signature, trusted=trusted(made.ca), at=NOW).subject.startswith("CN=Rel")
    with pytest.raises(EvidenceError, match="was changed"):
        verify(DATA + b".", signature, at=NOW)


def signed_by_openssl(folder: Path, made: keys.Keys, *options: str) -> bytes:
    (folder / "m").write_bytes(DATA)
    openssl(
        *("cms", "-sign", "-binary", "-outform", "DER", "-in", str(folder / "m")),
        *("-signer", str(made.certificate), "-inkey", str(made.key)),
        *("-out", str(folder / "m.p7s"), *options),
    )
    return (folder / "m.p7s").read_bytes()


# the library warns of certificates that it will not read for ever, such as changed ones
@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
@settings(max_examples=300)
@given(place=st.integers(0, 10_000), flip=st.integers(1, 255))
def test_a_changed_octet_never_makes_a_signature_of_something_else(
    ec: keys.Keys, place: int, flip: int
) -> None:
    signature = bytearray(SigningKey.from_pem(ec.both.read_bytes(), "x").sign(DATA))
    signature[place % len(signature)] ^= flip
    other = DATA.replace(b"end", b"End")
    with pytest.raises(EvidenceError):
        verify(other, bytes(signature), trusted=trusted(ec.ca), at=NOW)


@settings(max_examples=300)
@given(data=st.binary(max_size=400))
def test_what_is_no_signature_is_said_to_be_none(data: bytes) -> None:
    with pytest.raises(EvidenceError, match="no CMS signature"):
        verify(DATA, data, at=NOW)


def test_who_is_not_trusted_is_not_believed(tmp_path: Path, ec: keys.Keys) -> None:
    signature = SigningKey.from_pem(ec.both.read_bytes(), "x").sign(DATA)
    other = keys.make(tmp_path / "other")
    with pytest.raises(EvidenceError, match="nothing trusted vouches for"):
        verify(DATA, signature, trusted=trusted(other.ca), at=NOW)
    assert verify(DATA, signature, trusted=trusted(ec.certificate), at=NOW), "pinned itself"
    assert verify(DATA, signature, at=NOW), "held against nothing"


@pytest.mark.parametrize("days", [-1, 3])
def test_a_certificate_counts_while_it_is_valid(ec: keys.Keys, days: int) -> None:
    signature = SigningKey.from_pem(ec.both.read_bytes(), "x").sign(DATA)
    for anchor in (ec.ca, ec.certificate):
        with pytest.raises(EvidenceError, match="is not valid at"):
            verify(DATA, signature, trusted=trusted(anchor), at=NOW + timedelta(days=days))


def test_a_signature_that_brings_its_own_content_is_refused(tmp_path: Path, ec: keys.Keys) -> None:
    signature = signed_by_openssl(tmp_path, ec, "-nodetach")
    with pytest.raises(EvidenceError, match="not detached"):
        verify(DATA, signature, at=NOW)


def test_an_algorithm_that_is_not_known_is_not_taken_for_verified(
    tmp_path: Path, ec: keys.Keys
) -> None:
    made = keys.make(tmp_path / "rsa", "rsa")
    signature = signed_by_openssl(tmp_path, made, "-keyopt", "rsa_padding_mode:pss")
    with pytest.raises(UnknownAlgorithmError, match=r"1\.2\.840\.113549\.1\.1\.10"):
        verify(DATA, signature, at=NOW)
    signature = signed_by_openssl(tmp_path, ec, "-md", "sha1")
    with pytest.raises(UnknownAlgorithmError, match=r"digest 1\.3\.14\.3\.2\.26"):
        verify(DATA, signature, at=NOW)


def test_a_key_without_its_certificate_is_refused(tmp_path: Path, ec: keys.Keys) -> None:
    other = keys.make(tmp_path / "other")
    with pytest.raises(InputError, match=r"a\.pem: no private key with a certificate"):
        SigningKey.from_pem(ec.key.read_bytes(), "a.pem")
    with pytest.raises(InputError, match=r"a\.pem: no certificate in it is of its key"):
        SigningKey.from_pem(ec.key.read_bytes() + other.certificate.read_bytes(), "a.pem")
    odd = keys.make(tmp_path / "odd", "ed25519")
    with pytest.raises(InputError, match="must be RSA or of an elliptic curve"):
        SigningKey.from_pem(odd.both.read_bytes(), "a.pem")
