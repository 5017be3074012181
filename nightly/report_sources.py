"""What each source of a run gave, and whether its coverage holds, read from the record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Sum

from cases.models import AssessmentRow, Capture, DocumentRow, Run, RunCount, RunSource
from domain.candidates import Why
from domain.captures import Outcome
from domain.coverage import HISTORY, Coverage, CoverageState, Yield, judge
from domain.seeds import DOCUMENTS
from domain.states import CaseState
from domain.targets import TargetKind
from nightly.report import SourceLine

#: States in which a case counts as found: a person was or is asked.
FOUND = frozenset(CaseState) - {CaseState.NEW, CaseState.ASSESSED, CaseState.SCREENED_OUT}


@dataclass(slots=True)
class _Seen:
    requests: int = 0
    outcomes: dict[Outcome, int] = field(default_factory=dict)
    answered: int = 0


def source_lines(run: Run) -> list[SourceLine]:
    """One line for every source of ``run``, in the order in which they came to it."""
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
