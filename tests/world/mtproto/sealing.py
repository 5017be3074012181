"""Messages under an authorization key, as the server seals and opens them
(https://core.telegram.org/mtproto/description)."""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from hashlib import sha256

from telethon.crypto import AES, AuthKey
from telethon.network.mtprotostate import MTProtoState


@dataclass(frozen=True, slots=True)
class Opened:
    """A client's message. ``body`` is the serialised object."""

    salt: int
    session: int
    message: int
    sequence: int
    body: bytes


def key_id_of(packet: bytes) -> int:
    """Under which key ``packet`` is sealed; 0 for none."""
    (key_id,) = struct.unpack("<Q", packet[:8])
    return int(key_id)


def open_sealed(key: AuthKey, packet: bytes) -> Opened:
    """What a client sealed. Raises ValueError where it was not sealed with ``key``."""
    message_key = packet[8:24]
    aes = MTProtoState._calc_key(key.key, message_key, True)
    plain = AES.decrypt_ige(packet[24:], *aes)
    if sha256(key.key[88:120] + plain).digest()[8:24] != message_key:
        raise ValueError("the message key does not match")
    salt, session, message, sequence, length = struct.unpack("<qqqii", plain[:32])
    return Opened(salt, session, message, sequence, plain[32 : 32 + length])


def seal(key: AuthKey, salt: int, session: int, message: int, sequence: int, body: bytes) -> bytes:
    """A packet for a client."""
    plain = struct.pack("<qqqii", salt, session, message, sequence, len(body)) + body
    plain += os.urandom(-(len(plain) + 12) % 16 + 12)
    message_key = sha256(key.key[96:128] + plain).digest()[8:24]
    aes = MTProtoState._calc_key(key.key, message_key, False)
    sealed: bytes = AES.encrypt_ige(plain, *aes)
    return struct.pack("<Q", key.key_id) + message_key + sealed
