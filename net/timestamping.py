"""Time-stamps from an authority (RFC 3161, over HTTP as in its section 3.4)."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from datetime import datetime

from cryptography.x509 import Certificate, load_pem_x509_certificates
from rfc3161_client import (
    HashAlgorithm,
    PKIStatus,
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from domain.errors import InputError, TransportError
from net.services import Service, post
from net.stamp_order import certificates_sorted

_QUERY, _REPLY = "application/timestamp-query", "application/timestamp-reply"


@dataclass(frozen=True, slots=True)
class Authority:
    """An authority and the certificates that its time-stamps are verified with: roots, and
    between them and the authority's own whatever its replies leave out, in one PEM text."""

    url: str
    ca_pem: bytes
    timeout_s: float = 30.0
    tls: ssl.SSLContext | None = field(default=None, repr=False)

    def certificates(self) -> list[Certificate]:
        """Raises InputError when the text holds none, or no root."""
        try:
            found = load_pem_x509_certificates(self.ca_pem)
        except ValueError as error:
            raise InputError(f"certificates of the time-stamp authority: {error}") from error
        if not any(_is_root(one) for one in found):
            raise InputError("certificates of the time-stamp authority: none is a root")
        return found


def stamp(data: bytes, authority: Authority) -> bytes:
    """Have ``data`` time-stamped: the TimeStampResp as it came, in DER.

    Only the SHA-256 of ``data`` is sent. The reply is verified: granted, over this digest, with
    the nonce that was sent, signed by a certificate for time-stamping that the authority's roots
    vouch for. Raises TransportError, with reason ``bad_stamp`` for a reply that is not all that.
    """
    authority.certificates()
    request = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256).build()
    service = Service(authority.url, authority.timeout_s, tls=authority.tls)
    reply = post(service, request.as_bytes(), sends=_QUERY, accepts=_REPLY)
    verify(data, reply, authority, nonce=request.nonce)
    return reply


def verify(
    data: bytes, reply: bytes, authority: Authority, *, nonce: int | None = None
) -> datetime:
    """Hold a TimeStampResp against ``data``, ``authority`` and, if given, the nonce that was sent.
    The time that it puts over ``data``, in UTC.

    Certificates need to have been valid when it was stamped, not now. Raises TransportError with
    reason ``bad_stamp``.
    """
    certificates = authority.certificates()
    verifier = VerifierBuilder(
        roots=[one for one in certificates if _is_root(one)],
        intermediates=[one for one in certificates if not _is_root(one)],
        nonce=nonce,
    ).build()
    try:
        response = decode_timestamp_response(certificates_sorted(reply))
        if response.status != PKIStatus.GRANTED:
            words = " ".join(response.status_string)
            raise VerificationError(f"it was refused (status {response.status}) {words}".strip())
        verifier.verify_message(response, data)
        return response.tst_info.gen_time
    except (ValueError, VerificationError) as error:
        message = f"the time-stamp of {authority.url} does not hold: {error}"
        raise TransportError(message, reason="bad_stamp") from error


def _is_root(certificate: Certificate) -> bool:
    return certificate.issuer == certificate.subject
