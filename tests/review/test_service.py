from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from cases import assessing, intake
from cases.evidence import EvidenceWriter
from cases.models import AssessmentRow, Case, DocumentRow
from cases.ties import Tie
from domain.assessment import Assessment, Indicator, Label, Role, Span, Verdict
from domain.decisions import Jurisdiction
from domain.digests import sha256_hex
from domain.errors import AccessError, FourEyesError, InputError, RuleError
from domain.states import CaseState
from review import service
from review.pages import LISTED
from review.terminal import show_case
from tests.copies import NEAR, SHOP, Nights
from tests.copies import confirm as confirm_by
from tests.people import analyst, outsider, supervisor
from tests.records import NOON, case_in, new_run, page

pytestmark = pytest.mark.django_db

TEXT = "Свежий мефедрон, 1 г, клад за час. <b>Пиши</b> \x1b[31m\u202e @shop"


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    run = new_run()
    writer = EvidenceWriter(tmp_path, 1, "test", "pages")
    intake.store(run.pk, "crawl", [page("http://shop.test/goods", TEXT)], writer)
    document = DocumentRow.objects.get()
    found = Assessment(
        0.98,
        Label.DRUG_SALE,
        Role.SHOP,
        "ru",
        "m1",
        "fast",
        spans=(Span(7, 15, "substance", 2.0),),
        indicators=(Indicator("telegram", "@shop"),),
    )
    assessing.record(run.pk, {document.pk: found})
    assessing.record_verdict(
        document.target.case.pk,
        Verdict(0.98, 1.0, Role.SHOP, (0,), ("cathinones",), (), ("ru",)),
        [document.pk],
        "m1",
        review_threshold=0.5,
        actor="system:assess",
    )
    yield document.target.case
    writer.close()


def printed(view: service.CaseView, **options: bool) -> str:
    out = StringIO()
    show_case(view, Console(file=out, width=200, force_terminal=False), **options)
    return out.getvalue()


def confirm(case: Case, person, **options) -> Case:
    return service.confirm(case.pk, person, jurisdiction=Jurisdiction.SELLS_IN, **options)


def test_a_reviewer_sees_why_with_links_defanged(case: Case) -> None:
    one = analyst()
    assert service.next_case(one) == case.pk
    view = service.case_view(case.pk, one)
    assert view.target == "shop[.]test"
    (carrier,) = view.carriers
    assert carrier.url == "hxxp://shop[.]test/goods"
    start, end, kind, weight = carrier.marks[0]
    assert (carrier.text[start:end], kind, weight) == ("мефедрон", "substance", 2.0)
    assert view.indicators == (("telegram", "@shop"),)


def test_a_reviewer_sees_why_it_waits_and_what_stands_behind_it(case: Case) -> None:
    view = service.case_view(case.pk, analyst())
    assert view.because == "score 0.9800, threshold 0.5000, model m1"
    (carrier,) = view.carriers
    capture = case.target.captures.get()
    found = carrier.evidence
    assert (found.fetched_at, found.egress) == (NOON, "direct")
    assert (found.file, found.offset) == (capture.warc_file, capture.warc_offset)
    assert found.file.endswith(".warc.gz")
    assert found.sha256 == sha256_hex(TEXT.encode())
    shown = printed(view)
    assert f"2026-03-01 17:00:00 +0500 by direct; {found.file} at {found.offset}" in shown
    assert found.sha256 in shown


def more_pages(case: Case, folder: Path, *scores: float, restricted: bool = False) -> None:
    run = new_run()
    writer = EvidenceWriter(folder, run.pk, "more", "pages")
    records = [
        replace(page(f"http://shop.test/{score}", f"страница {score}"), fetched_at=NOON)
        for score in scores
    ]
    intake.store(run.pk, "crawl", records, writer)
    writer.close()
    for row in DocumentRow.objects.filter(capture__run=run):
        said = Assessment(
            float(row.capture.url.rpartition("/")[2]),
            Label.OTHER,
            Role.OTHER,
            "ru",
            "m1",
            "fast",
            restricted=restricted,
        )
        assessing.record(run.pk, {row.pk: said})


def test_all_pages_are_listed_likeliest_first_and_the_rest_counted(
    case: Case, tmp_path: Path
) -> None:
    more_pages(case, tmp_path, *(n / 100 for n in range(1, 31)))
    more_pages(case, tmp_path, 0.99, restricted=True)
    view = service.case_view(case.pk, analyst())
    assert (view.pages, len(view.listed)) == (31, LISTED)
    assert [line.probability for line in view.listed[:3]] == [0.98, 0.3, 0.29]
    assert view.listed[1].url == "hxxp://shop[.]test/0.3"
    assert view.listed[0].head == "a page"
    assert f"{31 - LISTED} more" in printed(view)


def test_a_case_without_carriers_shows_its_likeliest_pages(case: Case, tmp_path: Path) -> None:
    more_pages(case, tmp_path, 0.2, 0.3, 0.4, 0.5)
    Case.objects.filter(pk=case.pk).update(carriers=[])
    view = service.case_view(case.pk, analyst())
    assert [carrier.probability for carrier in view.carriers] == [0.98, 0.5, 0.4]


@pytest.mark.parametrize(
    ("tie", "said"),
    [
        (Tie.NAMED, "it and what sells name each other"),
        (Tie.RESERVE, "what sells calls it its reserve, and is named by it"),
        (Tie.DOSES, "it lists prices by dose, and what sells leads to it"),
    ],
)
def test_a_tied_case_names_the_targets_that_it_is_tied_to(tie: Tie, said: str) -> None:
    seller = case_in(CaseState.IN_REVIEW, "host:seller.test")
    tied = case_in(CaseState.SCREENED_OUT)
    Case.objects.filter(pk=tied.pk).update(score=0.25)
    assessing.queue_for_ties({tied.pk: [str(seller.target)]}, tie, actor="test")
    view = service.case_view(tied.pk, analyst())
    assert view.because == f"score 0.250 alone is too low; {said}: site seller[.]test"


def test_what_only_the_model_reads_is_marked_when_asked_for(case: Case) -> None:
    row = AssessmentRow.objects.get()
    row.spans = [*row.spans, {"start": 0, "end": 6, "kind": "ngram", "weight": 9.0, "note": ""}]
    row.save()
    view = service.case_view(case.pk, analyst())
    assert "[ngram]" not in printed(view)
    assert "Свежий[ngram] мефедрон[substance]" in printed(view, ngrams=True)


def test_whole_texts_are_printed_when_asked_for(case: Case) -> None:
    DocumentRow.objects.update(text=f"{TEXT}\n{'слово ' * 400}конец")
    view = service.case_view(case.pk, analyst())
    assert "конец" not in printed(view)
    assert "конец" in printed(view, full=True)


def test_the_second_reviewer_is_blind_until_the_own_verdict(case: Case) -> None:
    one, two = analyst("one"), analyst("two")
    confirm(case, one, reason="price list")
    (said,) = service.case_view(case.pk, one).verdicts
    assert (said.person, said.verdict, said.jurisdiction, said.reason) == (
        "one", "confirm", "sells_in", "price list"
    )  # fmt: skip
    assert service.case_view(case.pk, two).verdicts == ()
    assert confirm(case, two).state == "confirmed"
    assert len(service.case_view(case.pk, two).verdicts) == 2


def test_one_person_cannot_be_both_pairs_of_eyes(case: Case) -> None:
    one = analyst()
    confirm(case, one)
    assert service.next_case(one) is None
    with pytest.raises(FourEyesError):
        confirm(case, one)


def test_a_dismissal_needs_a_reason(case: Case) -> None:
    with pytest.raises(InputError, match="reason"):
        service.dismiss(case.pk, analyst(), reason="")


def test_an_outsider_sees_nothing(case: Case) -> None:
    stranger = outsider()
    for act in (
        lambda: service.next_case(stranger),
        lambda: service.case_view(case.pk, stranger),
        lambda: confirm(case, stranger),
        lambda: service.dismiss(case.pk, stranger, reason="x"),
    ):
        with pytest.raises(AccessError):
            act()
    case.refresh_from_db()
    assert case.state == "in_review"


def test_a_restricted_case_is_not_shown(case: Case) -> None:
    Case.objects.filter(pk=case.pk).update(restricted=True)
    with pytest.raises(AccessError, match="restricted"):
        service.case_view(case.pk, analyst())


def test_a_missing_case_is_named() -> None:
    with pytest.raises(InputError, match="no case 4711"):
        service.case_view(4711, analyst())


def test_a_protected_host_needs_a_written_reason() -> None:
    case = case_in(CaseState.IN_REVIEW, "host:egov.kz")
    one = analyst()
    assert service.case_view(case.pk, one).warnings
    with pytest.raises(RuleError, match="written reason"):
        confirm(case, one)
    assert confirm(case, one, reason="hacked page under /shop").state == "in_review"


def test_collected_text_cannot_speak_to_the_terminal(case: Case) -> None:
    shown = printed(service.case_view(case.pk, analyst()))
    assert "мефедрон[substance]" in shown
    assert "<b>Пиши</b>" in shown
    assert "\x1b[31m" not in shown
    assert "\u202e" not in shown
    assert "\\u202e" in shown


def test_a_proposal_is_shown_to_everybody_and_moves_nothing(tmp_path: Path) -> None:
    writer = EvidenceWriter(tmp_path, 1, "test", "pages")
    nights = Nights(writer)
    known, mirror = nights.site("known.test", SHOP), nights.site("mirror.test", NEAR)
    confirm_by(known, "one", "two")
    nights.look()
    writer.close()
    one, two = (analyst(name) for name in ("three", "four"))
    (proposal,) = service.case_view(mirror.pk, one).proposed_verdicts
    assert proposal.startswith("sells drugs: like known[.]test (case")
    assert "near copy known[.]test = mirror[.]test (text 0." in proposal
    confirm(mirror, one)
    view = service.case_view(mirror.pk, two)
    assert (view.proposed_verdicts, view.verdicts, view.state) == ((proposal,), (), "in_review")
    out = StringIO()
    show_case(view, Console(file=out, width=120, force_terminal=False))
    assert "proposed" in out.getvalue()
    assert confirm(mirror, two).state == "confirmed"
    assert service.case_view(mirror.pk, two).proposed_verdicts == ()


def test_a_verdict_that_was_taken_back_proposes_nothing(tmp_path: Path) -> None:
    writer = EvidenceWriter(tmp_path, 1, "test", "pages")
    nights = Nights(writer)
    known, mirror = nights.site("known.test", SHOP), nights.site("mirror.test", NEAR)
    confirm_by(known, "one", "two")
    nights.look()
    writer.close()
    assert service.case_view(mirror.pk, analyst("three")).proposed_verdicts
    service.withdraw(known.pk, supervisor(), reason="a fan shop")
    assert service.case_view(mirror.pk, analyst("four")).proposed_verdicts == ()
