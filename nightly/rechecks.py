"""Looking again at known cases: which are added to the night, and what was met there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q

from blocking.ordering import orderings
from cases import rechecking, runs
from cases.models import Capture, Case, Run, RunSource
from cases.rechecking import due_cases
from classifiers.store import read_card
from crawlers import visits
from domain.candidates import Why
from domain.coverage import Move
from nightly.looks import Looker
from nightly.night import Counted, Night
from nightly.proposing import propose

#: So many targets must have been tried by one way out before it is taken for cut off.
_TRIED = 3


def add_due(night: Night) -> Counted:
    """Known cases whose next look falls due become sources of the night."""
    due = due_cases(night.plan.schedule, night.run.started_at, orderings=orderings)
    rows = Case.objects.filter(pk__in=due.cases).select_related("target").in_bulk()
    for pk in due.cases:
        target = rows[pk].target
        first = target.candidates.exclude(url="").order_by("pk").first()
        runs.add_source(night.run, target.key, Why.RECHECK, url=first.url if first else "")
    known = RunSource.objects.filter(run=night.run, why=Why.RECHECK)
    return {
        ("in", "known cases"): known.count(),
        ("skipped", "known cases over the budget"): due.over_budget,
    }


def recheck(night: Night) -> Counted:
    """Write down what tonight's looks at known cases met, move cases by rule, propose the rest.

    A case counts as looked at again when a run before this one has fetched something of it.
    """
    counted: Counter[tuple[str, str]] = Counter()
    threshold = night.plan.review_threshold or float(read_card(night.plan.model_dir)["threshold"])
    looker = Looker(night.run, threshold, _moves(night.run), _cut_off(night.run))
    for case in _looked_at(night):
        seen = looker.look(case)
        if isinstance(seen, str):
            counted[("skipped", seen)] += 1
            continue
        with transaction.atomic():
            checked = rechecking.record(
                case.pk, night.run, seen, night.plan.recheck, clock=night.clock
            )
            if checked is not None:
                propose(checked.check, night, threshold)
    counted.update(_of_record(night.run))
    return dict(counted)


def _of_record(run: Run) -> Counted:
    """From the record, so that a stage that was killed and started again counts everything."""
    checks = run.checks.values("result").annotate(n=Count("pk")).order_by("result")
    proposals = run.proposals.values("kind").annotate(n=Count("pk")).order_by("kind")
    return {
        **{("out", f"looks: {row['result']}"): row["n"] for row in checks},
        **{("out", f"proposed: {row['kind']}"): row["n"] for row in proposals},
    }


def _looked_at(night: Night) -> Iterator[Case]:
    earlier = Capture.objects.filter(target=OuterRef("target_id"), run__lt=night.run.pk)
    rows = Case.objects.filter(
        Exists(earlier),
        target__visits__run=night.run,
        state__in=[*night.plan.schedule.days],
        restricted=False,
    )
    return rows.select_related("target").order_by("pk").iterator()


def _moves(run: Run) -> dict[int, Move[int]]:
    return visits.moves([run.pk])[run.pk]


def _cut_off(run: Run) -> frozenset[str]:
    """Ways out (``Egress`` values) by which the night reached nobody, of several that it tried."""
    rows = Capture.objects.filter(run=run).values("egress")
    reached = Count("target", distinct=True, filter=Q(status__gt=0))
    rows = rows.annotate(tried=Count("target", distinct=True), reached=reached)
    return frozenset(row["egress"] for row in rows if row["tried"] >= _TRIED and not row["reached"])
