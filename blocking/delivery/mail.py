"""A parcel as encrypted mail: S/MIME (RFC 8551) to certificates, PGP/MIME (RFC 3156) to an OpenPGP
key. Nothing but whom it is for can be read on the way."""

from __future__ import annotations

import base64
from datetime import datetime
from email import policy
from email.message import EmailMessage, Message
from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart
from email.utils import format_datetime
from pathlib import Path

import pysequoia

from blocking.delivery.encryption import (
    CmsEncryption,
    Encryption,
    PgpEncryption,
    openpgp_failed,
)
from blocking.delivery.parcel import Parcel
from cases.files import write_private
from domain.errors import TransportError
from net.mailing import Mailer, MailServer

#: What servers commonly take, with the third that base64 adds.
MAX_BYTES = 15_000_000


def mail_parcel(
    parcel: Parcel, to: str, server: MailServer, at: datetime, *, max_bytes: int = MAX_BYTES
) -> None:
    """Hand in a mail to ``to`` with every file of ``parcel`` in it.

    Raises TransportError: ``too_large``, ``encryption``, and as ``net.mailing.Mailer``.
    """
    mail = written(parcel, to, server, at, max_bytes=max_bytes)
    with Mailer(server) as mailer:
        mailer.send(to, mail)


def written(
    parcel: Parcel, to: str, server: MailServer, at: datetime, *, max_bytes: int = MAX_BYTES
) -> Message:
    """The mail, encrypted; its Message-ID is made from the parcel's key."""
    assert parcel.encryption is not None  # settings that allow mail without it are refused
    size = sum((parcel.folder / name).stat().st_size for name in parcel.names)
    if size > max_bytes:
        message = f"{parcel.title} has {size} bytes, a mail carries {max_bytes} at most"
        raise TransportError(message, reason="too_large", permanent=True)
    mail = _encrypted(_inner(parcel), parcel.encryption, parcel.work)
    mail["From"], mail["To"] = server.sender, to
    mail["Subject"] = f"narcowatch {parcel.title}"
    mail["Date"], mail["Message-ID"] = format_datetime(at), server.message_id(str(parcel.key))
    mail["Auto-Submitted"] = "auto-generated"
    return mail


def _inner(parcel: Parcel) -> bytes:
    """What is encrypted: a short text, and every file as an attachment."""
    mail = EmailMessage(policy=policy.SMTP)
    about = parcel.manifest
    counts = ", ".join(f"{scope} {n}" for scope, n in sorted(about.counts.items()))
    mail.set_content(
        f"Release {about.number} for {about.recipient}: {about.entries} entries ({counts}).\n"
        f"Issued at {about.issued_at}.\n"
    )
    types = {file.name: file.media_type for file in parcel.manifest.files}
    for name in parcel.names:
        kind, _, rest = types.get(name, "application/octet-stream").partition("/")
        content = (parcel.folder / name).read_bytes()
        mail.add_attachment(
            content, maintype=kind, subtype=rest.partition(";")[0], filename=name, cte="base64"
        )
    return mail.as_bytes()


def _encrypted(inner: bytes, encryption: Encryption, work: Path) -> Message:
    if isinstance(encryption, PgpEncryption):
        return _pgp_mime(inner, encryption)
    assert isinstance(encryption, CmsEncryption)
    return _smime(inner, encryption, work)


def _smime(inner: bytes, encryption: CmsEncryption, work: Path) -> Message:
    clear, sealed = work / "inner", work / "smime.p7m"
    write_private(clear, [inner])
    encryption.encrypt(clear, sealed)
    clear.unlink()
    content = sealed.read_bytes()
    mail = Message(policy=policy.SMTP)
    mail["MIME-Version"] = "1.0"
    mail["Content-Type"] = 'application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"'
    mail["Content-Disposition"] = 'attachment; filename="smime.p7m"'
    mail["Content-Transfer-Encoding"] = "base64"
    mail.set_payload(base64.encodebytes(content).decode())
    return mail


def _pgp_mime(inner: bytes, encryption: PgpEncryption) -> Message:
    try:
        content = pysequoia.encrypt(inner, recipients=[encryption.certificate])
    except Exception as error:  # the library raises nothing narrower
        raise openpgp_failed(error) from error
    mail = MIMEMultipart("encrypted", protocol="application/pgp-encrypted", policy=policy.SMTP)
    version = MIMEApplication(b"Version: 1\n", "pgp-encrypted", lambda part: None)
    sealed = MIMEApplication(content, "octet-stream", lambda part: None, name="encrypted.asc")
    sealed["Content-Disposition"] = 'inline; filename="encrypted.asc"'
    mail.attach(version)
    mail.attach(sealed)
    return mail
