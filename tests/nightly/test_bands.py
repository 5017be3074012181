"""What misses and looks cost decides who is queued and who first; without costs nothing changes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("sklearn", reason="needs the extra train")
from cases import intake
from cases.evidence import EvidenceWriter
from cases.models import Case
from domain.bands import Costs, ReviewBand
from domain.seeds import parse_seeds
from nightly.apps import plan_of
from nightly.night import Night
from nightly.progress import Quiet
from nightly.scoring import assess
from tests.classifiers.small_model import pack, trained_model  # noqa: F401 - fixtures
from tests.records import new_run, page

pytestmark = pytest.mark.django_db
TEA = "чайник 5 штук по 500 тг в лавке номер 5"
SALE = "гашиш 3 г 3000 тг закладка магнит номер 3"


def judged(tmp_path: Path, settings, model: Path, *costs: Costs) -> dict[str, Case]:
    run = new_run()
    writer = EvidenceWriter(tmp_path, run.pk, "test", "pages")
    try:
        pages = [page("http://tea.test/", TEA), page("http://sale.test/", SALE)]
        intake.store(run.pk, "crawl", pages, writer)
    finally:
        writer.close()
    plan = replace(plan_of(settings.NARCOWATCH), model_dir=model, costs=costs)
    assess(Night(run, plan, parse_seeds(b""), Quiet()))
    return {case.target.value: case for case in Case.objects.select_related("target")}


def test_without_costs_the_models_threshold_decides(
    tmp_path: Path,
    settings,
    trained_model: Path,  # noqa: F811
) -> None:
    found = judged(tmp_path, settings, trained_model)
    assert (found["tea.test"].state, found["sale.test"].state) == ("screened_out", "in_review")
    assert found["tea.test"].band == ReviewBand.LEAVE
    assert found["sale.test"].band == ReviewBand.WHEN_TIME


def test_a_dear_miss_queues_more_and_a_dear_delay_puts_first(
    tmp_path: Path,
    settings,
    trained_model: Path,  # noqa: F811
) -> None:
    dear = Costs(look=1, missed=1e9, late=2, kind="site")
    found = judged(tmp_path, settings, trained_model, dear, Costs(look=1e9, missed=1))
    assert {case.state for case in found.values()} == {"in_review"}
    assert found["tea.test"].band == ReviewBand.WHEN_TIME
    assert found["sale.test"].band == ReviewBand.FIRST


def test_costs_of_channels_say_nothing_of_sites(
    tmp_path: Path,
    settings,
    trained_model: Path,  # noqa: F811
) -> None:
    found = judged(tmp_path, settings, trained_model, Costs(1e9, 1, kind="channel"))
    assert found["sale.test"].state == "in_review"
