"""Encryption to a recipient's key: CMS (RFC 5652) to certificates, or OpenPGP (RFC 9580).

Files are encrypted as streams, of any length. What is signed is the manifest inside, so that the
recipient decrypts first and verifies then.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

import pysequoia
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate, load_pem_x509_certificates
from pysequoia.packet import PacketPile, Tag

from blocking.signing.pem import read
from cases.files import write_private
from domain.digests import sha256_hex
from domain.errors import InputError, TransportError

_ARMOUR = b"-----BEGIN PGP"
_SECRET = (Tag.SecretKey, Tag.SecretSubkey)
_TIMEOUT_S = 3600


class Encryption(Protocol):
    """How files for one recipient are encrypted."""

    @property
    def suffix(self) -> str:
        """What an encrypted file's name ends with."""

    @property
    def media_type(self) -> str:
        """The media type of an encrypted file."""

    @property
    def fingerprint(self) -> str:
        """What tells these keys from others, in hexadecimal digits."""

    def encrypt(self, source: Path, target: Path) -> None:
        """Encrypt ``source`` into a new file ``target`` with mode 0600.

        Raises TransportError with the reason ``encryption``.
        """


@dataclass(frozen=True, slots=True)
class CmsEncryption:
    """To each of ``certificates`` as CMS EnvelopedData in DER, AES-256 in CBC mode (RFC 3565),
    which S/MIME 3.2 and later can read."""

    certificates: tuple[Certificate, ...]
    suffix: str = "p7m"
    media_type: str = "application/pkcs7-mime"

    @property
    def fingerprint(self) -> str:
        """As ``Encryption`` says."""
        return sha256_hex(b"".join(one.public_bytes(Encoding.DER) for one in self.certificates))

    def encrypt(self, source: Path, target: Path) -> None:
        """As ``Encryption`` says."""
        openssl = shutil.which("openssl")
        if openssl is None:
            message = "openssl is not installed, which encrypts to certificates"
            raise TransportError(message, reason="encryption")
        pems = [target.with_name(f".{n}.pem") for n, _ in enumerate(self.certificates)]
        for path, certificate in zip(pems, self.certificates, strict=True):
            write_private(path, [certificate.public_bytes(Encoding.PEM)])
        write_private(target, [])
        options = ["-encrypt", "-binary", "-stream", "-outform", "DER", "-aes-256-cbc"]
        files = ["-in", str(source), "-out", str(target), *map(str, pems)]
        try:
            done = subprocess.run(  # noqa: S603 - paths of our own
                [openssl, "cms", *options, *files],
                capture_output=True,
                timeout=_TIMEOUT_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise TransportError(f"openssl: {error}", reason="encryption") from error
        finally:
            for path in pems:
                path.unlink()
        if done.returncode != 0:
            said = " ".join(done.stderr.decode(errors="replace").split())[:300]
            raise TransportError(f"openssl cms -encrypt: {said}", reason="encryption")


@dataclass(frozen=True, slots=True)
class PgpEncryption:
    """To the encryption keys of ``certificate``, binary and not signed."""

    certificate: pysequoia.Cert
    suffix: str = "pgp"
    media_type: str = "application/octet-stream"

    @property
    def fingerprint(self) -> str:
        """As ``Encryption`` says."""
        return self.certificate.fingerprint

    def encrypt(self, source: Path, target: Path) -> None:
        """As ``Encryption`` says."""
        write_private(target, [])
        try:
            pysequoia.encrypt_file(
                str(source), str(target), recipients=[self.certificate], armor=False
            )
        except Exception as error:  # the library raises nothing narrower
            raise openpgp_failed(error) from error


def encryption_of(path: Path, at: datetime) -> CmsEncryption | PgpEncryption:
    """How files are encrypted to the key in ``path``: certificates in PEM, or an OpenPGP
    certificate, armoured or not.

    Raises InputError naming it: neither of them, a secret key, expired at ``at`` or revoked.
    """
    data = read(path)
    if b"-----BEGIN CERTIFICATE-----" in data:
        return _cms(data, path, at)
    if data.lstrip().startswith(b"-----") and not data.lstrip().startswith(_ARMOUR):
        raise InputError(f"{path}: neither certificates in PEM nor an OpenPGP certificate")
    return _pgp(data, path, at)


def _cms(data: bytes, path: Path, at: datetime) -> CmsEncryption:
    if b"PRIVATE KEY-----" in data:
        raise InputError(f"{path}: holds a private key; a recipient's certificate is public")
    try:
        certificates = tuple(load_pem_x509_certificates(data))
    except ValueError as error:
        raise InputError(f"{path}: no certificates in PEM: {error}") from error
    for certificate in certificates:
        if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
            who = certificate.subject.rfc4514_string()
            raise InputError(f"{path}: the certificate of {who} is not valid on {at:%Y-%m-%d}")
    return CmsEncryption(certificates)


def _pgp(data: bytes, path: Path, at: datetime) -> PgpEncryption:
    try:
        secret = any(packet.tag in _SECRET for packet in PacketPile.from_bytes(data))
        certificate = pysequoia.Cert.from_bytes(data)
    except Exception as error:  # the library raises nothing narrower
        what = "neither certificates in PEM nor an OpenPGP certificate"
        raise InputError(f"{path}: {what}: {first_line_of(error)}") from error
    if secret:
        raise InputError(f"{path}: holds a secret key; a recipient's certificate is public")
    if certificate.is_revoked or (certificate.expiration and certificate.expiration < at):
        raise InputError(f"{path}: the OpenPGP certificate is revoked or expired")
    return PgpEncryption(certificate)


def openpgp_failed(error: Exception) -> TransportError:
    """What is raised where the library fails, such as for a key that cannot encrypt."""
    return TransportError(f"OpenPGP: {first_line_of(error)}", reason="encryption")


def first_line_of(error: Exception) -> str:
    """The library's messages go on with where in it they were raised."""
    return str(error).partition("\n")[0]
