"""Which texts of the record teach anything: those before people when they decided and agreed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from cases import assessing, intake
from cases.decisions import Verdict, decide
from cases.evidence import EvidenceWriter
from cases.models import Capture, Case, DocumentRow
from cases.moves import move
from domain.assessment import Assessment, Label, Role
from domain.clock import utc_now
from domain.decisions import Jurisdiction, VerdictKind
from domain.errors import InputError
from domain.states import CaseState
from nightly.learning.decided import candidate_in, decided_lesson, decided_texts
from tests.people import analyst, supervisor
from tests.records import NOON, new_run, page

pytestmark = pytest.mark.django_db

CORPUS = Path(__file__).resolve().parents[2] / "corpus"
CONFIRM = Verdict(VerdictKind.CONFIRM, "", Jurisdiction.SELLS_IN)


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[EvidenceWriter]:
    writer = EvidenceWriter(tmp_path / "evidence", 1, "test", "pages")
    yield writer
    writer.close()


def shown(writer: EvidenceWriter, url: str, text: str, score: float, at: timedelta | None = None):
    """A page that was assessed with ``score``; its case, in review."""
    run = new_run()
    record = replace(page(url, text), fetched_at=NOON + (at or timedelta()))
    intake.store(run.pk, "crawl", [record], writer)
    document = DocumentRow.objects.latest("pk")
    label = Label.DRUG_SALE if score >= 0.5 else Label.OTHER
    value = Assessment(score, label, Role.LISTING, "ru", "m", "linear")
    assessing.record(run.pk, {document.pk: value})
    case = document.target.case
    if case.state == CaseState.NEW:
        for step in (CaseState.ASSESSED, CaseState.IN_REVIEW):
            case = move(case.pk, step, actor="test", reason="set up")
    return case


def confirm(case: Case) -> None:
    decide(case.pk, analyst(f"one{case.pk}"), CONFIRM)
    decide(case.pk, analyst(f"two{case.pk}"), CONFIRM)


def dismiss(case: Case, reason: str = "a pharmacy") -> None:
    decide(case.pk, analyst(f"one{case.pk}"), Verdict(VerdictKind.DISMISS, reason))


def test_confirmed_texts_sell_and_dismissed_ones_do_not(writer: EvidenceWriter) -> None:
    shop = shown(writer, "http://shop.test/", "гашиш тут", 0.9)
    shown(writer, "http://shop.test/about", "о нас", 0.1)
    pharmacy = shown(writer, "http://apteka.test/", "аптека тут", 0.8)
    shown(writer, "http://apteka.test/about", "об аптеке", 0.2)
    confirm(shop)
    dismiss(pharmacy)
    found = decided_texts()
    said = [(one.text.split("\n\n")[1], one.selling, one.hard) for one in found.texts]
    assert said == [
        ("гашиш тут", True, True),
        ("аптека тут", False, True),
        ("об аптеке", False, False),
    ]
    assert found.cases == 2
    learnt = decided_lesson(CORPUS)
    assert learnt.counts == {"confirmed": 1, "hard negative": 1, "dismissed": 1}
    labels = [row.label for row in learnt.file.rows]
    assert labels == [Label.DRUG_SALE, Label.DRUG_OTHER, Label.DRUG_OTHER]


def test_open_disputed_withdrawn_and_restricted_cases_teach_nothing(
    writer: EvidenceWriter,
) -> None:
    shown(writer, "http://open.test/", "открыто", 0.9)
    half = shown(writer, "http://half.test/", "наполовину", 0.9)
    decide(half.pk, analyst("half"), CONFIRM)
    disputed = shown(writer, "http://disputed.test/", "спор", 0.9)
    decide(disputed.pk, analyst("for"), CONFIRM)
    decide(disputed.pk, analyst("against"), Verdict(VerdictKind.DISMISS, "a pharmacy"))
    decide(disputed.pk, supervisor(), Verdict(VerdictKind.DISMISS, "a pharmacy"))
    taken = shown(writer, "http://withdrawn.test/", "взято назад", 0.9)
    confirm(taken)
    move(taken.pk, CaseState.WITHDRAWN, actor="test", reason="a mistake")
    hidden = shown(writer, "http://hidden.test/", "закрыто", 0.9)
    confirm(hidden)
    Case.objects.filter(pk=hidden.pk).update(restricted=True)
    abroad = shown(writer, "http://abroad.test/", "за границей", 0.9)
    dismiss(abroad, "not our jurisdiction")
    found = decided_texts()
    assert found.texts == []
    assert found.left_out == {
        "case is open": 2,
        "case was disputed": 1,
        "case is restricted": 1,
        "case was dismissed for no reason of its texts": 1,
    }
    with pytest.raises(InputError, match=r"no decided case to learn from \(case is open 2"):
        decided_lesson(CORPUS)


def test_what_came_after_the_decision_or_was_erased_is_left_out(writer: EvidenceWriter) -> None:
    shop = shown(writer, "http://shop.test/", "гашиш тут", 0.9)
    shown(writer, "http://shop.test/old", "старое", 0.9)
    confirm(shop)
    shown(writer, "http://shop.test/new", "новое", 0.9, at=utc_now() - NOON + timedelta(days=1))
    Capture.objects.filter(url="http://shop.test/old").update(erased_at=NOON)
    found = decided_texts()
    assert [one.text.split("\n\n")[1] for one in found.texts] == ["гашиш тут"]
    assert found.left_out == {"text was erased by its age": 1}


def test_an_empty_record_and_missing_evaluation_texts_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no decided case to learn from \(there are no cases\)"):
        decided_lesson(CORPUS)
    with pytest.raises(InputError, match="no evaluation texts"):
        decided_lesson(tmp_path)
    with pytest.raises(InputError, match="name a folder with --out"):
        candidate_in(tmp_path / "nowhere")
