"""How the classifier fares: a night's scores and words against the first week of the same model in
the same kind of run, and what people made of what was queued. All read from the record.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from itertools import pairwise

from django.db.models import QuerySet, Sum

from cases.models import AuditEvent, Run, RunCount
from classifiers.rates import Rate
from domain.clock import iso, utc_now
from domain.stability import stability_index
from domain.states import CaseState
from nightly.alarms import Alarms
from nightly.learning.in_use import VERSION, model_of
from nightly.report import DriftLine

#: Where the figures of a run stand among its counts; they are no counts of a stage.
FIGURES = "drift figures"
SCORES, WORDS, UNKNOWN = "scores", "words", "words never seen"
EDGES = (0.0, 0.01, 0.03, 0.1, 0.25, 0.5, 0.75, 0.9, 0.97, 1.0)
BINS = tuple(f"{low:g} to {high:g}" for low, high in pairwise(EDGES))
#: A night is held against this first stretch of its model.
REFERENCE = timedelta(days=7)
#: Below so many on either side a share says nothing.
LEAST_SCORES, LEAST_WORDS = 200, 2000
_DECIDED = tuple(f"case.{state}" for state in (CaseState.CONFIRMED, CaseState.DISMISSED))
_OPEN = (CaseState.IN_REVIEW.value, CaseState.ESCALATED.value)


def drift_line(run: Run) -> DriftLine | None:
    """What is to be told of the model of ``run``; None for runs that do not watch it."""
    if "drift" not in run.options:
        return None
    alarms = Alarms(**run.options["drift"])
    tonight = _figures(Run.objects.filter(pk=run.pk))
    since, before = _reference(run)
    scores = [tonight[SCORES, name] for name in BINS]
    shift = _shift([before[SCORES, name] for name in BINS], scores)
    share, share_before = _share(tonight), _share(before)
    precision = _precision(run, alarms.precision_days)
    low, high = precision.interval
    return DriftLine(
        model=model_of(run),
        since=iso(since) if since else "",
        scores=sum(scores),
        shift=shift,
        unknown=share,
        unknown_before=share_before,
        confirmed=precision.hits,
        decided=precision.count,
        low=low,
        high=high,
        alarms=_alarms(alarms, shift, share, share_before, precision),
        limits=asdict(alarms),
    )


def _reference(run: Run) -> tuple[datetime | None, Counter[tuple[str, str]]]:
    """When the first week of the model began and its figures, those of ``run`` left out: a run of
    the first week has those before it to be held against."""
    same = Run.objects.filter(kind=run.kind, **{f"options__{VERSION}": model_of(run)})
    first = same.filter(counts__stage=FIGURES).order_by("pk").first()
    if first is None:
        return None, Counter()
    week = same.filter(started_at__lt=first.started_at + REFERENCE, pk__lt=run.pk)
    return first.started_at, _figures(week)


def _figures(runs: QuerySet[Run]) -> Counter[tuple[str, str]]:
    rows = RunCount.objects.filter(run__in=runs, stage=FIGURES).values("name", "reason")
    totals = rows.annotate(total=Sum("n"))
    return Counter({(row["name"], row["reason"]): row["total"] for row in totals})


def _shift(before: list[int], found: list[int]) -> float | None:
    if min(sum(before), sum(found)) < LEAST_SCORES:
        return None
    return round(stability_index(before, found), 4)


def _share(figures: Mapping[tuple[str, str], int]) -> float | None:
    words = figures.get((WORDS, ""), 0)
    return round(figures.get((UNKNOWN, ""), 0) / words, 4) if words >= LEAST_WORDS else None


def _precision(run: Run, days: int) -> Rate:
    """Confirmed among the cases that people decided until the end of ``run``, each as last decided.
    The chain knows: a decided case may have moved on since."""
    until = run.finished_at or utc_now()
    events = AuditEvent.objects.filter(
        action__in=_DECIDED,
        details__from__in=_OPEN,
        at__gte=iso(until - timedelta(days=days)),
        at__lte=iso(until),
    )
    last = dict(events.order_by("seq").values_list("subject", "action"))
    return Rate(sum(action == _DECIDED[0] for action in last.values()), len(last))


def _alarms(
    limits: Alarms,
    shift: float | None,
    share: float | None,
    before: float | None,
    precision: Rate,
) -> list[str]:
    found = []
    if shift is not None and shift >= limits.score_shift:
        found.append(f"scores have shifted by {shift:.2f}, the limit is {limits.score_shift:g}")
    if share is not None and before is not None and share - before >= limits.unknown_words:
        found.append(
            f"{share:.1%} of the words are new to the model, {before:.1%} in its first week"
        )
    _, high = precision.interval
    if precision.count and high < limits.queue_precision:
        found.append(
            f"of {precision.count} decided cases {precision.hits} were confirmed, less than "
            f"{limits.queue_precision:.0%}"
        )
    return found


def in_words(line: DriftLine) -> str:
    """The figures as one sentence."""
    parts = []
    if line.shift is not None:
        parts.append(f"scores shifted by {line.shift:.2f} (limit {line.limits['score_shift']:g})")
    elif line.scores:
        parts.append(f"{line.scores} scores, too few on one side to be compared")
    if line.unknown is not None:
        against = "" if line.unknown_before is None else f", {line.unknown_before:.1%} at first"
        parts.append(f"words new to it {line.unknown:.1%}{against}")
    if line.decided:
        days = f"{line.limits['precision_days']:g} days"
        parts.append(
            f"confirmed {line.confirmed} of {line.decided} decided in {days} "
            f"[{line.low:.0%}, {line.high:.0%}]"
        )
    else:
        parts.append("nothing decided yet")
    return f"model {line.model}: {'; '.join(parts)}"
