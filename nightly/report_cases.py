"""The cases that a run looked at and that a person was or is asked about."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Exists, OuterRef

from cases.models import AssessmentRow, Case, Family, Run, RunSource
from cases.proposed_verdicts import proposed_for
from domain.candidates import Why
from domain.regions import REGION_NAMES
from nightly.report import CaseLine, FamilyLine
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
            proposed=proposed_for(row),
        )
        for row in rows
    ]


def family_lines(cases: Sequence[CaseLine]) -> list[FamilyLine]:
    """The families that any of ``cases`` are in, with all their members."""
    numbers = {line.family for line in cases if line.family is not None}
    rows = Family.objects.filter(pk__in=numbers).prefetch_related("cases__target").order_by("pk")
    return [
        FamilyLine(
            family=row.pk,
            members=[
                f"{case.target.name or case.target.value} ({case.state})"
                for case in row.cases.all()
                if not case.restricted
            ],
            links=[" ".join(link) for link in row.links],
        )
        for row in rows
    ]
