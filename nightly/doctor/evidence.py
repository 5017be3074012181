"""Checks of what evidence needs beside the store: who puts the time over a bundle."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from cryptography.x509 import Certificate

from domain.errors import InputError
from net.egress import port_answers
from net.timestamping import Authority
from nightly.doctor.findings import Installation, Said, error, ok, warning

_CA = "evidence.timestamp_ca"


def time_stamps(installation: Installation) -> Said:
    """The authority's certificates must be readable, or `narcowatch evidence` makes no bundle; one
    that is down makes bundles without a time-stamp. It is connected to, and asked for nothing."""
    if not installation.timestamp_url:
        return ok("evidence bundles get no time-stamp (evidence.timestamp_url is not set)")
    if installation.timestamp_ca is None:
        return error("evidence.timestamp_url is set without certificates", f"set {_CA}")
    hint = f"give {_CA} a PEM file with the root of the authority"
    try:
        pem = installation.timestamp_ca.read_bytes()
        certificates = Authority(installation.timestamp_url, pem).certificates()
    except OSError as failure:
        return error(f"{_CA}: {failure.strerror}: {failure.filename}", hint)
    except InputError as failure:
        return error(f"{_CA}: {failure}", hint)
    if ended := [one for one in certificates if one.not_valid_after_utc < installation.clock()]:
        return warning(f"{_CA}: {_names(ended)}", "ask the authority for its present certificates")
    parts = urlsplit(installation.timestamp_url)
    where = f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"
    if not port_answers(where):
        hint = "until then bundles are made without one; see that it runs, or correct the URL"
        return warning(f"no time-stamp authority answers at {where}", hint)
    return ok(f"time-stamps from {where}")


def _names(ended: list[Certificate]) -> str:
    lines = (f"{one.subject.rfc4514_string()} ended {_day(one)}" for one in ended)
    return ", ".join(lines)


def _day(certificate: Certificate) -> str:
    moment: datetime = certificate.not_valid_after_utc
    return f"{moment:%Y-%m-%d}"
