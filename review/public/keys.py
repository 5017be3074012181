"""Secrets of the intake, kept in its database so that all its processes have the same."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from review.public.models import Key

FORMS = "forms"
_BYTES = 32


def key(name: str) -> bytes:
    """The secret called ``name``, made when it is first asked for."""
    row, _ = Key.objects.get_or_create(name=name, defaults={"secret": secrets.token_bytes(_BYTES)})
    return bytes(row.secret)


def keyed(name: str, *parts: str) -> bytes:
    """HMAC-SHA256 (RFC 2104) of ``parts`` under that secret."""
    message = b"".join(len(p := part.encode()).to_bytes(4) + p for part in parts)
    return hmac.digest(key(name), message, hashlib.sha256)
