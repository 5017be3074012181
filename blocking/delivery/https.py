"""Handing a parcel in at a recipient's HTTPS server: one POST, so that it has all of it or nothing.

The body is the archive. ``Idempotency-Key`` (draft-ietf-httpapi-idempotency-key-header) is the same
however often it is tried, ``Content-Digest`` (RFC 9530) is the body's. Both sides show certificates
where the recipient wants ours (RFC 8705 calls it mutual TLS).
"""

from __future__ import annotations

import base64
import ssl
from dataclasses import dataclass
from pathlib import Path

from blocking.delivery.parcel import Parcel
from blocking.manifest import file_sha256
from blocking.signing.pem import secret
from domain.errors import InputError
from net.services import Service, send_file


@dataclass(frozen=True, slots=True)
class HttpsServer:
    """Where parcels are handed in. ``ca_file`` holds the only certificates that may vouch for the
    server, unset for the system's; ``certificate_file`` and ``key_file`` are ours."""

    url: str
    timeout_s: float = 300.0
    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None
    password: bytes | None = None


def post_parcel(parcel: Parcel, server: HttpsServer) -> None:
    """Hand ``parcel`` in; the server answers 200 to 299 when it has taken it.

    Raises TransportError as ``net.services.send_file``, InputError for certificates or a key that
    cannot be used.
    """
    assert parcel.archive is not None
    digest = base64.b64encode(bytes.fromhex(file_sha256(parcel.archive))).decode()
    headers = {
        "Content-Type": parcel.media_type,
        "Content-Digest": f"sha-256=:{digest}:",
        "Content-Disposition": f'attachment; filename="{parcel.archive.name}"',
        "Idempotency-Key": f'"{parcel.key}"',
    }
    service = Service(server.url, server.timeout_s, tls=tls_of(server))
    send_file(service, parcel.archive, headers)


def tls_of(server: HttpsServer) -> ssl.SSLContext:
    """TLS as ``server`` says. Raises InputError naming the file that cannot be used."""
    try:
        context = ssl.create_default_context(cafile=server.ca_file)
    except (OSError, ssl.SSLError) as error:
        raise InputError(f"{server.ca_file}: no certificates in PEM: {error}") from error
    if server.certificate_file and server.key_file:
        secret(server.key_file)
        password = server.password or b""
        try:
            context.load_cert_chain(server.certificate_file, server.key_file, lambda: password)
        except (OSError, ssl.SSLError) as error:
            names = f"{server.certificate_file}, {server.key_file}"
            raise InputError(f"{names}: no certificate with its key: {error}") from error
    return context
