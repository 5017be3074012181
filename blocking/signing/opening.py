"""Signed files that recipients send: opened, and held against the certificates of the recipient.

A file is signed with CMS (RFC 5652), DER or PEM: with the signature around its content, as
``openssl cms -sign -nodetach -binary`` makes it, or beside it, in a file of its own.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from datetime import datetime

from cryptography.x509 import Certificate

from blocking.signing.cms import Signer, verify, verify_attached
from domain.errors import EvidenceError, InputError

_PEM = re.compile(rb"\s*-----BEGIN (CMS|PKCS7)-----(.*?)-----END \1-----\s*", re.DOTALL)
#: The identifier of SignedData, and how deep in a file of DER or BER it can begin.
_SIGNED_DATA, _HEAD = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02", 24


def is_signed(data: bytes) -> bool:
    """Whether ``data`` is a CMS signature, DER or PEM, and no file of answers itself."""
    return _PEM.fullmatch(data) is not None or (
        data[:1] == b"\x30" and _SIGNED_DATA in data[:_HEAD]
    )


def open_file(
    data: bytes, signature: bytes, trusted: Sequence[Certificate], at: datetime
) -> tuple[bytes, Signer | None]:
    """The answers in a file, and who signed them: None where nothing is signed and nothing has to
    be. ``signature`` is what was sent beside the file, ``b""`` for nothing; ``trusted`` are the
    certificates that must vouch for the signer at the time ``at``, none where the recipient does
    not sign.

    Raises InputError that says why a file is refused: where signatures are asked for, one that is
    not signed or whose signature does not hold; where they are not, one that is signed, since
    nothing says whose signature counts.
    """
    signed = bool(signature) or is_signed(data)
    if not trusted:
        if signed:
            raise InputError("the file is signed, and the settings name no certificate to trust")
        return data, None
    if not signed:
        raise InputError("the file is not signed, and this recipient answers with signed files")
    try:
        if signature:
            return data, verify(data, _der(signature), trusted=trusted, at=at)
        return verify_attached(_der(data), trusted=trusted, at=at)
    except EvidenceError as error:
        raise InputError(f"the signature of the file does not hold: {error}") from error


def _der(data: bytes) -> bytes:
    found = _PEM.fullmatch(data)
    if found is None:
        return data
    try:
        return base64.b64decode(b"".join(found[2].split()), validate=True)
    except binascii.Error as error:
        raise EvidenceError(f"no CMS signature in PEM: {error}") from error
