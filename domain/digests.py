"""Digests over values: canonical JSON (RFC 8785) and SHA-256 (FIPS 180-4)."""

from __future__ import annotations

import hashlib
from typing import Any

import rfc8785


def canonical_json(value: Any) -> bytes:
    """``value`` as RFC 8785 canonical JSON."""
    return rfc8785.dumps(value)


def sha256_hex(data: bytes) -> str:
    """The SHA-256 of ``data`` in lower-case hex, 64 characters."""
    return hashlib.sha256(data).hexdigest()


def digest(value: Any) -> str:
    """The SHA-256 of a JSON value in its canonical form."""
    return sha256_hex(canonical_json(value))
