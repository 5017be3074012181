"""The server's side of making an authorization key (https://core.telegram.org/mtproto/auth_key)."""

from __future__ import annotations

import os
from collections.abc import Callable
from hashlib import sha1

import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from telethon import functions, helpers, types
from telethon.crypto import AES, AuthKey
from telethon.crypto.rsa import _compute_fingerprint
from telethon.extensions import BinaryReader
from telethon.tl.tlobject import TLObject

from tests.world.mtproto.primes import GENERATOR, PRIME, as_bytes

#: A product of two primes that clients factorise in no time.
_PQ = 0x17ED48941A08F981


class ServerKey:
    """The RSA key that clients know the server by."""

    def __init__(self) -> None:
        made = generate_private_key(public_exponent=65_537, key_size=2048).private_numbers()
        self.public = rsa.PublicKey(made.public_numbers.n, made.public_numbers.e)
        self.private = rsa.PrivateKey(self.public.n, self.public.e, made.d, made.p, made.q)
        self.fingerprint: int = _compute_fingerprint(self.public)

    def pem(self) -> bytes:
        """The public key as a client is given it (PKCS #1, PEM)."""
        pem: bytes = self.public.save_pkcs1()
        return pem

    def open(self, sealed: bytes) -> bytes:
        """What a client sealed: 255 bytes of which the first 20 are a SHA-1."""
        number = pow(int.from_bytes(sealed, "big"), self.private.d, self.private.n)
        return number.to_bytes(255, "big")


class KeyExchange:
    """One exchange on one connection; ``made`` is called with the key at its end."""

    def __init__(self, key: ServerKey, clock: Callable[[], float], made: Callable[[AuthKey], None]):
        self._key, self._clock, self._made = key, clock, made
        self._nonce = self._server_nonce = self._new_nonce = self._exponent = 0
        self._temporary: tuple[bytes, bytes] = (b"", b"")

    def answer(self, body: bytes) -> TLObject:
        """The answer to one unencrypted request. Raises ValueError for what is none of them."""
        request = BinaryReader(body).tgread_object()
        match request:
            case functions.ReqPqMultiRequest():
                return self._begin(request.nonce)
            case functions.ReqDHParamsRequest():
                return self._offer(request.encrypted_data)
            case functions.SetClientDHParamsRequest():
                return self._finish(request.encrypted_data)
        raise ValueError(f"{type(request).__name__} is no step of a key exchange")

    def _begin(self, nonce: int) -> TLObject:
        self._nonce = nonce
        self._server_nonce = int.from_bytes(os.urandom(16), "little", signed=True)
        pq = _PQ.to_bytes(8, "big")
        return types.ResPQ(nonce, self._server_nonce, pq, [self._key.fingerprint])

    def _offer(self, sealed: bytes) -> TLObject:
        opened = self._key.open(sealed)
        inner = BinaryReader(opened[20:]).tgread_object()
        if sha1(bytes(inner)).digest() != opened[:20]:
            raise ValueError("the client's inner data do not match their hash")
        self._new_nonce = inner.new_nonce
        self._exponent = int.from_bytes(os.urandom(256), "big")
        answer = bytes(
            types.ServerDHInnerData(
                nonce=self._nonce,
                server_nonce=self._server_nonce,
                g=GENERATOR,
                dh_prime=as_bytes(PRIME),
                g_a=as_bytes(pow(GENERATOR, self._exponent, PRIME)),
                server_time=int(self._clock()),
            )
        )
        key, iv = helpers.generate_key_data_from_nonce(self._server_nonce, self._new_nonce)
        self._temporary = key, iv
        packed = sha1(answer).digest() + answer
        packed += os.urandom(-len(packed) % 16)
        return types.ServerDHParamsOk(
            self._nonce, self._server_nonce, AES.encrypt_ige(packed, key, iv)
        )

    def _finish(self, sealed: bytes) -> TLObject:
        opened = AES.decrypt_ige(sealed, *self._temporary)
        inner = BinaryReader(opened[20:]).tgread_object()
        shared = pow(int.from_bytes(inner.g_b, "big"), self._exponent, PRIME)
        key = AuthKey(as_bytes(shared))
        self._made(key)
        proof = key.calc_new_nonce_hash(self._new_nonce, 1)
        return types.DhGenOk(self._nonce, self._server_nonce, proof)
