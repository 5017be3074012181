"""Building an evidence bundle: what the record holds of a case, in a folder that verifies itself.

The audit event that says who took it is committed before the folder gets its name: no bundle is
ever there that the chain does not speak of.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.db import transaction

from cases import audit
from cases.bundles import contents
from cases.bundles.access import check_access, on_hold
from cases.bundles.auditing import accesses, audit_slice
from cases.bundles.collecting import Collected, collect
from cases.bundles.manifest import (
    NO_AUTHORITY,
    NOT_STAMPED,
    Head,
    manifest,
    sums,
)
from cases.bundles.veil import Veil
from cases.bundles.verifier import CA, MANIFEST, STAMP, STAMPED, SUMS, check_contents
from cases.bundles.writing import BundleWriter
from cases.decisions import inform
from cases.files import folder_in_the_making, give_name, write_private
from cases.models import Case, Informed, Person
from cases.warc import software
from domain.clock import Clock, iso, utc_now
from domain.custody import Access, custody_text
from domain.digests import sha256_hex
from domain.errors import BoundaryError, InputError, RecordError


@dataclass(frozen=True, slots=True)
class Stamping:
    """A time-stamp authority: ``ask`` takes the manifest and gives a TimeStampResp (RFC 3161) that
    was verified, or raises BoundaryError; ``ca_pem`` are the certificates it is verified with."""

    authority: str
    ca_pem: bytes
    ask: Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Part:
    """A bundle that goes out as part of something. ``pictures``: whether with screenshots;
    ``unstamped`` is why it bears no time-stamp of its own, ``occasion`` what the audit event says
    of what it goes out with."""

    pictures: bool
    unstamped: str
    occasion: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Bundle:
    """What was made. ``event`` is the audit event that speaks of it; ``reason`` says why there is
    no time-stamp although an authority was asked (``status`` NOT_STAMPED)."""

    folder: Path
    head: Head
    manifest_sha256: str
    files: int
    event: int
    status: str
    reason: str


def build(
    case_id: int,
    person: Person,
    out: Path,
    *,
    evidence_root: Path,
    stamping: Stamping | None = None,
    part: Part | None = None,
    clock: Clock = utc_now,
) -> Bundle:
    """Make the bundle of a case as the new folder ``out``; as ``part`` of something, if it is one.

    Raises InputError when there is no such case or ``out`` is there already, AccessError when
    ``person`` may not have it, EvidenceError when bytes are gone or not those that were captured,
    RecordError when the audit chain was changed, or the record does not fit it. Nothing is left
    behind then.
    """
    out = out.absolute()
    with folder_in_the_making(out) as folder:
        writer = BundleWriter(folder)
        case = _case(case_id, person)
        pictures = part is None or part.pictures
        head = _write(case, person, writer, evidence_root, clock, pictures=pictures)
        _hold_together(folder, head, writer)
        status, reason, stamp = NO_AUTHORITY, part.unstamped if part else "", None
        if stamping is not None:
            writer.add(CA, stamping.ca_pem)
            status, reason, stamp = _stamped(stamping, head, writer)
        data = manifest(head, writer.files, status, reason)
        write_private(folder / MANIFEST, [data])
        if stamp is not None:
            write_private(folder / STAMP, [stamp])
        write_private(folder / SUMS, [sums(data, stamp)])
        occasion = part.occasion if part else {}
        sealed = {"stamp_sha256": sha256_hex(stamp)} if stamp is not None else {}
        event = _note(case_id, person, head, data, status, clock, {**sealed, **occasion})
        give_name(folder, out)
    return Bundle(out, head, sha256_hex(data), len(writer.files), event, status, reason)


def _hold_together(folder: Path, head: Head, writer: BundleWriter) -> None:
    """What the verifier will say. Somebody may have worked on the case while it was read."""
    made = json.loads(manifest(head, writer.files, NO_AUTHORITY))
    if problems := check_contents(folder, made).problems:
        raise RecordError(
            f"the bundle of case {head.case} would not hold: {problems[0]}; if somebody worked on "
            "the case meanwhile, take it again"
        )


def _stamped(stamping: Stamping, head: Head, writer: BundleWriter) -> tuple[str, str, bytes | None]:
    """Whether the manifest bears a time-stamp, why not, and the time-stamp."""
    try:
        return STAMPED, "", stamping.ask(manifest(head, writer.files, STAMPED))
    except BoundaryError as error:
        return NOT_STAMPED, str(error), None


def _case(case_id: int, person: Person) -> Case:
    case = Case.objects.select_related("target", "hold_owner").filter(pk=case_id).first()
    if case is None:
        raise InputError(f"there is no case {case_id}")
    check_access(case, person)
    return case


def _write(
    case: Case,
    person: Person,
    writer: BundleWriter,
    evidence_root: Path,
    clock: Clock,
    *,
    pictures: bool,
) -> Head:
    """Write everything but the manifest. Returns the manifest's head.

    No transaction is open meanwhile, which would keep a night from writing. The audit events are
    read last, so that they speak of all that is in the bundle.
    """
    veil = Veil(case)
    collected = collect(case, evidence_root, writer, pictures=pictures)
    lists = {
        "assessments": contents.assessments(case),
        "candidates": contents.candidates(case, veil),
        "decisions": contents.decisions(case),
        "documents": contents.documents(case),
    }
    for name, rows in lists.items():
        writer.add_json(name, rows)
    writer.add_json("case", contents.case_facts(case, veil))
    events = audit_slice(case, collected.runs, veil)
    writer.add_json("audit", events)
    _write_custody(case, collected, accesses(events), writer)
    writer.add_guides()
    counts = {
        **{name: len(rows) for name, rows in lists.items()},
        "captures": collected.captures,
        "screenshots": collected.screenshots,
        "audit_events": len(events["events"]),
        "withheld": veil.withheld,
        "screenshots_left_out": collected.left_out,
    }
    return Head(
        case=case.pk,
        target=str(case.target),
        state=case.state,
        on_hold=on_hold(case),
        built_at=iso(clock()),
        built_by=person.username,
        software=software(),
        audit_head=events["head"],
        counts=counts,
    )


def _write_custody(
    case: Case, collected: Collected, events: list[Access], writer: BundleWriter
) -> None:
    items, origins = collected.items, collected.origins
    writer.add_json(
        "custody",
        {
            "items": [asdict(item) for item in items],
            "origins": [asdict(origin) for origin in origins],
            "accesses": [asdict(access) for access in events],
        },
    )
    title = f"case {case.pk}, {case.target}"
    writer.add("custody.txt", custody_text(title, items, origins, events).encode())


def _note(
    case_id: int,
    person: Person,
    head: Head,
    data: bytes,
    status: str,
    clock: Clock,
    occasion: Mapping[str, Any],
) -> int:
    """Write down who takes the evidence. The case may have been restricted or held meanwhile."""
    with transaction.atomic():
        case = Case.objects.select_for_update().select_related("target").get(pk=case_id)
        check_access(case, person)
        inform(case, person, Informed.Why.TOOK_EVIDENCE, clock())
        event = audit.append(
            "evidence.bundled",
            f"case:{case_id}",
            actor=person.username,
            details={
                "manifest_sha256": sha256_hex(data),
                "captures": head.counts["captures"],
                "screenshots": head.counts["screenshots"],
                "on_hold": on_hold(case),
                "timestamp": status,
                **occasion,
            },
            clock=clock,
        )
    return event.seq
