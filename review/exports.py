"""Exports as people read them, and their release: what changes, and what the gate says, first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from blocking import releases
from blocking.findings import Code, Finding
from blocking.hidden import hidden_requests
from blocking.manifest import FileFacts, parse
from blocking.models import Export, ExportEntry
from blocking.plan import ExportPlan
from blocking.protection import Protection
from blocking.states import ExportState
from cases.models import Person
from cases.people import RELEASERS, Role, may, require
from domain.clock import Clock, utc_now
from domain.errors import InputError
from review.deliveries import DeliveryLine, deliveries_of
from review.labels import harmless, label, names_any, withheld_names
from review.paging import SIZE, Paged, paged

EXPORT_READERS = frozenset({Role.SUPERVISOR, Role.AUDITOR, Role.OPERATOR})
_HEAVY = ("manifest", "findings", "unchecked")
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class ExportLine:
    """An export in a list; entries of restricted cases are not among ``entries``."""

    export_id: int
    name: str
    state: ExportState
    entries: int
    built_at: datetime
    released_at: datetime | None
    released_by: str


@dataclass(frozen=True, slots=True)
class FindingLine:
    """A finding; one that names something of the restricted queue says only that it does."""

    code: str
    subject: str
    message: str


@dataclass(frozen=True, slots=True)
class EntryLine:
    """An entry that an export adds or takes away."""

    request_id: UUID
    label: str
    scope: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What an export changes against the one before it: counts, and a page of each."""

    added: int
    removed: int
    kept: int
    added_page: Paged[EntryLine]
    removed_page: Paged[EntryLine]


@dataclass(frozen=True, slots=True)
class ExportView:
    """An export in full. ``findings`` are a page of those that refused it; ``changes`` is None for
    a refused one, whose entries are not kept."""

    line: ExportLine
    recipient: str
    content_sha256: str
    manifest_sha256: str
    previous: ExportLine | None
    previous_sha256: str
    files: tuple[FileFacts, ...]
    findings: Paged[FindingLine]
    unchecked: tuple[str, ...]
    changes: Changes | None
    may_release: bool
    deliveries: tuple[DeliveryLine, ...] = ()


@dataclass(frozen=True, slots=True)
class GateSays:
    """What the gate says now: the first of ``count`` findings."""

    findings: tuple[FindingLine, ...]
    count: int


def export_lines(
    person: Person, *, recipient: str = "", state: str = "", page: int = 1
) -> Paged[ExportLine]:
    """Exports, the newest first. Raises AccessError."""
    require(person, EXPORT_READERS, "read exports")
    rows = Export.objects.select_related("released_by").order_by("-built_at", "-pk")
    if recipient:
        rows = rows.filter(recipient=recipient)
    if state in set(ExportState):
        rows = rows.filter(state=state)
    found = paged(rows.defer(*_HEAVY), page)
    hidden = hidden_entries([row.pk for row in found.rows])
    return Paged(tuple(_line(row, hidden) for row in found.rows), found.number, found.more)


def export_view(
    export_id: int, person: Person, *, added: int = 1, removed: int = 1, findings: int = 1
) -> ExportView:
    """One export, with these pages of its lists. Raises AccessError, and InputError where there is
    none."""
    require(person, EXPORT_READERS, "read exports")
    row = _export(export_id)
    before = row.previous
    hidden = hidden_entries([pk for pk in (row.pk, row.previous_id) if pk])
    line = _line(row, hidden)
    refused = row.state == ExportState.REFUSED
    return ExportView(
        line=line,
        recipient=row.recipient,
        content_sha256=row.content_sha256,
        manifest_sha256=row.manifest_sha256,
        previous=_line(before, hidden) if before else None,
        previous_sha256=before.manifest_sha256 if before else "",
        files=() if refused else parse(row.manifest.encode(), f"export {line.name}").files,
        findings=_findings_page(row, findings),
        unchecked=tuple(row.unchecked),
        changes=None if refused else _changes(row, line, added, removed),
        may_release=row.state == ExportState.BUILT and may(person, RELEASERS),
        deliveries=deliveries_of(row) if row.state == ExportState.RELEASED else (),
    )


def gate_says(
    export_id: int,
    person: Person,
    plan: ExportPlan,
    protection: Protection,
    *,
    clock: Clock = utc_now,
) -> GateSays:
    """Have the gate look at an export that waits for release. Raises AccessError and InputError."""
    require(person, RELEASERS, "release exports")
    row = _export(export_id)
    if row.state != ExportState.BUILT:
        raise InputError(f"export {row.recipient}/{row.number} does not wait for release")
    found = releases.look(row, person, plan, protection, clock=clock)
    return GateSays(_lines(found[:_SHOWN]), len(found))


def release(
    export_id: int,
    person: Person,
    plan: ExportPlan,
    protection: Protection,
    *,
    typed: str,
    clock: Clock = utc_now,
) -> releases.Released:
    """Let an export out of the house. ``typed`` is its name as the person typed it.

    Raises InputError unless that is the export's, and whatever ``blocking.releases.release`` does.
    """
    require(person, RELEASERS, "release exports")
    row = _export(export_id)
    name = f"{row.recipient}/{row.number}"
    if typed.strip() != name:
        raise InputError(_("This is export %(name)s: type that to release it.") % {"name": name})
    return releases.release(row, person, plan, protection, clock=clock)


def _export(export_id: int) -> Export:
    rows = Export.objects.select_related("released_by", "previous", "previous__released_by")
    row = rows.filter(pk=export_id).first()
    if row is None:
        raise InputError(f"there is no export {export_id}")
    return row


def _line(row: Export, hidden: dict[int, int]) -> ExportLine:
    return ExportLine(
        export_id=row.pk,
        name=f"{row.recipient}/{row.number}",
        state=ExportState(row.state),
        entries=row.entry_count - hidden.get(row.pk, 0),
        built_at=row.built_at,
        released_at=row.released_at,
        released_by=row.released_by.username if row.released_by else "",
    )


def hidden_entries(export_ids: Sequence[int]) -> dict[int, int]:
    """How many entries of each export are of restricted cases."""
    hidden = hidden_requests()
    rows = ExportEntry.objects.filter(export__in=export_ids, request__in=hidden).order_by()
    return dict(rows.values_list("export").annotate(n=Count("pk")))


def _changes(row: Export, line: ExportLine, added: int, removed: int) -> Changes:
    came, gone = _only_in(row.pk, row.previous_id), _only_in(row.previous_id, row.pk)
    came_count, gone_count = came.count(), gone.count()
    return Changes(
        added=came_count,
        removed=gone_count,
        kept=line.entries - came_count,
        added_page=_entries(came, added),
        removed_page=_entries(gone, removed),
    )


def shown_entries(export_id: int | None) -> QuerySet[ExportEntry]:
    """The entries of an export in their order, without those of restricted cases."""
    rows = ExportEntry.objects.filter(export=export_id).exclude(request__in=hidden_requests())
    return rows.order_by("pk")


def _only_in(export_id: int | None, other_id: int | None) -> QuerySet[ExportEntry]:
    there = ExportEntry.objects.filter(export=other_id, request=OuterRef("request"))
    rows = shown_entries(export_id)
    return rows.filter(~Exists(there))


def _entries(rows: QuerySet[ExportEntry], page: int) -> Paged[EntryLine]:
    rows = rows.select_related("request").defer("request__document")
    found = paged(rows, page)
    lines = (EntryLine(e.request_id, label(e.request), e.request.scope) for e in found.rows)
    return Paged(tuple(lines), found.number, found.more)


def _findings_page(row: Export, page: int) -> Paged[FindingLine]:
    page = max(page, 1)
    start = (page - 1) * SIZE
    some = [Finding(Code(code), *rest) for code, *rest in row.findings[start : start + SIZE]]
    return Paged(_lines(some), page, len(row.findings) > start + SIZE)


def _lines(findings: Iterable[Finding]) -> tuple[FindingLine, ...]:
    names = withheld_names()
    return tuple(
        FindingLine(finding.code, "", "")
        if names_any((finding.subject, finding.message), names)
        else FindingLine(finding.code, harmless(finding.subject), harmless(finding.message))
        for finding in findings
    )
