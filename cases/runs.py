"""Runs and their stages: what was started, how often, and how it ended."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from cases import audit, counts, cut_short, evidence, intake
from cases.committed import committed_ends
from cases.counts import CountKey
from cases.models import CandidateRow, Run, RunSource, StageRun
from domain.candidates import Candidate, Why
from domain.clock import Clock, utc_now
from domain.errors import EvidenceError
from domain.seeds import Seed, SeedKind
from domain.targets import TargetKey, TargetKind

log = logging.getLogger(__name__)
#: A run that was not finished is taken up again for this long; the next night is a new one.
RESUMABLE = timedelta(hours=20)
#: Options that a run keeps when it is taken up again, whatever was changed meanwhile.
AS_BEGUN = ("model", "model_dir")
_CHUNK = 5_000


def start(
    kind: str,
    seeds_digest: str,
    options: Mapping[str, Any],
    *,
    evidence_root: Path,
    clock: Clock = utc_now,
) -> Run:
    """The run to work on: the last one, if it did not come to its end, or a new one.

    A run of the same kind and seeds that was killed or failed within ``RESUMABLE`` is resumed:
    what its killed workers wrote beyond the record is cut off, and done stages stay done.
    """
    run = Run.objects.filter(kind=kind).order_by("-pk").first()
    damaged: list[Run] = []
    if run is not None and _resumable(run, seeds_digest, clock()):
        if _recovered(run, evidence_root):
            return _resume(run, options, clock)
        damaged.append(run)
    damaged += _abandon_unfinished(kind, evidence_root, clock)
    return _begin(kind, seeds_digest, options, damaged, clock)


def _resume(run: Run, options: Mapping[str, Any], clock: Clock) -> Run:
    with transaction.atomic():
        run.starts += 1
        run.state = Run.State.RUNNING
        kept = {name: run.options[name] for name in AS_BEGUN if name in run.options}
        run.options = {**options, **kept}
        run.save(update_fields=["starts", "state", "options"])
        details = {"start": run.starts}
        audit.append(
            "run.resumed", f"run:{run.pk}", actor="system:night", details=details, clock=clock
        )
    return run


def _begin(
    kind: str,
    seeds_digest: str,
    options: Mapping[str, Any],
    damaged: Sequence[Run],
    clock: Clock,
) -> Run:
    """A new run; evidence of earlier ones that was found ``damaged`` stands in its report."""
    with transaction.atomic():
        run = Run.objects.create(
            kind=kind, started_at=clock(), seeds_digest=seeds_digest, options=dict(options)
        )
        details = {"kind": kind}
        audit.append(
            "run.started", f"run:{run.pk}", actor="system:night", details=details, clock=clock
        )
        if damaged:
            numbers = ", ".join(str(one.pk) for one in damaged)
            end_stage(
                StageRun(run=run, stage="resume", started_at=clock()),
                error=f"the evidence of run {numbers} is shorter than the record says; "
                "the run is given up",
                clock=clock,
            )
    return run


def _resumable(run: Run, seeds_digest: str, now: datetime) -> bool:
    unfinished = run.state in {Run.State.RUNNING, Run.State.FAILED}
    recent = now - run.started_at < RESUMABLE
    return unfinished and recent and run.seeds_digest == seeds_digest


def _recovered(run: Run, evidence_root: Path) -> bool:
    """Cut off what killed workers wrote beyond the record. False where the evidence is damaged:
    the run is closed then, and the audit chain says why."""
    try:
        cut = evidence.recover(evidence_root, run.pk, committed_ends(run.pk))
    except EvidenceError as error:
        log.error("run %s is given up: %s", run.pk, error)
        with transaction.atomic():
            run.state = Run.State.DAMAGED
            run.save(update_fields=["state"])
            audit.append(
                "evidence.damaged",
                f"run:{run.pk}",
                actor="system:night",
                details={"error": str(error)[:500]},
            )
        return False
    if cut:
        key = CountKey("", "cut off", "evidence beyond the record")
        counts.add(run.pk, "resume", {key: len(cut)})
    return True


def _abandon_unfinished(kind: str, evidence_root: Path, clock: Clock) -> list[Run]:
    """Close unfinished runs that are too old or over other seeds: nobody takes them up again.

    Returns those whose evidence is damaged.
    """
    damaged = []
    for run in Run.objects.filter(kind=kind, state=Run.State.RUNNING):
        log.warning("run %s was not finished and is given up: other seeds, or too old", run.pk)
        if not _recovered(run, evidence_root):
            damaged.append(run)
            continue
        with transaction.atomic():
            run.state = Run.State.FAILED
            run.finished_at = clock()
            run.save(update_fields=["state", "finished_at"])
            audit.append("run.abandoned", f"run:{run.pk}", actor="system:night", clock=clock)
    return damaged


def add_seeds(run: Run, seeds: list[Seed], *, clock: Clock = utc_now) -> None:
    """Make every seed a candidate and a source of the run."""
    candidates = [
        Candidate(s.target, _why(s), url=s.url, priority=1.0, note=s.notes) for s in seeds
    ]
    with transaction.atomic():
        intake.note_candidates(run.pk, candidates, clock=clock)
        for seed in seeds:
            add_source(
                run, seed.target, _why(seed), url=seed.url, expect=seed.expect, notes=seed.notes
            )


def _why(seed: Seed) -> Why:
    """Search pages are a means to find others, never a case themselves."""
    return Why.SEARCH if seed.kind is SeedKind.SEARCH else Why.SEED


def add_source(
    run: Run, key: TargetKey, why: Why, *, url: str = "", expect: str = "documents", notes: str = ""
) -> bool:
    """Have the run look at ``key``. Returns False when it does already."""
    target, _ = intake.target_row(key)
    _, created = RunSource.objects.get_or_create(
        run=run,
        target=target,
        defaults={"why": why, "url": url, "expect": expect, "notes": notes},
    )
    return created


def begin_stage(run: Run, stage: str, *, clock: Clock = utc_now) -> StageRun | None:
    """The stage's row, running; None when the run has done this stage already."""
    row, created = StageRun.objects.get_or_create(
        run=run, stage=stage, defaults={"started_at": clock()}
    )
    if row.state == StageRun.State.DONE:
        return None
    if not created:
        row.starts += 1
        row.state = StageRun.State.RUNNING
        row.error = ""
        row.save(update_fields=["starts", "state", "error"])
    return row


def end_stage(row: StageRun, *, error: str = "", clock: Clock = utc_now) -> None:
    """Mark a stage done, or failed with ``error``."""
    row.state = StageRun.State.FAILED if error else StageRun.State.DONE
    row.error = error
    row.finished_at = clock()
    row.save()


def finish(
    run: Run, state: Run.State, report: Mapping[str, Any], *, clock: Clock = utc_now
) -> None:
    """Close a run with its report."""
    with transaction.atomic():
        run.state = state
        run.report = dict(report)
        run.finished_at = clock()
        run.save(update_fields=["state", "report", "finished_at"])
        audit.append(
            "run.finished", f"run:{run.pk}", actor="system:night", details={"state": state}
        )


@dataclass(frozen=True, slots=True)
class Adopted:
    """How many candidates became sources, and how many did not fit the budget."""

    taken: int
    over_budget: int


def adopt_candidates(run: Run, kinds: Sequence[TargetKind], *, limit: int) -> Adopted:
    """Make sources of targets that this run noted, or that no run has looked at yet.

    First those to which an earlier night did not come, the longest ago first, then the likeliest,
    those that were read in part among them (see ``cases.cut_short``). What is beyond ``limit``
    waits for another night and is counted. Tips have a budget of their own (see ``cases.tips``).
    """
    left_over = cut_short.before(run.pk)
    rows = [*_candidates(run, kinds, Q(run=run) | Q(target__visits=None))]
    again = [*left_over.not_begun, *left_over.in_part]
    for at in range(0, len(again), _CHUNK):
        rows.extend(_candidates(run, kinds, Q(target__in=again[at : at + _CHUNK])))
    best: dict[int, CandidateRow] = {}
    for row in sorted(rows, key=lambda row: (-row.priority, row.pk)):
        best.setdefault(row.target_id, row)
    first = [best.pop(pk) for pk in left_over.not_begun if pk in best]
    waiting = [*first, *best.values()]
    adopted = waiting[:limit]
    for row in adopted:
        add_source(run, row.target.key, _why_looked_at(row), url=row.url)
    return Adopted(len(adopted), len(waiting) - len(adopted))


def _candidates(run: Run, kinds: Sequence[TargetKind], which: Q) -> QuerySet[CandidateRow]:
    rows = CandidateRow.objects.filter(which, target__kind__in=[*kinds])
    rows = rows.exclude(target__visits__run=run).exclude(why=Why.TIP)
    return rows.select_related("target")


def _why_looked_at(row: CandidateRow) -> Why:
    """A site found by a search is a site like any other; *search* is the result page itself. Nor
    is one a seed that was a seed once."""
    return Why.LINK if row.why in (Why.SEARCH, Why.SEED, Why.RECHECK) else Why(row.why)
