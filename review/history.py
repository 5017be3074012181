"""How a case's pages were seen over time, and what changed between two looks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cases.models import Capture, DocumentRow, Person
from domain.defang import defang
from domain.errors import InputError
from review.differences import MOST_LINES, Part, differences
from review.paging import Paged, paged
from review.service import readable_case


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
    """One page of looks at a case, the newest first."""

    case_id: int
    target: str
    looks: Paged[Look]


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


def history_of(case_id: int, person: Person, number: int = 1) -> History:
    """Page ``number`` of what was fetched of a case. Raises InputError where there is no such case,
    AccessError where ``person`` may not know of it."""
    case = readable_case(case_id, person)
    rows = Capture.objects.filter(target=case.target).order_by("-fetched_at", "-pk")
    page = paged(rows, number)
    documents: dict[int, list[tuple[int, str]]] = {}
    found = DocumentRow.objects.filter(capture__in=page.rows)
    for capture, document, part in found.order_by("pk").values_list("capture_id", "pk", "part"):
        documents.setdefault(capture, []).append((document, part))
    looks = tuple(_look(row, documents.get(row.pk, [])) for row in page.rows)
    target = defang(case.target.name or case.target.value)
    return History(case_id, target, Paged(looks, page.number, page.more))


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
    case = readable_case(case_id, person)
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
