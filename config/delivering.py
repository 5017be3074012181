"""The settings of deliveries."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, model_validator

from config.section import Section, key, required
from config.values import AbsolutePath, Seconds, Slug


def _way(value: str) -> str:
    """``file``, ``sftp``, ``https`` or ``mailto``, whole and without a password."""
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        raise ValueError("must be a URL") from None
    if not value.isascii() or not value.isprintable() or " " in value:
        raise ValueError("must be a URL: printable ASCII, other letters as %XX")
    if not unquote(value).isprintable():
        raise ValueError("must have no control characters, also as %XX")
    if parts.password is not None or parts.query or parts.fragment:
        raise ValueError("must have no password, query or fragment")
    whole = {
        "file": not parts.netloc and len(parts.path) > 1 and parts.path.startswith("/"),
        "sftp": bool(parts.hostname and parts.username and parts.path) and port != 0,
        "https": bool(parts.hostname and not parts.username) and port != 0,
        "mailto": not parts.netloc and unquote(parts.path).count("@") == 1,
    }
    if not whole.get(parts.scheme, False):
        raise ValueError(
            "must be file:///FOLDER, sftp://USER@HOST/FOLDER, https://HOST/PATH or mailto:ADDRESS"
        )
    return value


class Delivery(Section):
    name: Slug = required("What the delivery is called; names are for one way each, and stay.")
    recipient: Slug = required("Whose releases go this way: a name in `blocking.recipients`.")
    to: Annotated[str, AfterValidator(_way)] = required(
        "Where to: `file:///FOLDER`, `sftp://USER@HOST/FOLDER`, `https://HOST/PATH` (one POST) or "
        "`mailto:ADDRESS` (encrypted, through the server of `review.mail_host`)."
    )
    key_file: AbsolutePath | None = key(
        None, "Our private key: for SFTP to sign in with, for HTTPS that of `certificate_file`."
    )
    key_password_file: AbsolutePath | None = key(
        None, "File whose first line opens that key; unset for a key without a password."
    )
    known_hosts: AbsolutePath | None = key(
        None, "File with the SFTP server's host key, in OpenSSH's form: no other is taken."
    )
    certificate_file: AbsolutePath | None = key(
        None, "Our certificate for an HTTPS server that wants one, in PEM."
    )
    ca_file: AbsolutePath | None = key(
        None, "Certificates that may vouch for the HTTPS server; unset for the system's."
    )
    timeout_s: Seconds = key(
        300.0, "Longest time for one POST or mail, and for each step over SFTP.", "seconds"
    )

    @model_validator(mode="after")
    def _fits_its_way(self) -> Delivery:
        scheme = urlsplit(self.to).scheme
        takes = {
            "sftp": {"key_file", "key_password_file", "known_hosts"},
            "https": {"key_file", "key_password_file", "certificate_file", "ca_file"},
        }.get(scheme, set())
        names = ("key_file", "key_password_file", "known_hosts", "certificate_file", "ca_file")
        if odd := [name for name in names if getattr(self, name) and name not in takes]:
            raise ValueError(f"{', '.join(odd)}: not for {scheme} deliveries")
        if scheme == "sftp" and not (self.key_file and self.known_hosts):
            raise ValueError("a delivery over SFTP needs key_file and known_hosts")
        if bool(self.certificate_file) != bool(self.key_file) and scheme == "https":
            raise ValueError("certificate_file and key_file: one needs the other")
        return self
