"""The coverage contract over the record: each source against its own history, where it leads to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.db.models import Count

from cases.models import DocumentRow, Run, RunSource, Target
from channels.mtproto.addresses import is_request
from crawlers import visits
from domain.candidates import Why
from domain.captures import IN_DOUBT
from domain.coverage import (
    HISTORY,
    Coverage,
    CoverageState,
    Move,
    Yield,
    follow,
    judge,
    moved,
    together,
)
from domain.seeds import DOCUMENTS
from domain.targets import TargetKind
from nightly.kinds import read_by

_NOTHING = Yield(0, {})


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a run's sources brought and where they redirect to, by their targets' row ids."""

    yields: Mapping[int, Yield]
    moves: Mapping[int, Move[int]]
    ends: Mapping[int, Target]

    @classmethod
    def of(cls, run: Run, yields: Mapping[int, Yield]) -> Gathered:
        """The run's, with what its sources brought."""
        moves = visits.moves([run.pk])[run.pk]
        return cls(yields, moves, Target.objects.in_bulk([follow(at, moves)[0] for at in moves]))

    def destination(self, target_id: int) -> Target | None:
        """Where the redirects of a source's first page end, if not at the source itself."""
        end, _ = follow(target_id, self.moves)
        return None if end == target_id else self.ends[end]

    def coverage(self, row: RunSource) -> Coverage:
        """The contract holds for seeds and search pages. Posts of a channel are stored once, so
        nights do not compare where a source is one or leads to one."""
        if row.target.kind not in read_by(row.run) and not is_request(row.target.value):
            return Coverage(CoverageState.LEFT_OUT, f"not read by {row.run.kind}")
        if row.why not in {Why.SEED, Why.SEARCH}:
            return Coverage(CoverageState.KEPT)
        end, stuck = follow(row.target_id, self.moves)
        here = self.yields.get(row.target_id, _NOTHING)
        there = replace(self.yields.get(end, _NOTHING), stuck=stuck)
        target = self.destination(row.target_id)
        if target is not None and target.kind not in read_by(row.run):
            why = f"moves to {target.name}, not read by {row.run.kind}"
            return Coverage(CoverageState.LEFT_OUT, why)
        history = [] if TargetKind.TELEGRAM in _kinds(row, target) else _history(row)
        if target is None:
            return judge(row.expect, there, history)
        now = there if row.expect == DOCUMENTS else together(here, there)
        return moved(judge(row.expect, now, history), target.name)


def _kinds(row: RunSource, target: Target | None) -> set[str]:
    return {row.target.kind, target.kind if target else ""}


def _history(row: RunSource) -> list[int]:
    """Documents that it, or where it led to, gave in earlier finished runs, newest first."""
    earlier = (
        Run.objects.filter(pk__lt=row.run_id, sources__target=row.target_id, kind=row.run.kind)
        .exclude(state__in=[Run.State.RUNNING, Run.State.FAILED, Run.State.DAMAGED])
        .order_by("-pk")[:HISTORY]
    )
    moves = visits.moves([run.pk for run in earlier])
    ends = [(run_id, follow(row.target_id, onward)[0]) for run_id, onward in moves.items()]
    rows = DocumentRow.objects.filter(
        capture__run__in=[run_id for run_id, _ in ends], target__in={end for _, end in ends}
    ).exclude(capture__outcome__in=IN_DOUBT)
    counted = rows.values("capture__run_id", "target_id").annotate(n=Count("pk"))
    found = {(each["capture__run_id"], each["target_id"]): each["n"] for each in counted}
    return [found.get(end, 0) for end in ends]
