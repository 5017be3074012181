"""The report holds a night's scores and words against the model's first week, and decisions."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings as live
from rich.console import Console

from cases import assessing, intake
from cases.decisions import Verdict, decide
from cases.evidence import EvidenceWriter
from cases.models import DocumentRow, Run, RunCount
from classifiers.learning.words import WORDS, save_words, vocabulary
from config.drift import Drift
from domain.assessment import Assessment, Label, Role
from domain.decisions import VerdictKind
from domain.seeds import SeedList
from domain.states import CaseState
from nightly import reporting
from nightly.alarms import Alarms
from nightly.apps import plan_of
from nightly.learning.drift import BINS, FIGURES, SCORES, drift_line, in_words
from nightly.learning.in_use import options_of
from nightly.learning.watching import watch
from nightly.night import Night
from nightly.plan import Plan
from nightly.progress import Quiet
from nightly.rendering import to_html, to_terminal
from tests.nightly.learning.candidates import SHIPPED, name_of
from tests.people import analyst
from tests.records import NOON, case_in, page

pytestmark = pytest.mark.django_db

MODEL = name_of(SHIPPED)
LOW, HIGH = [0.001] * 190 + [0.6] * 10, [0.001] * 100 + [0.6] * 100


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    settings = live.NARCOWATCH.model_copy(update={"data_dir": tmp_path})
    return replace(plan_of(settings), model_dir=SHIPPED)


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[EvidenceWriter]:
    writer = EvidenceWriter(tmp_path / "evidence", 1, "test", "pages")
    yield writer
    writer.close()


def night_of(plan: Plan, *, day: float = 0, kind: str = "night") -> Night:
    at = NOON + timedelta(days=day)
    run = Run.objects.create(kind=kind, started_at=at, options=options_of(plan))
    return Night(run, plan, SeedList((), (), ""), Quiet())


def figures(night: Night, scores: list[float]) -> None:
    """Counts as the stage leaves them."""
    for name in BINS:
        low, _, high = name.partition(" to ")
        n = sum(float(low) <= score < float(high) for score in scores)
        RunCount.objects.create(run=night.run, stage=FIGURES, name=SCORES, reason=name, n=n)


def test_the_stage_counts_scores_and_words_once_however_often_it_runs(
    plan: Plan, writer: EvidenceWriter, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(SHIPPED, tmp_path / "model"))
    save_words(folder, vocabulary(["чайник на плите", "чайник на плите"]))
    night = night_of(replace(plan, model_dir=folder))
    pages = [page(f"http://tea.test/{n}", "чайник стоит на плите") for n in range(3)]
    intake.store(night.run.pk, "crawl", pages, writer)
    for document, score in zip(DocumentRow.objects.order_by("pk"), (0.0, 0.5, 1.0), strict=True):
        value = Assessment(score, Label.OTHER, Role.OTHER, "ru", name_of(folder), "linear")
        assessing.record(night.run.pk, {document.pk: value})
    for _ in range(2):
        counted = watch(night)
    assert counted["in", "scores"] == 3
    assert counted["in", "words"] == 12
    rows = RunCount.objects.filter(run=night.run, stage=FIGURES)
    assert {(row.name, row.reason): row.n for row in rows} == {
        (SCORES, "0 to 0.01"): 1,
        (SCORES, "0.5 to 0.75"): 1,
        (SCORES, "0.97 to 1"): 1,
        ("words", ""): 12,
        ("words never seen", ""): 3,
    }
    assert reporting.build(night.run).stages == [], "figures are no stage's counts"


def test_pages_of_earlier_nights_that_a_new_model_scores_are_not_tonights(
    plan: Plan, writer: EvidenceWriter
) -> None:
    earlier, tonight = night_of(plan), night_of(plan, day=1)
    intake.store(earlier.run.pk, "crawl", [page("http://tea.test/0", "чайник")], writer)
    old = DocumentRow.objects.get()
    value = Assessment(0.5, Label.OTHER, Role.OTHER, "ru", MODEL, "linear")
    assessing.record(tonight.run.pk, {old.pk: value})
    counted = watch(tonight)
    assert counted["in", "scores"] == counted["in", "words"] == 0


def test_a_model_without_a_list_of_words_says_so(plan: Plan, tmp_path: Path) -> None:
    folder = tmp_path / "wordless"
    shutil.copytree(SHIPPED, folder, ignore=shutil.ignore_patterns(WORDS))
    plan = replace(plan, model_dir=folder)
    assert watch(night_of(plan))["skipped", "the model has no list of words"] == 1


def test_scores_are_held_against_the_first_week_of_the_model(plan: Plan) -> None:
    first = night_of(plan)
    figures(first, LOW)
    line = drift_line(first.run)
    assert line is not None
    assert (line.model, line.scores, line.shift, line.alarms) == (MODEL, 200, None, [])
    same, moved = night_of(plan, day=9), night_of(plan, day=10)
    figures(same, LOW)
    figures(moved, HIGH)
    line = drift_line(same.run)
    assert line is not None
    assert (line.shift, line.alarms, line.since) == (0.0, [], "2026-03-01T12:00:00Z")
    line = drift_line(moved.run)
    assert line is not None
    assert line.shift is not None
    assert line.shift > 0.25
    assert line.alarms == [f"scores have shifted by {line.shift:.2f}, the limit is 0.25"]
    calm = night_of(replace(plan, drift=Alarms(score_shift=9)), day=11)
    figures(calm, HIGH)
    line = drift_line(calm.run)
    assert line is not None
    assert line.alarms == []


def test_another_model_and_another_kind_of_run_are_no_measure(plan: Plan) -> None:
    figures(night_of(plan), LOW)
    crawl = night_of(plan, day=8, kind="crawl")
    other = night_of(plan, day=9)
    Run.objects.filter(pk=other.run.pk).update(options={**other.run.options, "model": "b" * 12})
    other.run.refresh_from_db()
    for one in (crawl, other):
        figures(one, HIGH)
        line = drift_line(one.run)
        assert line is not None
        assert line.shift is None


def test_new_words_raise_an_alarm(plan: Plan) -> None:
    for day, new in ((0, 100), (8, 120), (9, 800)):
        night = night_of(plan, day=day)
        for name, n in (("words", 2000), ("words never seen", new)):
            RunCount.objects.create(run=night.run, stage=FIGURES, name=name, n=n)
    line = drift_line(night.run)
    assert line is not None
    assert (line.unknown, line.unknown_before) == (0.4, 0.05)
    assert line.alarms == ["40.0% of the words are new to the model, 5.0% in its first week"]


def test_the_queue_s_precision_is_that_of_decisions(plan: Plan) -> None:
    night = night_of(plan)
    for number in range(12):
        case = case_in(CaseState.IN_REVIEW, f"host:tea{number}.test")
        decide(case.pk, analyst(f"one{number}"), Verdict(VerdictKind.DISMISS, "tea"))
    case_in(CaseState.DISMISSED, "host:rule.test")
    line = drift_line(night.run)
    assert line is not None
    assert (line.confirmed, line.decided) == (0, 13)
    assert line.high == pytest.approx(0.2281, abs=1e-4)  # Wilson's formula for 0 of 13
    assert line.alarms == ["of 13 decided cases 0 were confirmed, less than 30%"]
    report = reporting.build(night.run)
    out = StringIO()
    to_terminal(report, Console(file=out, width=200))
    for shown in (out.getvalue(), to_html(report)):
        assert f"model {MODEL}: confirmed 0 of 13 decided in 28 days [0%, 23%]" in shown
        assert "lassifier: of 13 decided cases 0 were confirmed" in shown
    night.run.finished_at = NOON - timedelta(days=400)
    line = drift_line(night.run)
    assert line is not None
    assert (line.decided, "nothing decided yet" in in_words(line)) == (0, True)


def test_runs_without_a_model_have_no_line() -> None:
    run = Run.objects.create(kind="listen", started_at=NOON)
    assert drift_line(run) is None
    assert reporting.build(run).model == ""


def test_settings_and_alarms_have_the_same_keys() -> None:
    assert Alarms(**Drift().model_dump()) == Alarms()
