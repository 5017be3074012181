"""Evidence bundles as people take them and check them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cases.bundles.building import Bundle, Stamping, build
from cases.bundles.stamping import ACTION as STAMP_ADDED
from cases.bundles.stamping import Stamped, add_stamp
from cases.bundles.verifier import MANIFEST, STAMP, Found, check, sha256_of
from cases.models import AuditEvent, Person
from domain.clock import Clock, utc_now
from domain.errors import InputError, TransportError
from net import timestamping
from net.timestamping import Authority

NO_CHAIN = (
    "there is no record here: the audit events were compared with no chain (start narcowatch where "
    "the narcowatch.toml of the unit is that made the bundle)"
)


def take(
    case_id: int,
    person: Person,
    out: Path,
    *,
    evidence_root: Path,
    authority: Authority | None,
    clock: Clock = utc_now,
) -> Bundle:
    """Make the bundle of a case as the new folder ``out``; see ``cases.bundles.building.build``.

    Raises InputError when the authority's certificates are none, before anything is written.
    """
    stamping = None if authority is None else stamping_by(authority)
    return build(case_id, person, out, evidence_root=evidence_root, stamping=stamping, clock=clock)


def stamp(
    folder: Path, person: Person, authority: Authority | None, *, clock: Clock = utc_now
) -> Stamped:
    """Have a bundle stamped that was made without; see ``cases.bundles.stamping.add_stamp``.

    Raises InputError where no authority is configured.
    """
    if authority is None:
        raise InputError("evidence.timestamp_url and evidence.timestamp_ca name no authority")
    return add_stamp(folder, person, stamping_by(authority), clock=clock)


def stamping_by(authority: Authority) -> Stamping:
    """How the authority is asked. Raises InputError when its certificates are none."""
    authority.certificates()
    return Stamping(
        authority.url, authority.ca_pem, lambda data: timestamping.stamp(data, authority)
    )


def verify(folder: Path, authority: Authority | None, *, chain: bool = True) -> Found:
    """What the bundle's verifier says, and what only this installation can tell: whether the audit
    events stand in its chain, and whether the authority signed the time-stamp. Without ``chain``
    there is none to compare with.

    Raises InputError when there is no bundle in ``folder``.
    """
    try:
        found = check(folder)
    except OSError as error:
        raise InputError(f"no bundle in {folder}: {error.strerror} ({MANIFEST})") from error
    if found.problems:
        return found
    problems, notes = compared(folder) if chain else ([], [NO_CHAIN])
    if not (folder / STAMP).exists():
        notes.append("the manifest bears no time-stamp")
    elif authority is None:
        notes.append("evidence.timestamp_url is not set: who signed the time-stamp is unchecked")
    else:
        problems += stamp_problems(folder, authority)
    return Found(problems, notes)


def stamp_problems(folder: Path, authority: Authority) -> list[str]:
    """Whether the authority signed the time-stamp beside the manifest."""
    try:
        data, stamp = (folder / MANIFEST).read_bytes(), (folder / STAMP).read_bytes()
        timestamping.verify(data, stamp, authority)
    except TransportError as error:
        return [str(error)]
    return []


def compared(folder: Path) -> tuple[list[str], list[str]]:
    """Hold the bundle's events, head and manifest against the chain of this installation."""
    audit: dict[str, Any] = json.loads((folder / "record" / "audit.json").read_bytes())
    links = {event["seq"]: event["hash"] for event in [*audit["events"], audit["head"]]}
    known = dict(AuditEvent.objects.filter(seq__in=[*links]).values_list("seq", "hash"))
    problems = [
        f"audit event {seq} is not the one in the chain here"
        for seq, its_hash in sorted(links.items())
        if seq and known.get(seq) != its_hash
    ]
    digest = sha256_of(folder / MANIFEST)
    taken = AuditEvent.objects.filter(
        action="evidence.bundled", details__manifest_sha256=digest
    ).first()
    if taken is None:
        return [*problems, "the chain here does not say that anybody took this bundle"], []
    notes = [f"taken by {taken.actor} at {taken.at} (audit event {taken.seq})"]
    more, added = _stamp_added(folder, digest)
    return [*problems, *more], [*notes, *added]


def _stamp_added(folder: Path, digest: str) -> tuple[list[str], list[str]]:
    """Whether the time-stamp is one that the chain says was added to the bundle later."""
    events = AuditEvent.objects.filter(action=STAMP_ADDED, details__manifest_sha256=digest)
    if not (folder / STAMP).exists():
        gone = "the chain here says that it was time-stamped, and the time-stamp is not there"
        return [gone] if events.exists() else [], []
    event = events.filter(details__stamp_sha256=sha256_of(folder / STAMP)).first()
    if event is not None:
        return [], [f"time-stamped by {event.actor} at {event.at} (audit event {event.seq})"]
    return ["the time-stamp is not the one in the chain here"] if events.exists() else [], []
