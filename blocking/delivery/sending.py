"""Sending a parcel by a way: which one its address means."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from blocking.delivery.directory import Directory
from blocking.delivery.https import HttpsServer, post_parcel
from blocking.delivery.mail import mail_parcel
from blocking.delivery.parcel import Parcel
from blocking.delivery.placing import place
from blocking.delivery.sftp import SshServer, sftp_shelf
from blocking.delivery.way import Way
from blocking.signing.pem import first_line
from domain.errors import InputError

_SSH_PORT = 22


def send(parcel: Parcel, way: Way, at: datetime) -> bool:
    """Send ``parcel`` by ``way``, False where it had arrived before.

    Raises TransportError, and InputError for a file of ``way`` that cannot be used.
    """
    parts = urlsplit(way.to)
    password = first_line(way.key_password_file) if way.key_password_file else None
    if way.scheme == "file":
        return place(parcel, Directory(Path(unquote(parts.path))))
    if way.scheme == "sftp":
        assert way.key_file
        assert way.known_hosts
        server = SshServer(
            parts.hostname or "",
            parts.port or _SSH_PORT,
            unquote(parts.username or ""),
            unquote(parts.path),
            way.key_file,
            way.known_hosts,
            password,
            way.timeout_s,
        )
        with sftp_shelf(server) as shelf:
            return place(parcel, shelf)
    if way.scheme == "https":
        post_parcel(
            parcel,
            HttpsServer(
                way.to, way.timeout_s, way.ca_file, way.certificate_file, way.key_file, password
            ),
        )
        return True
    if way.mail is None:
        raise InputError(f"delivery {way.name}: review.mail_host is not set")
    mail_parcel(parcel, unquote(parts.path), way.mail, at)
    return True
