"""Keys of the world's onion services, derived from their names.

Tor takes a service's secret key expanded (RFC 8032, section 5.1.5; control-spec, ADD_ONION).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from domain.onion import onion_from_public_key


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
