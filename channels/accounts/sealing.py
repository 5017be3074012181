"""Session strings, encrypted and authenticated; pure.

A sealed session is ``MAGIC | key id (8) | nonce (12) | AES-256-GCM of the string`` (NIST SP
800-38D). What stands before the nonce and the name of the account are bound in as associated data:
a file that is changed, or given another account's name, opens no more.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = b"narcowatch session 1\n"
_KEY, _ID, _NONCE = 32, 8, 12


class Unopened(ValueError):
    """Why sealed bytes cannot be opened; never what is in them."""


@dataclass(frozen=True, slots=True, repr=False)
class Ring:
    """Keys of 32 bytes: the first one seals, all of them open."""

    keys: tuple[bytes, ...]

    def seal(self, account: str, session: str) -> bytes:
        """``session`` for the file of ``account``."""
        key, nonce = self.keys[0], os.urandom(_NONCE)
        head = MAGIC + _id_of(key)
        sealed = AESGCM(key).encrypt(nonce, session.encode(), head + account.encode())
        return head + nonce + sealed

    def open(self, account: str, sealed: bytes) -> str:
        """What was sealed for ``account``. Raises Unopened."""
        if not sealed.startswith(MAGIC) or len(sealed) < len(MAGIC) + _ID + _NONCE:
            raise Unopened("it is no sealed session")
        head, rest = sealed[: len(MAGIC) + _ID], sealed[len(MAGIC) + _ID :]
        key = next((one for one in self.keys if MAGIC + _id_of(one) == head), None)
        if key is None:
            raise Unopened("it was sealed with another key")
        try:
            opened = AESGCM(key).decrypt(rest[:_NONCE], rest[_NONCE:], head + account.encode())
        except InvalidTag:
            raise Unopened("it was changed, or belongs to another account") from None
        return opened.decode()

    def sealed_with_first(self, sealed: bytes) -> bool:
        """Whether ``sealed`` is of the key that seals now."""
        return sealed.startswith(MAGIC + _id_of(self.keys[0]))

    def text(self) -> str:
        """The keys as they stand in a key file, one a line."""
        return "".join(f"{base64.urlsafe_b64encode(key).decode()}\n" for key in self.keys)


def new_key() -> bytes:
    """A key by chance."""
    return os.urandom(_KEY)


def parse_ring(text: str) -> Ring:
    """The keys in ``text``, one a line or separated by commas. Raises Unopened."""
    keys = []
    for number, word in enumerate(re.split(r"[,\s]+", text.strip()), 1):
        try:
            key = base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if len(key) != _KEY:
            raise Unopened(f"key {number} is not 32 bytes in base64url")
        keys.append(key)
    return Ring(tuple(keys))


def _id_of(key: bytes) -> bytes:
    """Tells keys apart without telling anything of them."""
    return sha256(b"narcowatch accounts key" + key).digest()[:_ID]
