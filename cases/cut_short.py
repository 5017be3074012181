"""Visits that a budget of the whole night cut short: what was left over is for the next night.

A source that the night did not come to was not looked at, whatever its row says. One that was
read in part is offered once more: a night that is cut every time would else read the same sites
for ever and never a new one.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat

from cases.models import Capture, RunCount, RunSource
from domain.candidates import Why
from domain.nights import CUT_SHORT, LISTEN
from domain.states import CaseState

#: Stages that count what they leave out, by source.
_STAGES = ("crawl", "channels")
#: Named beforehand: these come again by what named them.
ASKED_FOR = frozenset({Why.SEED, Why.SEARCH, Why.RECHECK, Why.TIP})
#: Cases that people have seen are looked at again on their own schedule.
_UNSEEN = (CaseState.NEW, CaseState.ASSESSED, CaseState.SCREENED_OUT)


@dataclass(frozen=True, slots=True)
class CutShort:
    """Row ids of targets found on the way whose last visit was cut short, the longest ago first:
    those that it did not come to, and those that it read in part, for the first time in a row."""

    not_begun: list[int]
    in_part: list[int]


def looks() -> QuerySet[RunSource]:
    """Visits that have ended and were not cut short before their first page."""
    return _visits().filter(done=True).exclude(_not_begun())


def before(run_id: int) -> CutShort:
    """What is left over from the nights before run ``run_id``."""
    earlier = _visits().filter(run__lt=run_id)
    later = _visits().filter(target=OuterRef("target"), run__gt=OuterRef("run"), run__lt=run_id)
    rows = earlier.filter(
        ~Exists(later),
        Exists(_cuts()),
        target__case__state__in=_UNSEEN,
        target__case__restricted=False,
    ).exclude(why__in=ASKED_FOR)
    found = CutShort([], [])
    for target_id, run, begun in (
        rows.annotate(begun=Exists(_captures()))
        .order_by("run", "pk")
        .values_list("target_id", "run_id", "begun")
    ):
        if not begun:
            found.not_begun.append(target_id)
        elif not _was_cut(target_id, run):
            found.in_part.append(target_id)
    return found


def _was_cut(target_id: int, run_id: int) -> bool:
    """Whether the visit before that of ``run_id`` was cut short in part, too."""
    visits = _visits().filter(target=target_id, run__lt=run_id).order_by("-run")
    last = visits.annotate(cut=Exists(_cuts()), begun=Exists(_captures())).first()
    return last is not None and last.cut and last.begun


def _visits() -> QuerySet[RunSource]:
    """Visits of nights; a listener's are none."""
    key = Concat(F("target__kind"), Value(":"), F("target__value"))
    return RunSource.objects.exclude(run__kind=LISTEN).annotate(key=key)


def _not_begun() -> Q:
    return Q(Exists(_cuts())) & ~Q(Exists(_captures()))


def _cuts() -> QuerySet[RunCount]:
    return RunCount.objects.filter(
        run=OuterRef("run"), stage__in=_STAGES, source=OuterRef("key"), reason__in=CUT_SHORT
    )


def _captures() -> QuerySet[Capture]:
    return Capture.objects.filter(run=OuterRef("run"), target=OuterRef("target"))
