from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cases import assessing, intake
from cases.evidence import EvidenceWriter
from cases.models import AssessmentRow, Case, DocumentRow
from domain.assessment import Assessment, Indicator, Label, Price, Role, Span, Verdict
from domain.states import CaseState
from tests.records import case_in, new_case, new_run, page

pytestmark = pytest.mark.django_db

SELLS = Assessment(
    probability=0.97,
    label=Label.DRUG_SALE,
    role=Role.SHOP,
    lang="ru",
    model="m1",
    stage="fast",
    substances=("cathinones",),
    regions=("Алматы",),
    spans=(Span(0, 8, "substance", 1.5, "мефедрон"),),
    indicators=(Indicator("telegram", "@shop"),),
    prices=(Price(9000.0, "KZT", "1 g"),),
)


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[EvidenceWriter]:
    writer = EvidenceWriter(tmp_path, 1, "test", "pages")
    yield writer
    writer.close()


def verdict(probability: float) -> Verdict:
    return Verdict(probability, 1.0, Role.SHOP, (0,), ("cathinones",), ("Алматы",), ("ru",))


def test_an_assessment_comes_back_as_it_was(writer: EvidenceWriter) -> None:
    run = new_run()
    intake.store(run.pk, "crawl", [page("http://shop.test/")], writer)
    document = next(assessing.unassessed("m1"))
    assert assessing.record(run.pk, {document.pk: SELLS}) == 1
    assert assessing.record(run.pk, {document.pk: SELLS}) == 0
    assert assessing.as_assessment(AssessmentRow.objects.get()) == SELLS
    assert list(assessing.unassessed("m1")) == []
    assert [row.pk for row in assessing.unassessed("m2")] == [document.pk]


def test_a_page_seen_in_two_runs_counts_once_as_last_seen(writer: EvidenceWriter) -> None:
    for probability in (0.9, 0.1):
        run = new_run()
        intake.store(run.pk, "crawl", [page("http://shop.test/")], writer)
        document = DocumentRow.objects.latest("pk")
        assessing.record(run.pk, {document.pk: replace(SELLS, probability=probability)})
    (row,) = assessing.latest_assessments(Case.objects.get(), "m1")
    assert row.probability == 0.1


@pytest.mark.parametrize(
    ("state", "probability", "ends"),
    [
        (CaseState.NEW, 0.9, CaseState.IN_REVIEW),
        (CaseState.NEW, 0.2, CaseState.SCREENED_OUT),
        (CaseState.SCREENED_OUT, 0.9, CaseState.IN_REVIEW),
        (CaseState.SCREENED_OUT, 0.2, CaseState.SCREENED_OUT),
        (CaseState.IN_REVIEW, 0.2, CaseState.IN_REVIEW),
        (CaseState.DISMISSED, 0.9, CaseState.DISMISSED),
        (CaseState.CONFIRMED, 0.2, CaseState.CONFIRMED),
    ],
)
def test_a_verdict_moves_only_what_is_not_in_human_hands(state, probability, ends) -> None:
    case = case_in(state)
    got = assessing.record_verdict(
        case.pk, verdict(probability), [7], "m1", review_threshold=0.5, actor="system:assess"
    )
    case.refresh_from_db()
    assert (got, case.state) == (ends, ends)
    assert (case.score, case.carriers, case.substances) == (probability, [7], ["cathinones"])


def test_a_case_once_restricted_stays_so() -> None:
    case = new_case()
    for restricted in (True, False):
        assessing.record_verdict(
            case.pk,
            replace(verdict(0.9), restricted=restricted),
            [],
            "m1",
            review_threshold=0.5,
            actor="system:assess",
        )
    case.refresh_from_db()
    assert case.restricted
