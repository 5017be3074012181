"""The morning report, read from the record alone: any run can be reported again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict

from django.db.models import Sum
from django.utils import timezone

from cases.models import AuditHead, Case, Run, RunCount
from channels.accounts import pool
from channels.models import ChannelSearch
from domain.clock import Clock, iso, utc_now
from domain.coverage import CoverageState
from domain.seeds import SeedProblem
from domain.states import CaseState
from nightly.learning.drift import FIGURES, drift_line
from nightly.learning.in_use import model_of
from nightly.plan import NOBODY, Deadlines
from nightly.report import (
    EXIT_COMPLETE,
    EXIT_COVERAGE,
    EXIT_FAILED,
    EXIT_SEEDS,
    Report,
    SourceLine,
    StageLine,
)
from nightly.report_blocks import block_alarms, block_notes
from nightly.report_cases import case_lines, family_lines
from nightly.report_deliveries import undelivered
from nightly.report_owed import overdue_appeals, overdue_proposals, owed_lines
from nightly.report_rechecks import proposal_lines, recheck_lines
from nightly.report_sources import source_lines
from nightly.same_failure import same_failure


def build(
    run: Run,
    problems: Sequence[SeedProblem] = (),
    deadlines: Deadlines = NOBODY,
    *,
    clock: Clock = utc_now,
) -> Report:
    """The report of ``run`` as the record has it now. ``deadlines`` say from when on what people
    and recipients have to do is overdue."""
    now = clock()
    sources, cases = source_lines(run), case_lines(run)
    stages = _stages(run)
    broken = [
        f"{line.name}: {line.coverage_reason}"
        for line in sources
        if line.coverage == CoverageState.BROKEN
    ]
    failed = any(line.state == "failed" for line in stages)
    head = AuditHead.objects.filter(pk=1).first()
    return Report(
        run=run.pk,
        kind=run.kind,
        state=run.state,
        exit_code=_exit_code(failed=failed, broken=bool(broken), refused=bool(problems)),
        started_at=iso(run.started_at),
        finished_at=iso(run.finished_at) if run.finished_at else "",
        starts=run.starts,
        totals=_totals(sources),
        stages=stages,
        sources=sources,
        cases=cases,
        families=family_lines(cases),
        coverage_broken=broken,
        coverage_notes=[
            f"{line.name}: {line.coverage_reason}"
            for line in sources
            if line.coverage == CoverageState.KEPT and line.coverage_reason and not line.moved
        ],
        looked_again=recheck_lines(run),
        proposals=proposal_lines(deadlines.proposal_days),
        same_failure=same_failure(sources),
        block_alarms=block_alarms(run),
        block_notes=block_notes(),
        overdue_holds=_overdue_holds(),
        overdue_answers=owed_lines(deadlines, now),
        overdue_proposals=overdue_proposals(deadlines, now),
        overdue_appeals=overdue_appeals(now),
        lost_accounts=_lost_accounts(),
        waiting_searches=_waiting_searches(run),
        undelivered=undelivered(),
        refused_seeds=[asdict(problem) for problem in problems],
        model=model_of(run),
        drift=drift_line(run),
        audit_head=head.hash if head else "",
    )


def _exit_code(*, failed: bool, broken: bool, refused: bool) -> int:
    if failed:
        return EXIT_FAILED
    if broken:
        return EXIT_COVERAGE
    return EXIT_SEEDS if refused else EXIT_COMPLETE


def _overdue_holds() -> list[str]:
    """Cases held beyond the end that their hold was given."""
    rows = Case.objects.filter(
        state=CaseState.ON_HOLD, hold_until__lte=utc_now(), restricted=False
    ).select_related("target", "hold_owner")
    return [
        f"case {row.pk} {row.target.name}, held by {row.hold_owner} until "
        f"{timezone.localtime(row.hold_until):%Y-%m-%d %H:%M %z}"
        for row in rows.order_by("hold_until")
        if row.hold_until is not None
    ]


_TOTALLED = (
    "requests",
    "refetched",
    "fetched",
    "rendered",
    "aids",
    "documents",
    "assessed",
    "queued",
)


def _lost_accounts() -> list[str]:
    """Telegram accounts that are gone, until somebody logs in anew or retires them by hand."""
    left = len(pool.active())
    return [
        f"{row.name}, {row.reason} since {timezone.localtime(row.since):%Y-%m-%d %H:%M %z}; "
        f"{left} left"
        for row in pool.lost()
    ]


def _waiting_searches(run: Run) -> list[str]:
    """Searches for channels that ``run`` was to make and no account made."""
    if run.finished_at is None:
        return []
    why = "" if pool.active() else "; there is none"
    rows = ChannelSearch.objects.filter(run=run, done=False).order_by("pk")
    return [f"«{query}»{why}" for query in rows.values_list("query", flat=True)]


def _totals(sources: Sequence[SourceLine]) -> dict[str, int]:
    totals = {name: sum(getattr(line, name) for line in sources) for name in _TOTALLED}
    totals["failed"] = sum(sum(line.failed.values()) for line in sources)
    totals["dropped"] = sum(sum(line.dropped.values()) for line in sources)
    totals["sources"] = len(sources)
    return totals


def _stages(run: Run) -> list[StageLine]:
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    counted = (
        RunCount.objects.filter(run=run).exclude(stage=FIGURES).values("stage", "name", "reason")
    )
    for count in counted.annotate(total=Sum("n")).order_by("stage", "name", "reason"):
        name = f"{count['name']}: {count['reason']}" if count["reason"] else count["name"]
        counts[count["stage"]][name] = count["total"]
    lines = []
    for row in run.stages.order_by("pk"):
        end = row.finished_at or row.started_at
        lines.append(
            StageLine(
                stage=row.stage,
                state=row.state,
                seconds=round((end - row.started_at).total_seconds(), 1),
                counts=counts.pop(row.stage, {}),
                error=row.error,
            )
        )
    lines.extend(StageLine(stage, "counted", 0.0, kept, "") for stage, kept in counts.items())
    return lines
