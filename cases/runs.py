"""Runs and their stages: what was started, how often, and how it ended."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Q

from cases import audit, counts, evidence, intake
from cases.counts import CountKey
from cases.models import CandidateRow, Run, RunSource, StageRun
from domain.candidates import Candidate, Why
from domain.clock import Clock, utc_now
from domain.seeds import Seed, SeedKind
from domain.targets import TargetKey, TargetKind

log = logging.getLogger(__name__)
#: A run that was not finished is taken up again for this long; the next night is a new one.
RESUMABLE = timedelta(hours=20)


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
    with transaction.atomic():
        run = Run.objects.select_for_update().filter(kind=kind).order_by("-pk").first()
        if run is None or not _resumable(run, seeds_digest, clock()):
            _abandon_unfinished(kind, evidence_root, clock)
            run = Run.objects.create(
                kind=kind, started_at=clock(), seeds_digest=seeds_digest, options=dict(options)
            )
            audit.append(
                "run.started", f"run:{run.pk}", actor="system:night", details={"kind": kind}
            )
            return run
        run.starts += 1
        run.state = Run.State.RUNNING
        run.options = dict(options)
        run.save(update_fields=["starts", "state", "options"])
        audit.append(
            "run.resumed", f"run:{run.pk}", actor="system:night", details={"start": run.starts}
        )
    _recover(run, evidence_root)
    return run


def _resumable(run: Run, seeds_digest: str, now: datetime) -> bool:
    unfinished = run.state in {Run.State.RUNNING, Run.State.FAILED}
    recent = now - run.started_at < RESUMABLE
    return unfinished and recent and run.seeds_digest == seeds_digest


def _recover(run: Run, evidence_root: Path) -> None:
    cut = evidence.recover(evidence_root, run.pk, intake.committed_ends(run.pk))
    if cut:
        key = CountKey("", "cut off", "evidence beyond the record")
        counts.add(run.pk, "resume", {key: len(cut)})


def _abandon_unfinished(kind: str, evidence_root: Path, clock: Clock) -> None:
    """Close unfinished runs that are too old or over other seeds: nobody takes them up again."""
    for run in Run.objects.filter(kind=kind, state=Run.State.RUNNING):
        log.warning("run %s was not finished and is given up: other seeds, or too old", run.pk)
        _recover(run, evidence_root)
        run.state = Run.State.FAILED
        run.finished_at = clock()
        run.save(update_fields=["state", "finished_at"])
        audit.append("run.abandoned", f"run:{run.pk}", actor="system:night", clock=clock)


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
    row.save(update_fields=["state", "error", "finished_at"])


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

    Likeliest first, up to ``limit``; what is beyond it waits for another night and is counted.
    Tips have a budget of their own (see ``cases.tips``).
    """
    rows = (
        CandidateRow.objects.filter(Q(run=run) | Q(target__visits=None), target__kind__in=[*kinds])
        .exclude(target__visits__run=run)
        .exclude(why=Why.TIP)
        .select_related("target")
        .order_by("-priority", "pk")
    )
    best: dict[int, CandidateRow] = {}
    for row in rows:
        best.setdefault(row.target_id, row)
    adopted = list(best.values())[:limit]
    for row in adopted:
        add_source(run, row.target.key, _why_looked_at(row), url=row.url)
    return Adopted(len(adopted), len(best) - len(adopted))


def _why_looked_at(row: CandidateRow) -> Why:
    """A site found by a search is a site like any other; *search* is the result page itself."""
    return Why.LINK if row.why == Why.SEARCH else Why(row.why)
