"""A night uses one model from its start to its end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as live

from cases import runs
from cases.models import Run
from config.loading import load
from domain.seeds import SeedList
from nightly.apps import plan_of
from nightly.learning.in_use import environment, options_of, with_its_model
from nightly.night import Counted, Night, Stage, run_night
from nightly.plan import Plan
from nightly.progress import Quiet
from tests.nightly.learning.candidates import SHIPPED, candidate, name_of
from tests.records import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    settings = live.NARCOWATCH.model_copy(update={"data_dir": tmp_path / "data"})
    return replace(plan_of(settings), model_dir=SHIPPED)


def started(plan: Plan, at: float = 0) -> Run:
    now = NOON + timedelta(hours=at)
    root = plan.evidence_root
    return runs.start("night", "", options_of(plan), evidence_root=root, clock=lambda: now)


def test_a_night_that_goes_on_keeps_the_model_it_began_with(plan: Plan, tmp_path: Path) -> None:
    first = candidate(tmp_path / "first")
    run = started(replace(plan, model_dir=first))
    again = started(plan, at=1)
    assert (again.pk, again.starts) == (run.pk, 2)
    assert with_its_model(again, plan).model_dir == first
    assert again.options["model"] == name_of(first)
    assert environment(with_its_model(again, plan)) == {
        "NARCOWATCH_CLASSIFY__MODEL_DIR": str(first)
    }


def test_a_model_that_is_gone_gives_way_and_the_run_says_so(plan: Plan, tmp_path: Path) -> None:
    first = candidate(tmp_path / "first")
    started(replace(plan, model_dir=first))
    (first / "card.json").unlink()
    again = started(plan, at=1)
    assert with_its_model(again, plan).model_dir == SHIPPED
    assert Run.objects.get(pk=again.pk).options["model"] == name_of(SHIPPED)


def test_children_are_given_the_night_s_model(plan: Plan, tmp_path: Path) -> None:
    settings = load({**environment(plan), "NARCOWATCH_CONFIG": ""}, tmp_path)
    assert settings.classify.model_dir == SHIPPED
    assert "model_dir" in settings.classify.model_fields_set


def test_the_report_names_the_model_and_stages_get_it(plan: Plan, tmp_path: Path) -> None:
    used: list[Path] = []

    def work(night: Night) -> Counted:
        used.append(night.plan.model_dir)
        return {}

    first = candidate(tmp_path / "first")
    plan = replace(plan, model_dir=first)
    report = run_night("night", [Stage("assess", work)], plan, SeedList((), (), ""), Quiet())
    assert (report.model, used) == (name_of(first), [first])
    assert report.as_json()["model"] == name_of(first)
