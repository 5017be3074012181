"""How a case's pages were seen over time, and what changed between two looks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cases.models import Capture, Case, DocumentRow, Person
from cases.people import require
from domain.defang import defang
from domain.errors import AccessError, InputError
from review.differences import MOST_LINES, Part, differences
from review.service import READERS

#: Looks on one page of the history.
SHOWN = 50


@dataclass(frozen=True, slots=True)
class Look:
    """One capture. ``document`` is the number of its page's text, None where it has none or has
    many (a channel's posts); ``posts`` is how many of those it has."""

    number: int
    at: datetime
    url: str
    outcome: str
    status: int
    egress: str
    sha256: str
    document: int | None
    posts: int


@dataclass(frozen=True, slots=True)
class History:
    """``looks`` of page ``page`` (from 1), the newest first, of ``looks_in_all``."""

    case_id: int
    target: str
    looks: tuple[Look, ...]
    page: int
    looks_in_all: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.looks_in_all // SHOWN))


@dataclass(frozen=True, slots=True)
class Compared:
    """Two looks at a text, the older first, and what changed. ``lines_left_out`` were beyond what
    is compared."""

    case_id: int
    url: str
    old_at: datetime
    new_at: datetime
    parts: tuple[Part, ...]
    lines_left_out: int = 0


def history_of(case_id: int, person: Person, page: int = 1) -> History:
    """One page of what was fetched of a case. Raises InputError where there is no such case or
    page, AccessError where ``person`` may not know of it."""
    case = _readable(case_id, person)
    rows = Capture.objects.filter(target=case.target)
    count = rows.count()
    if not 1 <= page <= max(1, -(-count // SHOWN)):
        raise InputError(f"the history of case {case_id} has no page {page}")
    chosen = list(rows.order_by("-fetched_at", "-pk")[(page - 1) * SHOWN : page * SHOWN])
    documents: dict[int, list[tuple[int, str]]] = {}
    found = DocumentRow.objects.filter(capture__in=chosen).values_list("capture_id", "pk", "part")
    for capture, document, part in found.order_by("pk"):
        documents.setdefault(capture, []).append((document, part))
    return History(
        case_id,
        defang(case.target.name or case.target.value),
        tuple(_look(row, documents.get(row.pk, [])) for row in chosen),
        page,
        count,
    )


def _look(row: Capture, documents: list[tuple[int, str]]) -> Look:
    whole = [document for document, part in documents if not part]
    return Look(
        row.pk,
        row.fetched_at,
        defang(row.url),
        row.outcome,
        row.status,
        row.egress,
        row.sha256,
        whole[0] if whole and row.erased_at is None else None,
        sum(1 for _, part in documents if part),
    )


def compare(case_id: int, person: Person, one: int, other: int) -> Compared:
    """What changed between two texts of a case, named by their documents' numbers in any order.

    Raises InputError for numbers that are not of this case, or whose text is erased.
    """
    case = _readable(case_id, person)
    rows = DocumentRow.objects.filter(
        target=case.target, pk__in=[one, other], capture__erased_at=None
    ).select_related("capture")
    found = sorted(rows, key=lambda row: (row.capture.fetched_at, row.pk))
    if len(found) != 2:
        raise InputError(f"case {case_id} has no two texts {one} and {other} that are left")
    old, new = found
    return Compared(
        case_id,
        defang(new.capture.url),
        old.capture.fetched_at,
        new.capture.fetched_at,
        tuple(differences(old.text, new.text)),
        sum(max(0, len(row.text.splitlines()) - MOST_LINES) for row in found),
    )


def _readable(case_id: int, person: Person) -> Case:
    require(person, READERS, "read cases")
    case = Case.objects.select_related("target").filter(pk=case_id).first()
    if case is None:
        raise InputError(f"there is no case {case_id}")
    if case.restricted:
        raise AccessError(f"case {case_id} is in the restricted queue")
    return case
