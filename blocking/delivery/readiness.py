"""Whether a way's files can be used, looked at before anything has to go by it."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from blocking.delivery.encryption import encryption_of
from blocking.delivery.https import HttpsServer, tls_of
from blocking.delivery.sftp import known_hosts_in, private_key_in
from blocking.delivery.way import Way
from blocking.signing.pem import first_line


def check_files(way: Way, at: datetime) -> None:
    """Open every file that ``way`` names, and connect nowhere. Raises InputError naming one that
    cannot be used."""
    password = first_line(way.key_password_file) if way.key_password_file else None
    if way.encryption_key:
        encryption_of(way.encryption_key, at)
    scheme = urlsplit(way.to).scheme
    if scheme == "sftp" and way.key_file and way.known_hosts:
        private_key_in(way.key_file, password)
        known_hosts_in(way.known_hosts)
    elif scheme == "https":
        tls_of(
            HttpsServer(
                way.to, way.timeout_s, way.ca_file, way.certificate_file, way.key_file, password
            )
        )
