"""Building an export: entries in force → files → gate → a numbered folder that waits for a person.

The scheduler comes this far and no further; ``releases`` lets an export out of the house.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from blocking.current import entries_of, requests_for, untouchable
from blocking.entries import Entry
from blocking.exporters import formats_of
from blocking.exporters.format import ExportInfo, Format
from blocking.filechecks import check_files
from blocking.files import (
    Written,
    exclusive,
    move_into_place,
    point_to,
    work_folder,
    write_files,
    write_private,
)
from blocking.findings import Code, Finding
from blocking.gate import Gate, InForce
from blocking.manifest import NAME, Manifest, Previous, parse, verify
from blocking.models import BlockingRequest, Export, ExportEntry
from blocking.plan import ExportPlan, Recipient
from blocking.protection import Protection
from blocking.states import ExportState
from cases import audit
from domain.clock import Clock, iso, utc_now
from domain.digests import sha256_hex
from domain.errors import GateError, InputError

__all__ = ["Built", "Diff", "ExportPlan", "build", "in_force", "last_release"]

ACTOR = "system:exports"


@dataclass(frozen=True, slots=True)
class Diff:
    """What changes against the release in force, by the entries' labels."""

    before: int | None
    added: tuple[str, ...]
    removed: tuple[str, ...]
    kept: int


@dataclass(frozen=True, slots=True)
class Built:
    """What ``build`` did. ``export`` is None for a dry run; ``unchanged`` means that an export
    with this very content exists and nothing new was written. ``unchecked`` names the checks
    that could not be made for want of a program."""

    export: Export | None
    manifest: Manifest
    diff: Diff
    unchanged: bool = False
    unchecked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Draft:
    """All that an export is made of, before anything is written."""

    recipient: Recipient
    number: int
    last: Export | None
    entries: Sequence[Entry]
    formats: tuple[Format, ...]
    info: ExportInfo
    content_sha256: str


def last_release(recipient: str) -> Export | None:
    """The release that is in force at ``recipient``."""
    released = Export.objects.filter(recipient=recipient, state=ExportState.RELEASED)
    return released.order_by("-number").first()


def in_force(export: Export | None) -> InForce | None:
    """What the gate compares with."""
    if export is None:
        return None
    ids = ExportEntry.objects.filter(export=export).values_list("request_id", flat=True)
    return InForce(export.number, frozenset(str(pk) for pk in ids))


def build(
    recipient: Recipient,
    plan: ExportPlan,
    protection: Protection,
    *,
    like: int | None = None,
    dry_run: bool = False,
    clock: Clock = utc_now,
) -> Built:
    """Build and gate the export of all requests in force that concern ``recipient``.

    ``like`` takes only entries that the export of that number held (a rollback). A dry run
    leaves nothing behind. Raises GateError when the gate refuses, after recording it; the last
    good export stays as it is. Raises InputError for unknown formats or export numbers.
    """
    parent = plan.folder / recipient.name
    with exclusive(parent, f"the export for {recipient.name}"):
        gate = Gate(protection, plan.limits, untouchable())
        draft = _draft(recipient, plan, gate, like, clock)
        if draft.last is not None and not dry_run:
            point_to(parent, str(draft.last.number))  # a kill may have come before it did
        if (same := _same(draft, plan.folder)) is not None and not dry_run:
            manifest = parse(same.manifest.encode(), f"export {same}")
            return Built(same, manifest, _diff(draft), True, tuple(same.unchecked))
        with work_folder(parent, str(draft.number)) as folder:
            written = write_files(folder, draft.formats, draft.entries, draft.info)
            manifest = _manifest(draft, written)
            report = check_files(folder, draft.entries, draft.info, plan.limits.canary_names)
            findings = [
                *gate.check(draft.entries, draft.number, in_force(draft.last)),
                *_vanished(draft, written),
                *report.findings,
            ]
            if findings:
                if not dry_run:
                    _record_refusal(draft, findings, report.unchecked, clock)
                raise _refusal(recipient, findings, draft.last)
            if dry_run:
                return Built(None, manifest, _diff(draft), False, report.unchecked)
            write_private(folder / NAME, [manifest.as_bytes()])
            move_into_place(folder, parent / str(draft.number))
        export = _record(draft, manifest, report.unchecked, clock)
        return Built(export, manifest, _diff(draft), False, report.unchecked)


def _draft(
    recipient: Recipient, plan: ExportPlan, gate: Gate, like: int | None, clock: Clock
) -> _Draft:
    now = clock()
    formats = formats_of(recipient.formats)
    rows = requests_for(recipient, now)
    if like is not None:
        rows = rows.filter(exports__export=_released(recipient.name, like))
    entries = entries_of(rows.iterator(chunk_size=2000), gate.spared())
    newest = Export.objects.filter(recipient=recipient.name).order_by("-number").first()
    last = last_release(recipient.name)
    never = gate.protection.never.names
    info = ExportInfo(
        recipient=recipient.name,
        number=newest.number + 1 if newest else 1,
        issued_at=iso(now),
        previous_at=iso(last.built_at) if last else "",
        unit=plan.rules.unit,
        passthru=tuple(sorted(never)),
        passthru_exact=frozenset(name for name, entry in never.items() if not entry.below),
    )
    content = _content_digest(entries, formats, info)
    return _Draft(recipient, info.number, last, entries, formats, info, content)


def _released(recipient: str, number: int) -> Export:
    released = Export.objects.filter(recipient=recipient, state=ExportState.RELEASED)
    found = released.filter(number=number).first()
    if found is None:
        raise InputError(f"{recipient} has no release {number}")
    return found


def _content_digest(entries: Sequence[Entry], formats: tuple[Format, ...], info: ExportInfo) -> str:
    """The SHA-256 over what an export holds, whatever its number and date."""
    digest = hashlib.sha256()
    for part in (info.recipient, info.unit, info.zone, *(fmt.name for fmt in formats)):
        digest.update(f"{part}\n".encode())
    for name in info.passthru:
        digest.update(f"{name} {name in info.passthru_exact}\n".encode())
    for entry in entries:
        digest.update(f"{entry.subdomains} {entry.overridden} {entry.document}\n".encode())
    return digest.hexdigest()


def _same(draft: _Draft, root: Path) -> Export | None:
    """An export of this content that is in force, or waits to follow the one in force, and whose
    files are whole."""
    waiting = Export.objects.filter(
        recipient=draft.recipient.name, state=ExportState.BUILT, previous=draft.last
    )
    for export in (draft.last, waiting.order_by("-number").first()):
        if export is None or export.content_sha256 != draft.content_sha256:
            continue
        folder = root / export.folder
        if (folder / NAME).is_file() and not verify(folder).problems:
            return export
    return None


def _vanished(draft: _Draft, written: Written) -> list[Finding]:
    """Files that the release in force has and this one would lack: a list that became empty."""
    if draft.last is None:
        return []
    now = {file.format for file in written.files}
    wanted = {fmt.name for fmt in draft.formats}
    before = parse(draft.last.manifest.encode(), f"export {draft.last}").files
    return [
        Finding(
            Code.EMPTY,
            file.name,
            f"would be empty, release {draft.last.number} has {file.records} entries in it",
        )
        for file in before
        if file.format in wanted - now
    ]


def _manifest(draft: _Draft, written: Written) -> Manifest:
    last = draft.last
    return Manifest(
        recipient=draft.recipient.name,
        number=draft.number,
        serial=draft.info.serial,
        issued_at=draft.info.issued_at,
        previous=Previous(last.number, last.manifest_sha256) if last else None,
        content_sha256=draft.content_sha256,
        entries=len(draft.entries),
        counts=dict(sorted(Counter(entry.scope.value for entry in draft.entries).items())),
        left_out=written.left_out,
        files=written.files,
    )


def _diff(draft: _Draft) -> Diff:
    before = in_force(draft.last)
    ids = before.ids if before else frozenset()
    gone = ids - {entry.id for entry in draft.entries}
    rows = BlockingRequest.objects.filter(pk__in=gone).order_by("sort_key", "pk")
    added = tuple(entry.label for entry in draft.entries if entry.id not in ids)
    return Diff(
        draft.last.number if draft.last else None,
        added,
        tuple(f"{row.scope}:{row.sort_key}" for row in rows),
        len(draft.entries) - len(added),
    )


def _record(draft: _Draft, manifest: Manifest, unchecked: tuple[str, ...], clock: Clock) -> Export:
    content = manifest.as_bytes()
    with transaction.atomic():
        export = Export.objects.create(
            recipient=draft.recipient.name,
            number=draft.number,
            state=ExportState.BUILT,
            content_sha256=draft.content_sha256,
            entry_count=len(draft.entries),
            previous=draft.last,
            manifest=content.decode(),
            manifest_sha256=sha256_hex(content),
            folder=f"{draft.recipient.name}/{draft.number}",
            unchecked=list(unchecked),
            built_at=clock(),
        )
        ExportEntry.objects.bulk_create(
            (
                ExportEntry(export=export, request_id=entry.id, subdomains=entry.subdomains)
                for entry in draft.entries
            ),
            batch_size=2000,
        )
        _audit("export.built", export, {"manifest_sha256": export.manifest_sha256}, clock)
    return export


def _record_refusal(
    draft: _Draft, findings: list[Finding], unchecked: tuple[str, ...], clock: Clock
) -> None:
    with transaction.atomic():
        export = Export.objects.create(
            recipient=draft.recipient.name,
            number=draft.number,
            state=ExportState.REFUSED,
            content_sha256=draft.content_sha256,
            entry_count=len(draft.entries),
            previous=draft.last,
            findings=[[f.code.value, f.subject, f.message] for f in findings],
            unchecked=list(unchecked),
            built_at=clock(),
        )
        codes = dict(sorted(Counter(finding.code.value for finding in findings).items()))
        _audit("export.refused", export, {"findings": codes}, clock)


def _audit(action: str, export: Export, details: dict[str, object], clock: Clock) -> None:
    audit.append(
        action,
        f"export:{export.recipient}/{export.number}",
        actor=ACTOR,
        details={"entries": export.entry_count, **details},
        clock=clock,
    )


def _refusal(recipient: Recipient, findings: list[Finding], last: Export | None) -> GateError:
    stays = f"release {last.number} stays in force" if last else "nothing has been released yet"
    return GateError(
        f"the export for {recipient.name} is refused ({len(findings)} findings); {stays}:",
        tuple(str(finding) for finding in findings),
    )
