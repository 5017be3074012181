"""The cases that a run looked at and that a person was or is asked about."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from cases.models import AssessmentRow, Case, Run, RunSource
from domain.candidates import Why
from domain.regions import REGION_NAMES
from nightly.report import CaseLine
from nightly.report_sources import FOUND


def case_lines(run: Run) -> list[CaseLine]:
    """The cases found, the likeliest first: of its sources, and of documents that an earlier run
    had left to it."""
    sources = RunSource.objects.filter(target=OuterRef("target"))
    scored = AssessmentRow.objects.filter(run=run, document__target=OuterRef("target"))
    rows = (
        Case.objects.filter(Exists(sources.filter(run=run)) | Exists(scored))
        .filter(~Exists(sources.filter(why=Why.SEARCH)), state__in=[*FOUND], restricted=False)
        .select_related("target")
        .order_by("-score", "pk")
    )
    return [
        CaseLine(
            case=row.pk,
            target=str(row.target),
            name=row.target.name,
            kind=row.target.kind,
            state=row.state,
            score=row.score or 0.0,
            role=row.role,
            substances=row.substances,
            regions=row.regions,
            region_names=[REGION_NAMES.get(code, code) for code in row.regions],
            langs=row.langs,
            family=row.family_id,
        )
        for row in rows
    ]
