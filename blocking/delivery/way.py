"""A way that releases go by, as the settings describe it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from net.mailing import MailServer


@dataclass(frozen=True, slots=True)
class Way:
    """One delivery of the settings, under their names. ``encryption_key`` is the recipient's;
    ``mail`` is where mail is handed in."""

    name: str
    recipient: str
    to: str
    key_file: Path | None = None
    key_password_file: Path | None = None
    known_hosts: Path | None = None
    certificate_file: Path | None = None
    ca_file: Path | None = None
    timeout_s: float = 300.0
    encryption_key: Path | None = None
    mail: MailServer | None = None

    @property
    def scheme(self) -> str:
        """``file``, ``sftp``, ``https`` or ``mailto``."""
        return urlsplit(self.to).scheme

    @property
    def as_one(self) -> bool:
        """Whether the release goes as one archive: a request's body, and all that is encrypted
        but mail, which has a form of its own."""
        return self.scheme == "https" or (
            self.encryption_key is not None and self.scheme != "mailto"
        )
