"""Card numbers kept so that they can be compared, and read with the key alone.

A number is known by its HMAC-SHA-256 (RFC 2104) and kept as AES-256-GCM (NIST SP 800-38D) with the
HMAC as associated data. Both keys come from the installation's secret by HKDF (RFC 5869): without
the secret a number can be neither read nor tried out, although there are few enough to try.
"""

from __future__ import annotations

import hmac
import os
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE = 12


class Unreadable(ValueError):
    """A kept number does not open: another secret, or it was changed. Never says the number."""


@dataclass(frozen=True, slots=True, repr=False)
class CardKeys:
    """The two keys of an installation, 32 bytes each."""

    compared: bytes
    sealed: bytes

    @classmethod
    def of(cls, secret: str) -> CardKeys:
        """The keys that ``secret`` stands for."""
        return cls(_derived(secret, b"card compared"), _derived(secret, b"card sealed"))

    def mac(self, digits: str) -> str:
        """What a number is known by: 64 hex digits."""
        return hmac.new(self.compared, digits.encode(), sha256).hexdigest()

    def seal(self, digits: str) -> bytes:
        """The number, encrypted; each time other bytes."""
        nonce = os.urandom(_NONCE)
        return nonce + AESGCM(self.sealed).encrypt(
            nonce, digits.encode(), self.mac(digits).encode()
        )

    def open(self, mac: str, sealed: bytes) -> str:
        """The number that was sealed. Raises Unreadable."""
        try:
            opened = AESGCM(self.sealed).decrypt(sealed[:_NONCE], sealed[_NONCE:], mac.encode())
        except (InvalidTag, ValueError):
            raise Unreadable("the card number was sealed with another secret, or changed") from None
        return opened.decode()


def _derived(secret: str, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"narcowatch " + purpose).derive(secret.encode())
