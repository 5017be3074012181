"""The morning report as values, read from the record alone: any run can be reported again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db.models import Count, Sum

from cases.models import (
    AssessmentRow,
    AuditHead,
    Capture,
    Case,
    DocumentRow,
    Run,
    RunCount,
    RunSource,
)
from domain.candidates import Why
from domain.captures import Outcome
from domain.clock import iso, utc_now
from domain.coverage import HISTORY, Coverage, CoverageState, Yield, judge
from domain.regions import REGION_NAMES
from domain.seeds import DOCUMENTS, SeedProblem
from domain.states import CaseState
from domain.targets import TargetKind

#: States in which a case counts as found: a person was or is asked.
FOUND = frozenset(CaseState) - {CaseState.NEW, CaseState.ASSESSED, CaseState.SCREENED_OUT}


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One source of the night. ``requests`` reached its servers; ``fetched`` were answered."""

    source: str
    name: str
    why: str
    expect: str
    requests: int
    refetched: int
    fetched: int
    documents: int
    assessed: int
    queued: int
    failed: dict[str, int]
    dropped: dict[str, int]
    state: str
    score: float | None
    coverage: str
    coverage_reason: str


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case found. ``regions`` are ISO 3166-2 codes."""

    case: int
    target: str
    name: str
    kind: str
    state: str
    score: float
    role: str
    substances: list[str]
    regions: list[str]
    region_names: list[str]
    langs: list[str]
    family: int | None


@dataclass(frozen=True, slots=True)
class StageLine:
    """One stage: how it ended and what it counted, by name and reason."""

    stage: str
    state: str
    seconds: float
    counts: dict[str, int]
    error: str


@dataclass(frozen=True, slots=True)
class Report:
    """The morning report. ``exit_code`` is what ``narcowatch night`` ends with."""

    run: int
    kind: str
    state: str
    exit_code: int
    started_at: str
    finished_at: str
    starts: int
    totals: dict[str, int]
    stages: list[StageLine]
    sources: list[SourceLine]
    cases: list[CaseLine]
    coverage_broken: list[str]
    overdue_holds: list[str] = field(default_factory=list)
    refused_seeds: list[dict[str, Any]] = field(default_factory=list)
    audit_head: str = ""

    def as_json(self) -> dict[str, Any]:
        """The report as JSON values."""
        return asdict(self)


EXIT_COMPLETE, EXIT_FAILED, EXIT_COVERAGE, EXIT_SEEDS = 0, 1, 3, 4


def build(run: Run, problems: Sequence[SeedProblem] = ()) -> Report:
    """The report of ``run`` as the record has it now."""
    sources = _sources(run)
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
        cases=_cases(run),
        coverage_broken=broken,
        overdue_holds=_overdue_holds(),
        refused_seeds=[asdict(problem) for problem in problems],
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
        f"case {row.pk} {row.target.name}, held by {row.hold_owner} until {iso(row.hold_until)}"
        for row in rows.order_by("hold_until")
        if row.hold_until is not None
    ]


def _totals(sources: Sequence[SourceLine]) -> dict[str, int]:
    names = ("requests", "refetched", "fetched", "documents", "assessed", "queued")
    totals = {name: sum(getattr(line, name) for line in sources) for name in names}
    totals["failed"] = sum(sum(line.failed.values()) for line in sources)
    totals["dropped"] = sum(sum(line.dropped.values()) for line in sources)
    totals["sources"] = len(sources)
    return totals


def _stages(run: Run) -> list[StageLine]:
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    counted = RunCount.objects.filter(run=run).values("stage", "name", "reason")
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


@dataclass(slots=True)
class _Seen:
    requests: int = 0
    outcomes: dict[Outcome, int] = field(default_factory=dict)
    answered: int = 0


def _sources(run: Run) -> list[SourceLine]:
    seen = _captures_of(run)
    documents = _count(DocumentRow.objects.filter(capture__run=run), "capture__target_id")
    assessed = _count(
        AssessmentRow.objects.filter(document__capture__run=run), "document__capture__target_id"
    )
    counted = _reasons(run)
    lines = []
    rows = RunSource.objects.filter(run=run).select_related("target__case").order_by("pk")
    for row in rows:
        case = row.target.case
        mine = seen.get(row.target_id, _Seen())
        names = counted.get(str(row.target), {})
        coverage = _coverage(row, documents.get(row.target_id, 0), mine, names)
        queued = row.why != Why.SEARCH and case.state in FOUND
        lines.append(
            SourceLine(
                source=str(row.target),
                name=row.target.name,
                why=row.why,
                expect=row.expect,
                requests=mine.requests,
                refetched=names.get(("refetched", ""), 0),
                fetched=mine.answered,
                documents=documents.get(row.target_id, 0),
                assessed=assessed.get(row.target_id, 0),
                queued=int(queued),
                failed={
                    **{o.value: n for o, n in mine.outcomes.items() if o is not Outcome.OK},
                    **{r or n: k for (n, r), k in names.items() if n == "failed"},
                },
                dropped={r: k for (n, r), k in names.items() if n in {"dropped", "skipped"}},
                state=case.state,
                score=case.score,
                coverage=coverage.state,
                coverage_reason=coverage.reason,
            )
        )
    return lines


def _captures_of(run: Run) -> dict[int, _Seen]:
    seen: dict[int, _Seen] = defaultdict(_Seen)
    rows = Capture.objects.filter(run=run).values("target_id", "outcome")
    for row in rows.annotate(n=Count("pk"), sent=Sum("requests")):
        mine = seen[row["target_id"]]
        mine.requests += row["sent"]
        mine.outcomes[Outcome(row["outcome"])] = row["n"]
    answered = Capture.objects.filter(run=run, status__gt=0).values("target_id")
    for target_id, n in answered.annotate(n=Count("pk")).values_list("target_id", "n"):
        seen[target_id].answered = n
    return seen


def _count(rows: Any, by: str) -> dict[int, int]:
    return {row[by]: row["n"] for row in rows.values(by).annotate(n=Count("pk"))}


def _reasons(run: Run) -> dict[str, dict[tuple[str, str], int]]:
    reasons: dict[str, dict[tuple[str, str], int]] = defaultdict(dict)
    for row in RunCount.objects.filter(run=run).exclude(source=""):
        key = (row.name, row.reason)
        reasons[row.source][key] = reasons[row.source].get(key, 0) + row.n
    return reasons


def _coverage(
    row: RunSource, documents: int, seen: _Seen, counted: Mapping[tuple[str, str], int]
) -> Coverage:
    """The contract holds for seeds. Search pages have links instead of documents; a channel's
    posts are stored once, so there the posts seen again count, and nights do not compare."""
    if row.why not in {Why.SEED, Why.SEARCH}:
        return Coverage(CoverageState.KEPT)
    if row.target.kind == TargetKind.TELEGRAM:
        again = sum(n for (name, _), n in counted.items() if name == "seen")
        return judge(row.expect, Yield(documents + again, seen.outcomes), ())
    if row.why == Why.SEARCH and row.expect == DOCUMENTS:
        documents = seen.outcomes.get(Outcome.OK, 0)
    return judge(row.expect, Yield(documents, seen.outcomes), _history(row))


def _history(row: RunSource) -> list[int]:
    """Documents that the same source gave in earlier finished runs, newest first."""
    earlier = (
        Run.objects.filter(pk__lt=row.run_id, sources__target=row.target_id, kind=row.run.kind)
        .exclude(state__in=[Run.State.RUNNING, Run.State.FAILED])
        .order_by("-pk")[:HISTORY]
    )
    found = _count(
        DocumentRow.objects.filter(target=row.target_id, capture__run__in=[r.pk for r in earlier]),
        "capture__run_id",
    )
    return [found.get(run.pk, 0) for run in earlier]


def _cases(run: Run) -> list[CaseLine]:
    rows = (
        Case.objects.filter(target__visits__run=run, state__in=[*FOUND], restricted=False)
        .exclude(target__visits__in=RunSource.objects.filter(run=run, why=Why.SEARCH))
        .select_related("target")
        .order_by("-score", "pk")
        .distinct()
    )
    return [
        CaseLine(
            case=row.pk,
            target=str(row.target),
            name=row.target.name,
            kind=row.target.kind,
            state=row.state,
            score=row.score or 0.0,
            role=row.role,
            substances=row.substances,
            regions=row.regions,
            region_names=[REGION_NAMES.get(code, code) for code in row.regions],
            langs=row.langs,
            family=row.family_id,
        )
        for row in rows
    ]
