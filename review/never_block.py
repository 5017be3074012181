"""The never-block list as people read it and change it: what came in files, and what they put on.

Changing it is ``blocking.protected``; here it becomes lines, a page of one entry, and files.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from blocking import protected
from blocking.covered import Covered, covered_by
from blocking.models import BlockingRequest, Order, ProtectedName
from blocking.neverblock import CATEGORIES, Protected
from blocking.protection import Protection
from cases.models import AuditEvent, Person, Proposal
from cases.people import Role, may, require
from domain.clock import Clock, utc_now
from domain.errors import InputError
from domain.orders import OrderState
from domain.rechecks import ProposalKind, ProposalState
from review.labels import label
from review.paging import SIZE, Paged
from review.service import READERS

LIST_READERS = frozenset(Role) - {Role.REGULATOR}
ORIGINS = ("own", "shipped")
STANDINGS = ("in_force", "proposed", "overdue", "withdrawn")
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries are wanted; empty fields ask for nothing. ``text`` stands in the name."""

    text: str = ""
    category: str = ""
    origin: str = ""
    standing: str = ""

    def cleared(self) -> Filter:
        """Without what there is none of."""
        return Filter(
            self.text.strip().lower(),
            self.category if self.category in CATEGORIES else "",
            self.origin if self.origin in ORIGINS else "",
            self.standing if self.standing in STANDINGS else "",
        )


@dataclass(frozen=True, slots=True)
class NameLine:
    """An entry in a list; ``entry_id`` is None for one of a file, whose reason is its source."""

    name: str
    category: str
    below: bool
    reason: str
    source: str
    added: date
    entry_id: int | None = None
    added_by: str = ""
    review_by: date | None = None
    proposed: bool = False
    overdue: bool = False
    withdrawn: date | None = None
    withdrawn_by: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an entry's history, as the audit chain has it."""

    seq: int
    at: str
    actor: str
    what: str
    reason: str


@dataclass(frozen=True, slots=True)
class CoveredLine:
    """A request that the entry covers; ``proposal`` is the state of what was proposed, "" for
    nothing."""

    request_id: UUID
    case_id: int
    label: str
    follows: str
    orders: tuple[tuple[str, OrderState], ...]
    proposal: str


@dataclass(frozen=True, slots=True)
class EntryView:
    """An entry in full. ``covered`` are the first of ``covered_count``, for who reads cases."""

    line: NameLine
    row: ProtectedName
    steps: tuple[Step, ...]
    covered: tuple[CoveredLine, ...]
    covered_count: int
    may_change: bool
    may_withdraw: bool


def names(person: Person, wanted: Filter, lists: Protection, *, page: int = 1) -> Paged[NameLine]:
    """Entries by name: those that people put on the list, then those of the list files. Raises
    AccessError."""
    require(person, LIST_READERS, "read the never-block list")
    start = (max(page, 1) - 1) * SIZE
    rows, today = own_rows(wanted), utc_now().date()
    own = rows.count()
    found = [line_of(row, today) for row in rows[start : start + SIZE + 1]]
    if len(found) <= SIZE:
        files = of_files(wanted, lists)
        at = max(start - own, 0)
        found += [file_line(entry) for entry in files[at : at + SIZE + 1 - len(found)]]
    return Paged(tuple(found[:SIZE]), max(page, 1), len(found) > SIZE)


def entry(entry_id: int, person: Person, *, clock: Clock = utc_now) -> EntryView:
    """One entry that people put on the list. Raises AccessError, and InputError where there is
    none."""
    require(person, LIST_READERS, "read the never-block list")
    row = _with_people().filter(pk=entry_id).first()
    if row is None:
        raise InputError(f"there is no entry {entry_id}")
    now = clock()
    covered = () if row.withdrawn_at else covered_by(row, now)
    changes = may(person, protected.PROTECTORS) and not row.withdrawn_at
    return EntryView(
        line=line_of(row, now.date()),
        row=row,
        steps=_steps(row),
        covered=_covered(row, covered[:_SHOWN]) if may(person, READERS) else (),
        covered_count=len(covered),
        may_change=changes,
        may_withdraw=changes and row.proposed_by_id not in (None, person.pk),
    )


def _with_people() -> QuerySet[ProtectedName]:
    return ProtectedName.objects.select_related("added_by", "proposed_by", "withdrawn_by")


def own_rows(wanted: Filter) -> QuerySet[ProtectedName]:
    rows = _with_people().order_by("name", "pk")
    if wanted.origin == "shipped":
        return rows.none()
    rows = rows.filter(withdrawn_at__isnull=wanted.standing != "withdrawn")
    narrowed = {
        "proposed": Q(proposed_by__isnull=False),
        "overdue": Q(review_by__lt=utc_now().date()),
    }
    rows = rows.filter(narrowed.get(wanted.standing, Q()))
    if wanted.category:
        rows = rows.filter(category=wanted.category)
    return rows.filter(name__contains=wanted.text) if wanted.text else rows


def of_files(wanted: Filter, lists: Protection) -> list[Protected]:
    if wanted.origin == "own" or wanted.standing not in ("", "in_force"):
        return []
    entries: Iterable[Protected] = lists.never.names.values()
    found = (
        one for one in entries if wanted.text in one.name and wanted.category in ("", one.category)
    )
    return sorted(found, key=lambda one: one.name)


def line_of(row: ProtectedName, today: date) -> NameLine:
    return NameLine(
        name=row.name,
        category=row.category,
        below=row.below,
        reason=row.reason,
        source=row.source,
        added=row.added_at.date(),
        entry_id=row.pk,
        added_by=row.added_by.username,
        review_by=row.review_by,
        proposed=row.proposed_by_id is not None and row.withdrawn_at is None,
        overdue=row.withdrawn_at is None and row.review_by < today,
        withdrawn=row.withdrawn_at.date() if row.withdrawn_at else None,
        withdrawn_by=row.withdrawn_by.username if row.withdrawn_by else "",
    )


def file_line(entry: Protected) -> NameLine:
    return NameLine(entry.name, entry.category, entry.below, "", entry.source, entry.added)


def _steps(row: ProtectedName) -> tuple[Step, ...]:
    """All that was done with this name, with earlier entries of it, the newest first."""
    events = AuditEvent.objects.filter(subject=f"{protected.SUBJECT}{row.name}").order_by("-seq")
    return tuple(
        Step(one.seq, one.at, one.actor, one.action.partition(".")[2], one.details["reason"])
        for one in events[:_SHOWN]
    )


def _covered(row: ProtectedName, covered: tuple[Covered, ...]) -> tuple[CoveredLine, ...]:
    orders = Prefetch("orders", Order.objects.order_by("recipient"))
    ids = [one.request_id for one in covered]
    requests = BlockingRequest.objects.filter(pk__in=ids).defer("document")
    known: dict[UUID, BlockingRequest] = {
        one.pk: one for one in requests.prefetch_related(orders).order_by("sort_key")
    }
    proposals = dict(
        Proposal.objects.filter(
            kind=ProposalKind.PROTECTED, case__in=[one.case_id for one in covered]
        )
        .order_by("pk")
        .values_list("case", "state")
    )
    return tuple(
        CoveredLine(
            request_id=one.request_id,
            case_id=one.case_id,
            label=label(known[one.request_id]),
            follows=one.follows,
            orders=tuple(
                (order.recipient, OrderState(order.state))
                for order in known[one.request_id].orders.all()
            ),
            proposal=ProposalState(proposals[one.case_id]) if one.case_id in proposals else "",
        )
        for one in covered
    )
