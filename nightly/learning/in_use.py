"""One model from a night's start to its end: which, in the record of the run, and for children."""

from __future__ import annotations

import logging
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from cases.models import Run
from classifiers.store import read_card, version_of
from domain.clock import Clock
from domain.errors import ModelError
from nightly.learning.adopting import settle
from nightly.plan import Plan

log = logging.getLogger(__name__)
#: What a run says of its model, among its options: the folder, and the version that lay there.
FOLDER, VERSION = "model_dir", "model"
#: The scores that the settings name: ``review`` is None where the model's own holds.
THRESHOLDS = "thresholds"
#: The setting that has child processes use the night's model, whatever is adopted meanwhile.
_VARIABLE = "NARCOWATCH_CLASSIFY__MODEL_DIR"


def options_of(plan: Plan) -> dict[str, Any]:
    """What a run that begins now writes down of the model in force and of when to warn of it."""
    model = {FOLDER: str(plan.model_dir), VERSION: _version(plan.model_dir)}
    thresholds = {"review": plan.review_threshold, "tie": plan.tie_threshold}
    return {**model, THRESHOLDS: thresholds, "drift": asdict(plan.drift)}


def with_its_model(run: Run, plan: Plan) -> Plan:
    """``plan`` with the model that ``run`` began with (see ``cases.runs.AS_BEGUN``). Where that is
    no longer what it was, the one in force takes over and the run says so."""
    folder, version = Path(str(run.options[FOLDER])), run.options[VERSION]
    if folder == plan.model_dir and version == _version(folder):
        return plan
    if version and _version(folder) == version:
        return replace(plan, model_dir=folder)
    if version:
        log.warning("model %s of run %s is gone: the one in force goes on", version, run.pk)
    run.options = {**run.options, **options_of(plan)}
    run.save(update_fields=["options"])
    return plan


def tell_chain(plan: Plan, clock: Clock) -> None:
    """Have the audit chain catch up with a change of the model whose process was killed. A pointer
    that cannot be read concerns nobody where the settings name the model."""
    try:
        settle(plan.data_dir, clock=clock)
    except ModelError as error:
        log.warning("%s", error)


def environment(plan: Plan) -> dict[str, str]:
    """What makes a child process use the model of ``plan``."""
    return {_VARIABLE: str(plan.model_dir)}


def model_of(run: Run) -> str:
    """The version of the model of ``run``, empty where none was written down."""
    return str(run.options.get(VERSION, ""))


def _version(folder: Path) -> str:
    """Empty where no card tells it: the stage that needs the model says what is wrong."""
    try:
        return version_of(read_card(folder))
    except ModelError:
        return ""
