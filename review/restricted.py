"""The restricted queue for its named readers: addresses, times, digests and ways, and nothing else.

No text and no picture of such a case is ever shown, and nothing of one is rendered. Its readers
hand it over to who may deal with it, write that down, and close it. For everybody else there is no
such case. What is done here stands in the audit chain under the case, where the console leaves it
out as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from cases import audit
from cases.models import AssessmentRow, Case, DocumentRow, Person
from domain.clock import Clock, iso, utc_now
from domain.defang import defang, printable
from domain.digests import digest
from domain.errors import InputError, RuleError
from review.models import Closing, HandOver
from review.paging import Paged, paged
from review.restricted_readers import require_reader
from review.tables import Cell

HEADERS = ("case", "kind", "address", "seen_at", "sha256", "egress", "handed_over")
_CLOCKS_APART = timedelta(minutes=10)
_LONGEST = {"to": 300, "reference": 200, "reason": 1000}


@dataclass(frozen=True, slots=True)
class RestrictedLine:
    """A case in the list, its address defanged. ``pages`` are those for which it is here,
    ``seen_at`` when the last of them was fetched."""

    case_id: int
    kind: str
    address: str
    opened_at: datetime
    pages: int
    seen_at: datetime | None
    hand_overs: int
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class PageLine:
    """One page or post: where, when, by which way, and the SHA-256 of the bytes."""

    address: str
    fetched_at: datetime
    sha256: str
    egress: str


@dataclass(frozen=True, slots=True)
class RestrictedView:
    """A case with a page of its pages, and what was done with it here."""

    line: RestrictedLine
    open: bool
    pages: Paged[PageLine]
    hand_overs: tuple[HandOver, ...]
    closings: tuple[Closing, ...]


def lines(person: Person, *, closed: bool = False, page: int = 1) -> Paged[RestrictedLine]:
    """The cases that are open here, or ``closed`` ones, the newest first. Raises AccessError."""
    require_reader(person)
    found = paged(_cases(closed=closed).order_by("-pk"), page)
    return Paged(tuple(_line(case) for case in found.rows), found.number, found.more)


def view(case_id: int, person: Person, *, page: int = 1, clock: Clock = utc_now) -> RestrictedView:
    """One case; that it was looked at goes into the chain. Raises AccessError, and InputError where
    there is none here."""
    case = _case(case_id, person)
    with transaction.atomic():
        _tell("opened", case_id, person, clock)
    found = paged(
        _pages().filter(target=case.target_id).order_by("-capture__fetched_at", "-pk"), page
    )
    return RestrictedView(
        line=_line(case),
        open=_cases(closed=False).filter(pk=case_id).exists(),
        pages=Paged(tuple(_page(row) for row in found.rows), found.number, found.more),
        hand_overs=tuple(HandOver.objects.filter(case=case).select_related("noted_by")),
        closings=tuple(Closing.objects.filter(case=case).select_related("closed_by")),
    )


def hand_over(
    case_id: int,
    person: Person,
    *,
    to: str,
    reference: str,
    handed_at: datetime,
    clock: Clock = utc_now,
) -> HandOver:
    """Write down that a case was handed over. Raises AccessError, and InputError where there is no
    such case here, for empty or too long words, and for a time that is yet to come."""
    case, now = _case(case_id, person, clock), clock()
    if handed_at > now + _CLOCKS_APART:
        raise InputError(_("It cannot have been handed over in the future."))
    words = {"to": _words("to", to), "reference": _words("reference", reference)}
    with transaction.atomic():
        row = HandOver.objects.create(
            case=case, handed_at=handed_at, noted_at=now, noted_by=person, **words
        )
        _tell("handed_over", case_id, person, clock, handed_at=iso(handed_at), **words)
    return row


def close(case_id: int, person: Person, reason: str, *, clock: Clock = utc_now) -> Closing:
    """Close a case here; its state stays as it is. Raises AccessError, InputError without a reason
    or where there is no such case here, RuleError where it is closed."""
    case = _case(case_id, person, clock)
    reason = _words("reason", reason)
    with transaction.atomic():
        if not _cases(closed=False).filter(pk=case_id).exists():
            raise RuleError(_("Case %(case)s is closed already.") % {"case": case_id})
        row = Closing.objects.create(case=case, reason=reason, closed_at=clock(), closed_by=person)
        _tell("closed", case_id, person, clock, reason=reason)
    return row


def listed(person: Person, form: str, *, clock: Clock = utc_now) -> list[tuple[Cell, ...]]:
    """The pages of all open cases as cells under ``HEADERS``, to be handed over as ``form``; the
    chain says who took them. Raises AccessError."""
    require_reader(person, clock=clock)
    rows = list(_cells())
    with transaction.atomic():
        details = {"form": form, "sha256": digest([[str(cell) for cell in row] for row in rows])}
        audit.append(
            "restricted.exported", "restricted", actor=person.username, details=details,
            clock=clock,
        )  # fmt: skip
    return rows


def _cells() -> Iterator[tuple[Cell, ...]]:
    cases = {case.target_id: case for case in _cases(closed=False)}
    rows = _pages().filter(target__in=cases).order_by("target", "-capture__fetched_at", "-pk")
    for row in rows:
        case, page = cases[row.target_id], _page(row)
        handed = case.handed  # type: ignore[attr-defined]  # annotated in _restricted
        at = iso(page.fetched_at)
        yield case.pk, case.target.kind, page.address, at, page.sha256, page.egress, handed


def _restricted() -> QuerySet[Case]:
    """Restricted cases with what was seen of them and done with them."""
    pages = _pages().filter(target=OuterRef("target")).order_by()
    handed = HandOver.objects.filter(case=OuterRef("pk")).order_by()
    closings = Closing.objects.filter(case=OuterRef("pk")).order_by("-closed_at")
    return (
        Case.objects.filter(restricted=True)
        .select_related("target")
        .annotate(
            pages=Coalesce(_number(pages, "target"), 0),
            seen=Subquery(pages.order_by("-capture__fetched_at").values("capture__fetched_at")[:1]),
            handed=Coalesce(_number(handed, "case"), 0),
            closed=Subquery(closings.values("closed_at")[:1]),
        )
    )


def _number(rows: QuerySet[Any], by: str) -> Subquery:
    counted = rows.values(by).annotate(n=Count("pk")).values("n")
    return Subquery(counted, output_field=IntegerField())


def _cases(*, closed: bool) -> QuerySet[Case]:
    shut = Q(closed__isnull=False) & (Q(seen__isnull=True) | Q(seen__lte=F("closed")))
    return _restricted().filter(shut if closed else ~shut)


def _pages() -> QuerySet[DocumentRow]:
    """The pages and posts for which cases are here. Their words stay in the record."""
    told = AssessmentRow.objects.filter(document=OuterRef("pk"), restricted=True)
    rows = DocumentRow.objects.filter(Exists(told))
    return rows.select_related("capture").only(
        "part", "target_id", "capture__url", "capture__fetched_at", "capture__sha256",
        "capture__egress",
    )  # fmt: skip


def _case(case_id: int, person: Person, clock: Clock = utc_now) -> Case:
    require_reader(person, clock=clock)
    case = _restricted().filter(pk=case_id).first()
    if case is None:
        raise InputError(f"there is no case {case_id} here")
    return case


def _line(case: Any) -> RestrictedLine:
    return RestrictedLine(
        case_id=case.pk,
        kind=case.target.kind,
        address=printable(defang(case.target.value)),
        opened_at=case.opened_at,
        pages=case.pages,
        seen_at=case.seen,
        hand_overs=case.handed,
        closed_at=case.closed,
    )


def _page(row: DocumentRow) -> PageLine:
    capture = row.capture
    where = f"{capture.url} {row.part}".strip()
    return PageLine(printable(defang(where)), capture.fetched_at, capture.sha256, capture.egress)


def _words(what: str, text: str) -> str:
    text = text.strip()
    if not text:
        raise InputError(_("Fill in every field."))
    if len(text) > _LONGEST[what]:
        raise InputError(_("A field has at most %(most)s characters.") % {"most": _LONGEST[what]})
    return text


def _tell(what: str, case_id: int, person: Person, clock: Clock, **details: Any) -> None:
    audit.append(
        f"restricted.{what}", f"case:{case_id}", actor=person.username, details=details,
        clock=clock,
    )  # fmt: skip
