"""The entries of a case, made from the record: one for each page or post, as last captured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.db.models import Count, Max, QuerySet

from cases.models import AssessmentRow, Capture, Case, DocumentRow
from domain.digests import digest, sha256_hex
from domain.states import CaseState
from domain.targets import USERNAME, TargetKind
from index.engine import VERSION, Entry

#: Cases that nobody was asked about are not searched.
UNSEEN = frozenset({CaseState.NEW, CaseState.ASSESSED, CaseState.SCREENED_OUT})
INDEXED = frozenset(CaseState) - UNSEEN
_CHUNK = 200


def is_indexed(case: Case) -> bool:
    """Whether the case belongs into the index: it reached review and is not restricted."""
    state = CaseState(case.state)
    came_from_unseen = state is CaseState.UNREACHABLE and case.came_from in UNSEEN
    return state in INDEXED and not case.restricted and not came_from_unseen


def fingerprints(cases: Collection[Case]) -> dict[int, str]:
    """By case id, a digest over all that entries are made from; three queries for all of them."""
    targets = [case.target_id for case in cases]
    documents = _newest(DocumentRow.objects.filter(target_id__in=targets), "target_id")
    erased = dict(
        Capture.objects.filter(target_id__in=targets)
        .exclude(erased_at=None)
        .values_list("target_id")
        .annotate(n=Count("pk"))
    )
    assessments = _newest(
        AssessmentRow.objects.filter(document__target_id__in=targets), "document__target_id"
    )
    return {
        case.pk: digest(
            [
                VERSION,
                case.state,
                str(case.target),
                case.target.name,
                sorted(case.substances),
                sorted(case.regions),
                case.model,
                documents.get(case.target_id, 0),
                assessments.get(case.target_id, 0),
                erased.get(case.target_id, 0),
            ]
        )
        for case in cases
    }


def _newest(rows: QuerySet[DocumentRow] | QuerySet[AssessmentRow], by: str) -> dict[int, int]:
    return dict(rows.values_list(by).annotate(newest=Max("pk")))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a document stands, and the newest of those that stood there."""

    id: str
    document: int


def entries(case: Case, skipped: Counter[str]) -> Iterator[Entry]:
    """The entries of a case, read in chunks. What is left out is counted in ``skipped``.

    A document that was not assessed may be anything, and one that an assessment calls
    restricted is never indexed: both are left out.
    """
    places = _places(case)
    for start in range(0, len(places), _CHUNK):
        chunk = {place.document: place.id for place in places[start : start + _CHUNK]}
        assessments = _assessments(case, chunk)
        rows = DocumentRow.objects.filter(pk__in=chunk).select_related("capture").order_by("pk")
        for row in rows:
            assessed = assessments.get(row.pk, [])
            if not assessed:
                skipped["not assessed yet"] += 1
            elif any(one.restricted for one in assessed):
                skipped["restricted"] += 1
            else:
                yield _entry(chunk[row.pk], case, row, assessed[-1])


def _places(case: Case) -> list[_Place]:
    newest: dict[str, int] = {}
    rows = (
        DocumentRow.objects.filter(target_id=case.target_id, capture__erased_at=None)
        .order_by("capture__fetched_at", "pk")
        .values_list("pk", "part", "capture__url")
    )
    for pk, part, url in rows.iterator(chunk_size=2000):
        newest[f"part {part}" if part else url] = pk
    key = str(case.target)
    return [_Place(sha256_hex(f"{key}\n{at}".encode())[:32], pk) for at, pk in newest.items()]


def _assessments(case: Case, documents: Collection[int]) -> dict[int, list[AssessmentRow]]:
    """The assessments of each document; that of the case's model, or else the newest, last."""
    found: dict[int, list[AssessmentRow]] = {}
    for row in AssessmentRow.objects.filter(document_id__in=documents).order_by("pk"):
        found.setdefault(row.document_id, []).append(row)
    for rows in found.values():
        rows.sort(key=lambda row: row.model == case.model)
    return found


def _entry(entry_id: str, case: Case, row: DocumentRow, assessed: AssessmentRow) -> Entry:
    return Entry(
        id=entry_id,
        case_id=case.pk,
        target=" ".join(dict.fromkeys((str(case.target), case.target.name))),
        kind=case.target.kind,
        state=case.state,
        lang=assessed.lang or row.lang,
        date=row.posted_at or row.capture.fetched_at,
        url=_url(case, row),
        title=row.title,
        text=row.text,
        # A page is found under what the whole shop sells and where, as well as under its own.
        regions=tuple(sorted({*assessed.regions, *case.regions})),
        substances=tuple(sorted({*assessed.substances, *case.substances})),
        score=assessed.probability,
        role=assessed.role,
    )


def _url(case: Case, row: DocumentRow) -> str:
    """The page; for a post of a channel whose name is known, the post itself."""
    name = case.target.name.removeprefix("@")
    is_post = case.target.kind == TargetKind.TELEGRAM and row.part.isdecimal()
    if is_post and USERNAME.fullmatch(name):
        return f"https://t.me/{name}/{row.part}"
    return row.capture.url
