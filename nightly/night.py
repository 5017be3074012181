"""Running a night: each stage once, in order, resumable after any death."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from cases import counts, runs
from cases.counts import CountKey
from cases.decisions import OPEN_STATES
from cases.models import Case, Run
from domain.clock import Clock, utc_now
from domain.errors import NarcowatchError
from domain.seeds import SeedList
from domain.states import CaseState
from nightly import reporting
from nightly.learning.in_use import options_of, tell_chain, with_its_model
from nightly.lock import only_one
from nightly.plan import Plan
from nightly.progress import Reporter
from nightly.report import EXIT_COVERAGE, EXIT_FAILED, Report

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Night:
    """What a stage works with."""

    run: Run
    plan: Plan
    seeds: SeedList
    progress: Reporter
    clock: Clock = utc_now


#: Cases that people see or have confirmed.
IN_HUMAN_HANDS = (
    CaseState.IN_REVIEW,
    CaseState.ESCALATED,
    CaseState.CONFIRMED,
    CaseState.REQUESTED,
)


def waiting_cases() -> QuerySet[Case]:
    """The cases that people have to decide."""
    return Case.objects.filter(state__in=OPEN_STATES, restricted=False)


#: What a stage counted, by name and reason.
Counted = dict[tuple[str, str], int]

#: A stage does its work and returns what it counted, by name and reason. It must be safe to run
#: again after it was killed.
StageFunction = Callable[[Night], Counted]


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: its name in the record and what it does.

    When a stage that others ``need`` fails, the run ends there: what follows would speak of an
    incomplete night.
    """

    name: str
    work: StageFunction
    needed: bool = True


def run_night(
    kind: str,
    stages: Sequence[Stage],
    plan: Plan,
    seeds: SeedList,
    progress: Reporter,
    *,
    clock: Clock = utc_now,
) -> Report:
    """Start or resume a run and take it through ``stages``. Returns its report."""
    with only_one(plan.data_dir / "night.lock"):
        tell_chain(plan, clock)
        run = runs.start(
            kind,
            seeds.digest,
            {"max_pages": plan.max_pages, "seeds": len(seeds.seeds), **options_of(plan)},
            evidence_root=plan.evidence_root,
            clock=clock,
        )
        night = Night(run, with_its_model(run, plan), seeds, progress, clock)
        for stage in stages:
            if not _run_stage(stage, night) and stage.needed:
                break
        return _finish(night)


def _run_stage(stage: Stage, night: Night) -> bool:
    """Whether the stage is done; what went wrong is logged, counted and written to its row."""
    row = runs.begin_stage(night.run, stage.name, clock=night.clock)
    if row is None:
        return True
    try:
        night.progress.begin(stage.name)
        counted = stage.work(night)
    except NarcowatchError as error:
        log.error("stage %s of run %s failed: %s", stage.name, night.run.pk, error)
        runs.end_stage(row, error=str(error), clock=night.clock)
        night.progress.end(f"failed: {error}")
        return False
    except Exception:  # a stage must not take the report of the others along
        log.exception("stage %s of run %s failed", stage.name, night.run.pk)
        runs.end_stage(row, error=traceback.format_exc(limit=-8), clock=night.clock)
        night.progress.end("failed, see the log")
        return False
    with transaction.atomic():
        keys = {CountKey("", name, reason): n for (name, reason), n in counted.items() if n}
        counts.add(night.run.pk, stage.name, keys)
        runs.end_stage(row, clock=night.clock)
    night.progress.end(_told(counted))
    return True


def _told(counted: Counted) -> str:
    """What a stage counted, in words: what it took in and put out, then what it left or failed."""
    parts = [
        f"{n} {reason or name}" if name in {"in", "out"} else f"{name} {n} ({reason})"
        for (name, reason), n in counted.items()
        if n
    ]
    return ", ".join(parts) or "nothing to do"


def _report(night: Night) -> Report:
    deadlines, problems = night.plan.deadlines, night.seeds.problems
    return reporting.build(night.run, problems, deadlines, clock=night.clock)


def _finish(night: Night) -> Report:
    draft = _report(night)
    state = {
        EXIT_FAILED: Run.State.FAILED,
        EXIT_COVERAGE: Run.State.COVERAGE_BROKEN,
    }.get(draft.exit_code, Run.State.COMPLETE)
    runs.finish(night.run, state, draft.as_json(), clock=night.clock)
    report = _report(night)
    night.run.report = report.as_json()
    night.run.save(update_fields=["report"])
    return report
