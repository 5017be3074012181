"""Building an export: entries in force → files → gate → a numbered folder that waits for a person.

The scheduler comes this far and no further; ``releases`` lets an export out of the house.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from blocking.current import requests_in_force, untouchable
from blocking.delta import Delta
from blocking.drafts import Diff, Draft, diff_of, last_release, make_draft
from blocking.filechecks import check_files
from blocking.files import (
    Written,
    exclusive,
    move_into_place,
    point_to,
    work_folder,
    write_files,
)
from blocking.findings import Code, Finding
from blocking.gate import Gate
from blocking.manifest import NAME, DeltaCounts, Manifest, Previous, parse, verify
from blocking.models import Export, ExportEntry
from blocking.plan import ExportPlan, Recipient
from blocking.protection import Protection
from blocking.states import ExportState
from cases import audit
from cases.files import write_private
from domain.clock import Clock, utc_now
from domain.digests import sha256_hex
from domain.errors import GateError

__all__ = ["Built", "build", "last_release"]

ACTOR = "system:exports"


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
        draft = make_draft(recipient, plan.rules, gate, like, clock)
        if draft.last is not None and not dry_run:
            point_to(parent, str(draft.last.number))  # a kill may have come before it did
        if (same := _same(draft, plan.folder)) is not None and not dry_run:
            manifest = parse(same.manifest.encode(), f"export {same}")
            return Built(same, manifest, diff_of(draft), True, tuple(same.unchecked))
        with work_folder(parent, str(draft.number)) as folder:
            written = write_files(
                folder, draft.formats, draft.entries, draft.info, draft.delta, kept=draft.kept
            )
            manifest = _manifest(draft, written)
            report = check_files(folder, draft.entries, draft.info, plan.limits.canary_names)
            findings = [
                *gate.check(draft.entries, draft.number, draft.before),
                *_vanished(draft, written),
                *report.findings,
            ]
            if findings:
                if not dry_run:
                    _record_refusal(draft, findings, report.unchecked, clock)
                raise _refusal(recipient, findings, draft.last)
            if dry_run:
                return Built(None, manifest, diff_of(draft), False, report.unchecked)
            write_private(folder / NAME, [manifest.as_bytes()])
            move_into_place(folder, parent / str(draft.number))
        export = _record(draft, manifest, report.unchecked, clock)
        return Built(export, manifest, diff_of(draft), False, report.unchecked)


def lifts_any(recipient: str, *, clock: Clock = utc_now) -> bool:
    """Whether the release in force at ``recipient`` holds what is not in force any more."""
    last = last_release(recipient)
    if last is None:
        return False
    standing = requests_in_force(clock())
    return ExportEntry.objects.filter(export=last).exclude(request__in=standing).exists()


def _same(draft: Draft, root: Path) -> Export | None:
    """An export of this content that is in force, or waits to follow the one in force, and whose
    files are whole."""
    waiting = Export.objects.filter(
        recipient=draft.recipient.name, state=ExportState.BUILT, previous=draft.last
    )
    for export in (draft.last, waiting.order_by("-number").first()):
        if export is None or export.content_sha256 != draft.content_sha256:
            continue
        if _liftings_differ(export, draft):
            continue
        folder = root / export.folder
        if (folder / NAME).is_file() and not verify(folder).problems:
            return export
    return None


def _liftings_differ(export: Export, draft: Draft) -> bool:
    """Whether ``export`` leaves a lifting unsaid: a recipient that first refused an entry executed
    it after all, say, when no release held it any more."""
    if draft.delta is None:
        return False
    if export == draft.last:
        return draft.delta.unsaid > 0
    delta = parse(export.manifest.encode(), f"export {export}").delta
    return (delta.lifted if delta else 0) != len(draft.delta.lifted)


def _vanished(draft: Draft, written: Written) -> list[Finding]:
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


def _manifest(draft: Draft, written: Written) -> Manifest:
    last = draft.last
    return Manifest(
        recipient=draft.recipient.name,
        number=draft.number,
        serial=draft.info.serial,
        issued_at=draft.issued_at,
        previous=Previous(last.number, last.manifest_sha256) if last else None,
        content_sha256=draft.content_sha256,
        entries=len(draft.entries),
        counts=dict(sorted(Counter(entry.scope.value for entry in draft.entries).items())),
        left_out=written.left_out,
        files=written.files,
        delta=_counts(draft.delta),
        as_of=draft.info.as_of,
    )


def _counts(delta: Delta | None) -> DeltaCounts | None:
    if delta is None:
        return None
    return DeltaCounts(delta.since, len(delta.added), len(delta.changed), len(delta.lifted))


def _record(draft: Draft, manifest: Manifest, unchecked: tuple[str, ...], clock: Clock) -> Export:
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
    draft: Draft, findings: list[Finding], unchecked: tuple[str, ...], clock: Clock
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
