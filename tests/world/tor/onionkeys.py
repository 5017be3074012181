"""Keys of the world's onion services, derived from their names.

Format of ``hs_ed25519_secret_key``: tor's ``crypto_format.c``, a 32-byte tag and the 64-byte
expanded secret key (RFC 8032, section 5.1.5).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from domain.onion import onion_from_public_key

_SECRET_TAG = b"== ed25519v1-secret: type0 ==\0\0\0"
_PUBLIC_TAG = b"== ed25519v1-public: type0 ==\0\0\0"


@dataclass(frozen=True, slots=True)
class OnionKey:
    """One service's key pair. It protects nothing: anyone can derive it from the slug."""

    secret: bytes
    public: bytes

    @classmethod
    def for_slug(cls, slug: str) -> OnionKey:
        seed = hashlib.sha256(f"narcowatch sample world: {slug}".encode()).digest()
        key = Ed25519PrivateKey.from_private_bytes(seed).public_key()
        expanded = bytearray(hashlib.sha512(seed).digest())
        expanded[0] &= 248
        expanded[31] &= 127
        expanded[31] |= 64
        return cls(bytes(expanded), key.public_bytes(Encoding.Raw, PublicFormat.Raw))

    @property
    def address(self) -> str:
        """The service's host name."""
        return onion_from_public_key(self.public)

    def write(self, folder: Path) -> None:
        """Lay the key out as tor's HiddenServiceDir."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        secret = folder / "hs_ed25519_secret_key"
        secret.touch(mode=0o600)
        secret.write_bytes(_SECRET_TAG + self.secret)
        (folder / "hs_ed25519_public_key").write_bytes(_PUBLIC_TAG + self.public)
        (folder / "hostname").write_text(self.address + "\n", encoding="ascii")
