"""Appeals as people of the house read and decide them, and as recipients read those about theirs.

An appeal about a restricted case looks like one about nothing that the record knows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from blocking import appeals
from blocking.appeals import APPEAL_DECIDERS
from blocking.models import Appeal, BlockingRequest, Order
from cases.models import Case, DecisionRow, Person
from cases.people import Role, may, require
from domain.clock import Clock, utc_now
from domain.defang import defang, printable
from domain.errors import InputError
from review.labels import label
from review.paging import Paged, paged
from review.recipients import RECIPIENTS

APPEAL_READERS = frozenset({Role.SUPERVISOR, Role.AUDITOR})
_REQUESTS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class AppealLine:
    """An appeal in a list; ``about`` is defanged."""

    appeal_id: int
    about: str
    asks: str
    state: str
    received_at: datetime
    due_at: datetime
    overdue: bool
    case_id: int | None


@dataclass(frozen=True, slots=True)
class AppealView:
    """An appeal in full. ``requests`` are those of its case, ``may_decide`` is whether the reader
    may, and ``decided_case`` whether the reader may not for having decided the case."""

    line: AppealLine
    grounds: str
    contact: str
    target: str
    requests: tuple[tuple[UUID, str], ...]
    reason: str
    answer: str
    decided_by: str
    decided_at: datetime | None
    may_decide: bool
    decided_case: bool


def appeal_lines(
    person: Person, *, state: str = "", page: int = 1, clock: Clock = utc_now
) -> Paged[AppealLine]:
    """Appeals: open ones by their deadline, others the newest first. Raises AccessError."""
    require(person, APPEAL_READERS, "read appeals")
    return _lines(Appeal.objects.all(), state, page, clock)


def appeal_view(appeal_id: int, person: Person, *, clock: Clock = utc_now) -> AppealView:
    """One appeal. Raises AccessError, and InputError where there is none."""
    require(person, APPEAL_READERS, "read appeals")
    row = _one(Appeal.objects.all(), appeal_id)
    case = _shown_case(row)
    decided = case is not None and _has_decided(case, person)
    allowed = row.state == Appeal.State.OPEN and may(person, APPEAL_DECIDERS)
    return AppealView(
        line=_line(row, clock),
        grounds=printable(row.grounds),
        contact=printable(row.contact),
        target=printable(defang(case.target.name or case.target.value)) if case else "",
        requests=_requests(case),
        reason=printable(row.reason),
        answer=printable(row.answer),
        decided_by=row.decided_by.username if row.decided_by else "",
        decided_at=row.decided_at,
        may_decide=allowed and not decided,
        decided_case=allowed and decided,
    )


def decide(
    appeal_id: int, person: Person, *, uphold: bool, reason: str, answer: str = ""
) -> Appeal:
    """A person decides an appeal; see ``blocking.appeals.decide``."""
    return appeals.decide(appeal_id, person, uphold=uphold, reason=reason, answer=answer)


def own_appeals(person: Person, *, page: int = 1, clock: Clock = utc_now) -> Paged[AppealLine]:
    """Appeals about what the person's recipient was sent. Raises AccessError."""
    return _lines(_of_recipient(person), "", page, clock)


def own_appeal(appeal_id: int, person: Person, *, clock: Clock = utc_now) -> AppealView:
    """One of them, as its recipient reads it: without the sender's contact and the house's reason.
    Raises AccessError, and InputError where there is none for them."""
    row = _one(_of_recipient(person), appeal_id)
    rows = BlockingRequest.objects.filter(case=row.case, orders__recipient=person.recipient)
    return AppealView(
        line=_line(row, clock),
        grounds=printable(row.grounds),
        contact="",
        target="",
        requests=tuple((one.pk, label(one)) for one in rows.order_by("pk")[:_REQUESTS_SHOWN]),
        reason="",
        answer=printable(row.answer),
        decided_by="",
        decided_at=row.decided_at,
        may_decide=False,
        decided_case=False,
    )


def _of_recipient(person: Person) -> QuerySet[Appeal]:
    require(person, RECIPIENTS, "read appeals about own entries")
    if not person.recipient:
        return Appeal.objects.none()
    orders = Order.objects.filter(request__case=OuterRef("case"), recipient=person.recipient)
    return Appeal.objects.filter(Exists(orders), case__restricted=False)


def _lines(rows: QuerySet[Appeal], state: str, page: int, clock: Clock) -> Paged[AppealLine]:
    if state in Appeal.State.values:
        rows = rows.filter(state=state)
    order = ("due_at", "pk") if state == Appeal.State.OPEN else ("-received_at", "-pk")
    found = paged(rows.select_related("case").defer("grounds").order_by(*order), page)
    lines = tuple(_line(row, clock) for row in found.rows)
    return Paged(lines, found.number, found.more)


def _one(rows: QuerySet[Appeal], appeal_id: int) -> Appeal:
    row = rows.select_related("case__target", "decided_by").filter(pk=appeal_id).first()
    if row is None:
        raise InputError(f"there is no appeal {appeal_id}")
    return row


def _line(row: Appeal, clock: Clock) -> AppealLine:
    case = _shown_case(row)
    return AppealLine(
        appeal_id=row.pk,
        about=printable(defang(row.about)),
        asks=row.asks,
        state=row.state,
        received_at=row.received_at,
        due_at=row.due_at,
        overdue=row.state == Appeal.State.OPEN and row.due_at < clock(),
        case_id=case.pk if case else None,
    )


def _shown_case(row: Appeal) -> Case | None:
    return row.case if row.case is not None and not row.case.restricted else None


def _has_decided(case: Case, person: Person) -> bool:
    return DecisionRow.every.filter(case=case, person=person).exists()


def _requests(case: Case | None) -> tuple[tuple[UUID, str], ...]:
    rows = BlockingRequest.objects.filter(case=case) if case else BlockingRequest.objects.none()
    return tuple((row.pk, label(row)) for row in rows.order_by("-valid_from")[:_REQUESTS_SHOWN])
