from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from cases import assessing, intake
from cases.evidence import EvidenceWriter
from cases.models import Case, DocumentRow
from domain.assessment import Assessment, Indicator, Label, Role, Span, Verdict
from domain.decisions import Jurisdiction
from domain.errors import AccessError, FourEyesError, InputError, RuleError
from domain.states import CaseState
from review import service
from review.terminal import show_case
from tests.copies import NEAR, SHOP, Nights
from tests.copies import confirm as confirm_by
from tests.people import analyst, outsider, supervisor
from tests.records import case_in, new_run, page

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


def confirm(case: Case, person, **options) -> Case:
    return service.confirm(case.pk, person, jurisdiction=Jurisdiction.SELLS_IN, **options)


def test_a_reviewer_sees_why_with_links_defanged(case: Case) -> None:
    one = analyst()
    assert service.next_case(one) == case.pk
    view = service.case_view(case.pk, one)
    assert view.target == "shop[.]test"
    (carrier,) = view.carriers
    assert carrier.url == "hxxp://shop[.]test/goods"
    start, end, kind = carrier.marks[0]
    assert (carrier.text[start:end], kind) == ("мефедрон", "substance")
    assert view.indicators == (("telegram", "@shop"),)


def test_the_second_reviewer_is_blind_until_the_own_verdict(case: Case) -> None:
    one, two = analyst("one"), analyst("two")
    confirm(case, one, reason="price list")
    assert service.case_view(case.pk, one).verdicts == (("one", "confirm", "price list"),)
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
    out = StringIO()
    console = Console(file=out, width=120, force_terminal=False)
    show_case(service.case_view(case.pk, analyst()), console)
    shown = out.getvalue()
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
    assert proposal.startswith("confirm: like known[.]test (case")
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
