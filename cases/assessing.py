"""What the classifier said goes into the record, and moves cases into or out of review."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Exists, OuterRef

from cases.models import AssessmentRow, Case, DocumentRow
from cases.moves import move
from cases.ties import Tie
from domain.assessment import (
    Assessment,
    Indicator,
    Label,
    Languages,
    Price,
    Role,
    Span,
    Verdict,
)
from domain.bands import ReviewBand
from domain.clock import Clock, utc_now
from domain.states import CaseState
from domain.worth import worth


def unassessed(model: str, *, batch: int = 500) -> Iterator[DocumentRow]:
    """Documents that ``model`` has not assessed yet, target by target, oldest first, streamed.
    Those that were erased have nothing to assess."""
    done = AssessmentRow.objects.filter(document=OuterRef("pk"), model=model)
    there = DocumentRow.objects.filter(capture__erased_at=None)
    rows = there.filter(~Exists(done)).select_related("capture")
    return rows.order_by("target_id", "capture__run_id", "pk").iterator(chunk_size=batch)


def record(run_id: int, pairs: Mapping[int, Assessment]) -> int:
    """Store assessments by document id. Returns how many are new."""
    rows = [row_of(run_id, document_id, value) for document_id, value in pairs.items()]
    with transaction.atomic():
        before = AssessmentRow.objects.filter(document_id__in=[*pairs]).count()
        AssessmentRow.objects.bulk_create(rows, ignore_conflicts=True)
        return AssessmentRow.objects.filter(document_id__in=[*pairs]).count() - before


def row_of(run_id: int, document_id: int, value: Assessment) -> AssessmentRow:
    """The row that says ``value`` of a document, not stored."""
    return AssessmentRow(
        document_id=document_id,
        run_id=run_id,
        model=value.model,
        stage=value.stage,
        probability=value.probability,
        label=value.label,
        role=value.role,
        lang=value.lang,
        substances=list(value.substances),
        regions=list(value.regions),
        spans=[asdict(span) for span in value.spans],
        indicators=[asdict(indicator) for indicator in value.indicators],
        prices=[asdict(price) for price in value.prices],
        restricted=value.restricted,
        languages=asdict(value.languages),
    )


def as_assessment(row: AssessmentRow) -> Assessment:
    """The value that a row was made from."""
    return Assessment(
        probability=row.probability,
        label=Label(row.label),
        role=Role(row.role),
        lang=row.lang,
        model=row.model,
        stage=row.stage,
        substances=tuple(row.substances),
        regions=tuple(row.regions),
        spans=tuple(Span(**span) for span in row.spans),
        indicators=tuple(Indicator(**indicator) for indicator in row.indicators),
        prices=tuple(Price(**price) for price in row.prices),
        restricted=row.restricted,
        languages=_languages(row.languages),
    )


def _languages(kept: Mapping[str, Any]) -> Languages:
    shares = tuple((str(code), float(share)) for code, share in kept.get("shares", ()))
    marks = (bool(kept.get(name)) for name in ("mixed", "transliterated"))
    return Languages(shares, *marks)


class Score(NamedTuple):
    """What an assessment says in short."""

    pk: int
    probability: float
    restricted: bool


def latest_scores(case: Case, model: str) -> list[Score]:
    """The same assessments as ``latest_assessments``, without any text."""
    newest: dict[tuple[str, str], Score] = {}
    rows = (
        AssessmentRow.objects.filter(document__target=case.target, model=model)
        .order_by("document__capture__fetched_at", "pk")
        .values_list("document__part", "document__capture__url", "pk", "probability", "restricted")
    )
    for part, url, pk, probability, restricted in rows.iterator(chunk_size=2000):
        newest[("", part) if part else (url, "")] = Score(pk, probability, restricted)
    return list(newest.values())


def latest_assessments(case: Case, model: str) -> list[AssessmentRow]:
    """The newest assessment of every page or post of a case: one per URL and part.

    A page that was captured in several runs counts once, as it was last seen.
    """
    newest: dict[tuple[str, str], AssessmentRow] = {}
    rows = (
        AssessmentRow.objects.filter(document__target=case.target, model=model)
        .select_related("document__capture")
        .order_by("document__capture__fetched_at", "pk")
    )
    for row in rows:
        document = row.document
        place = ("", document.part) if document.part else (document.capture.url, "")
        newest[place] = row
    return list(newest.values())


def record_verdict(
    case_id: int,
    verdict: Verdict,
    carriers: list[int],
    model: str,
    *,
    review_threshold: float,
    actor: str,
    band: ReviewBand = ReviewBand.WHEN_TIME,
    clock: Clock = utc_now,
) -> CaseState:
    """Write what a case amounts to and move it on. Returns the state it ends in.

    A new case becomes *in review* or *screened out*; a case that was screened out comes back
    when its score has risen to the threshold. Cases in human hands only get new figures.
    """
    with transaction.atomic():
        case = Case.objects.select_for_update().get(pk=case_id)
        case.score = verdict.probability
        case.selling_share = verdict.selling_share
        case.role = verdict.role
        case.substances = list(verdict.substances)
        case.regions = list(verdict.regions)
        case.langs = list(verdict.langs)
        case.carriers = carriers
        case.model = model
        case.band = band
        if not case.worth:  # until the night has weighed it
            case.worth = worth(verdict.probability)
        case.restricted = case.restricted or verdict.restricted
        case.save(
            update_fields=[
                "score",
                "selling_share",
                "role",
                "substances",
                "regions",
                "langs",
                "carriers",
                "model",
                "band",
                "worth",
                "restricted",
            ]
        )
        selling = verdict.probability >= review_threshold
        reason = f"score {verdict.probability:.4f}, threshold {review_threshold:.4f}, model {model}"
        for to in _way(CaseState(case.state), selling=selling):
            case = move(case.pk, to, actor=actor, reason=reason, clock=clock)
    return CaseState(case.state)


def queue_for_ties(
    case_ids: Mapping[int, Sequence[str]],
    tie: Tie,
    *,
    actor: str,
    clock: Clock = utc_now,
) -> int:
    """Bring screened-out cases into review for the selling targets that they are tied to.

    ``case_ids`` maps cases to the keys of those targets. Returns how many were moved.
    """
    moved = 0
    for case_id, keys in case_ids.items():
        with transaction.atomic():
            case = Case.objects.select_for_update().get(pk=case_id)
            if case.state != CaseState.SCREENED_OUT:
                continue
            case.tied_to = list(keys)
            case.save(update_fields=["tied_to"])
            reason = f"score {case.score:.4f}, {tie} {', '.join(keys)}"
            move(case.pk, CaseState.IN_REVIEW, actor=actor, reason=reason, clock=clock)
            moved += 1
    return moved


def _way(state: CaseState, *, selling: bool) -> tuple[CaseState, ...]:
    goal = CaseState.IN_REVIEW if selling else CaseState.SCREENED_OUT
    match state:
        case CaseState.NEW:
            return (CaseState.ASSESSED, goal)
        case CaseState.ASSESSED:
            return (goal,)
        case CaseState.SCREENED_OUT if selling:
            return (CaseState.IN_REVIEW,)
        case _:
            return ()
