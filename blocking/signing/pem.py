"""Keys and certificates from files."""

from __future__ import annotations

import stat
from pathlib import Path

from cryptography.x509 import Certificate, load_pem_x509_certificates

from domain.errors import InputError


def certificates_in(path: Path) -> tuple[Certificate, ...]:
    """The certificates in a PEM file. Raises InputError naming it."""
    try:
        return tuple(load_pem_x509_certificates(read(path)))
    except ValueError as error:
        raise InputError(f"{path}: no certificates in PEM: {error}") from error


def first_line(path: Path) -> bytes:
    """The first line of a secret file. Raises InputError as ``secret`` does."""
    return secret(path).partition(b"\n")[0].strip()


def secret(path: Path) -> bytes:
    """A file that nobody but its owner may read. Raises InputError naming it where others can."""
    data = read(path)
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise InputError(f"{path}: others can read it: chmod 600 {path}")
    return data


def read(path: Path) -> bytes:
    """The bytes of a file. Raises InputError naming it."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from error
