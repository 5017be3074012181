"""Version 3 onion addresses.

Source: Tor rend-spec-v3, section 6, "Encoding onion addresses": base32 of
``PUBKEY (32) | CHECKSUM (2) | VERSION (1)`` with
``CHECKSUM = SHA3-256(".onion checksum" | PUBKEY | VERSION)[:2]`` and version 3.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re

LABEL_LENGTH = 56
_SUFFIX = ".onion"
ONION_IN_TEXT = re.compile(r"(?<![a-z2-7])[a-z2-7]{56}\.onion(?![\w-])", re.IGNORECASE)


def is_onion(host: str) -> bool:
    """Whether ``host`` is an onion name at all, valid or not."""
    return host.lower().rstrip(".").endswith(_SUFFIX)


def is_valid_onion_v3(host: str) -> bool:
    """Whether ``host`` (``label.onion``, subdomains allowed) carries a right v3 checksum."""
    host = host.lower().rstrip(".")
    if not host.endswith(_SUFFIX):
        return False
    label = host.removesuffix(_SUFFIX).rpartition(".")[2]
    if len(label) != LABEL_LENGTH:
        return False
    try:
        raw = base64.b32decode(label.upper())
    except (binascii.Error, ValueError):
        return False
    public_key, checksum, version = raw[:32], raw[32:34], raw[34:]
    return version == b"\x03" and checksum == _checksum(public_key)


def onion_from_public_key(public_key: bytes) -> str:
    """The address of an ed25519 public key of 32 bytes, with ``.onion``."""
    raw = public_key + _checksum(public_key) + b"\x03"
    return base64.b32encode(raw).decode().lower() + _SUFFIX


def _checksum(public_key: bytes) -> bytes:
    return hashlib.sha3_256(b".onion checksum" + public_key + b"\x03").digest()[:2]
