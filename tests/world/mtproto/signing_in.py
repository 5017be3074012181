"""Signing in: a code, and the second factor by SRP (https://core.telegram.org/api/srp)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from telethon import types
from telethon.password import compute_digest
from telethon.tl.tlobject import TLObject

from tests.world.mtproto.faults import RpcFault
from tests.world.mtproto.primes import GENERATOR, PRIME, as_bytes

CODE = "24680"


def _hash(*parts: bytes) -> bytes:
    return sha256(b"".join(parts)).digest()


def _number(raw: bytes) -> int:
    return int.from_bytes(raw, "big")


@dataclass(slots=True)
class PasswordCheck:
    """One check of one password. Raises RpcFault where the proof is wrong."""

    password: str
    salts: tuple[bytes, bytes]
    secret: int
    id: int

    @classmethod
    def of(cls, password: str) -> PasswordCheck:
        salts = (os.urandom(16), os.urandom(16))
        return cls(password, salts, _number(os.urandom(256)), _number(os.urandom(7)))

    def algorithm(self) -> Any:
        return types.PasswordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow(
            *self.salts, GENERATOR, as_bytes(PRIME)
        )

    def offer(self) -> TLObject:
        """What a client needs for its proof."""
        return types.account.Password(
            new_algo=types.PasswordKdfAlgoUnknown(),
            new_secure_algo=types.SecurePasswordKdfAlgoUnknown(),
            secure_random=os.urandom(16),
            has_password=True,
            current_algo=self.algorithm(),
            srp_B=as_bytes(self._public()),
            srp_id=self.id,
        )

    def _verifier(self) -> int:
        return _number(compute_digest(self.algorithm(), self.password))

    def _public(self) -> int:
        k = _number(_hash(as_bytes(PRIME), as_bytes(GENERATOR)))
        return (k * self._verifier() + pow(GENERATOR, self.secret, PRIME)) % PRIME

    def check(self, given: Any) -> None:
        """Take a client's proof."""
        a, b = given.A, as_bytes(self._public())
        u = _number(_hash(a, b))
        shared = pow(_number(a) * pow(self._verifier(), u, PRIME), self.secret, PRIME)
        halves = zip(_hash(as_bytes(PRIME)), _hash(as_bytes(GENERATOR)), strict=True)
        wanted = _hash(
            bytes(one ^ other for one, other in halves),
            _hash(self.salts[0]),
            _hash(self.salts[1]),
            a,
            b,
            _hash(as_bytes(shared)),
        )
        if given.srp_id != self.id or wanted != given.M1:
            raise RpcFault(400, "PASSWORD_HASH_INVALID")


def no_password() -> TLObject:
    return types.account.Password(
        new_algo=types.PasswordKdfAlgoUnknown(),
        new_secure_algo=types.SecurePasswordKdfAlgoUnknown(),
        secure_random=os.urandom(16),
    )
