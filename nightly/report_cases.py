"""The cases that a run looked at and that a person was or is asked about."""

from __future__ import annotations

from cases.models import Case, Run, RunSource
from domain.candidates import Why
from domain.regions import REGION_NAMES
from nightly.report import CaseLine
from nightly.report_sources import FOUND


def case_lines(run: Run) -> list[CaseLine]:
    """The cases found, the likeliest first."""
    rows = (
        Case.objects.filter(target__visits__run=run, state__in=[*FOUND], restricted=False)
        .exclude(target__visits__in=RunSource.objects.filter(run=run, why=Why.SEARCH))
        .select_related("target")
        .order_by("-score", "pk")
        .distinct()
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
