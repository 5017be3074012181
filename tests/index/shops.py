"""Cases in the record with pages that were captured and assessed."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from cases import assessing, intake
from cases.evidence import EvidenceWriter
from cases.models import Case
from domain.assessment import Assessment, Label, Role, Verdict
from domain.captures import CaptureRecord
from tests.records import NOON, new_run, page

MODEL = "m1"
_SELLS = Assessment(
    probability=0.97,
    label=Label.DRUG_SALE,
    role=Role.SHOP,
    lang="ru",
    model=MODEL,
    stage="fast",
    substances=("mephedrone",),
    regions=("KZ-75",),
)


def captured(
    *records: CaptureRecord, at: datetime = NOON, assessed: bool = True, restricted: bool = False
) -> list[int]:
    """Store pages in a run of their own, and assess them. Returns the new documents' ids."""
    run = new_run()
    with tempfile.TemporaryDirectory() as folder:
        writer = EvidenceWriter(Path(folder), run.pk, "test", "pages")
        batch = [replace(record, fetched_at=at) for record in records]
        intake.store(run.pk, "crawl", batch, writer)
        writer.close()
    new = [row.pk for row in assessing.unassessed(MODEL)]
    if assessed:
        said = replace(_SELLS, restricted=restricted)
        assessing.record(run.pk, dict.fromkeys(new, said))
    return new


def shop(
    url: str = "http://lavka.test/", text: str = "Купить мефедрон", *, restricted: bool = False
) -> Case:
    """A case in review with one page, scored as a shop."""
    captured(page(url, text), restricted=restricted)
    case = Case.objects.latest("pk")
    verdict = Verdict(
        probability=0.97,
        selling_share=1.0,
        role=Role.SHOP,
        substances=("mephedrone",),
        regions=("KZ-71",),
        langs=("ru",),
        restricted=restricted,
    )
    assessing.record_verdict(case.pk, verdict, [], MODEL, review_threshold=0.5, actor="test")
    case.refresh_from_db()
    return case
