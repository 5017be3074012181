"""Keys of recipients: what is encrypted to them opens, and what is no such key is refused."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from blocking.delivery.encryption import encryption_of
from domain.clock import utc_now
from domain.errors import InputError, TransportError
from tests.blocking.delivery.keys import CmsKeys, PgpKeys, cms_keys, needs_gnupg, pgp_keys
from tests.net.authority import needs_openssl

pytestmark = needs_openssl


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def test_each_of_several_certificates_opens_it(cms: CmsKeys, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = cms_keys(tmp_path / "other", kind="rsa:3072")
    both = written(tmp_path / "both.pem", cms.public.read_bytes() + other.public.read_bytes())
    clear = written(tmp_path / "file", bytes(range(256)) * 5000)
    sealed = tmp_path / "file.p7m"
    encryption_of(both, utc_now()).encrypt(clear, sealed)
    assert sealed.stat().st_mode & 0o777 == 0o600
    for keys in (cms, other):
        assert keys.opened(sealed.read_bytes(), tmp_path) == clear.read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {
        "other", "both.pem", "file", "file.p7m", "sealed", "clear",
    }  # fmt: skip


@needs_gnupg
def test_an_openpgp_file_is_opened_by_gnupg(pgp: PgpKeys, tmp_path: Path) -> None:
    clear = written(tmp_path / "file", bytes(range(256)) * 5000)
    encryption_of(pgp.public, utc_now()).encrypt(clear, tmp_path / "file.pgp")
    assert (tmp_path / "file.pgp").stat().st_mode & 0o777 == 0o600
    assert pgp.opened((tmp_path / "file.pgp").read_bytes()) == clear.read_bytes()


def test_a_certificate_is_held_against_the_day(cms: CmsKeys) -> None:
    for day in (-5, 5):
        with pytest.raises(InputError, match="the certificate of CN=recipient is not valid on"):
            encryption_of(cms.public, utc_now() + timedelta(days=day))


@needs_gnupg
def test_an_openpgp_key_is_held_against_the_day(pgp: PgpKeys) -> None:
    with pytest.raises(InputError, match="revoked or expired"):
        encryption_of(pgp.public, utc_now() + timedelta(days=5))


@needs_gnupg
def test_a_key_that_can_only_sign_is_named_on_one_line(tmp_path: Path) -> None:
    clear = written(tmp_path / "file", b"text")
    with pgp_keys(tmp_path, "ed25519/sign") as signs:
        how = encryption_of(signs.public, utc_now())
    with pytest.raises(TransportError, match=r"\AOpenPGP: No suitable encryption [^\n]+\Z") as no:
        how.encrypt(clear, tmp_path / "sealed")
    assert no.value.reason == "encryption"


@needs_gnupg
def test_secret_keys_are_refused(cms: CmsKeys, pgp: PgpKeys, tmp_path: Path) -> None:
    both = written(tmp_path / "a", cms.public.read_bytes() + cms.private.read_bytes())
    with pytest.raises(InputError, match="holds a private key"):
        encryption_of(both, utc_now())
    with pytest.raises(InputError, match="holds a secret key"):
        encryption_of(written(tmp_path / "b", pgp.secret()), utc_now())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\xff",
        b"ssh-ed25519 AAAA",
        b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n-----END PGP PUBLIC KEY BLOCK-----\n",
    ],
)
def test_what_is_no_key_is_refused_by_name(data: bytes, tmp_path: Path) -> None:
    path = written(tmp_path / "key", data)
    with pytest.raises(InputError, match=re.escape(str(path))):
        encryption_of(path, utc_now())
    with pytest.raises(InputError, match="none: No such file"):
        encryption_of(tmp_path / "none", utc_now())
