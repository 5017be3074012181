"""What the last night brought and what broke, from its report.

The report names sources. Those of the restricted queue are left out of everything here, and people
who read no cases get numbers alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Person, Run, Target
from cases.people import Role, may
from domain.clock import utc_now
from domain.coverage import CoverageState
from domain.defang import defang, defang_prose
from domain.states import CaseState
from domain.targets import TargetKind
from review.service import READERS

NIGHT = "night"
#: Who sees figures of the house: all but those outside it.
HOUSE = frozenset(Role) - {Role.REGULATOR}
_SHOWN = 50
_HOLDS_SHOWN = 10
#: What was counted by reasons that are no address of anything.
_WITH_REASON = frozenset({"failed", "dropped", "skipped"})
_MOVED = re.compile(r"moves to [^:]+")
TOTALS: dict[str, Any] = {
    "sources": _("sources"),
    "requests": _("requests"),
    "refetched": _("requests made again after a kill"),
    "fetched": _("pages fetched"),
    "rendered": _("pages rendered"),
    "aids": _("robots.txt, sitemaps, icons"),
    "documents": _("documents"),
    "assessed": _("assessed"),
    "queued": _("sources with a case"),
    "failed": _("failed"),
    "dropped": _("dropped"),
}


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: how it ended, its seconds, what it counted; ``error`` where one may read it."""

    name: str
    state: str
    seconds: float
    counts: tuple[tuple[str, int], ...]
    error: str


@dataclass(frozen=True, slots=True)
class LastNight:
    """The newest night that ended. ``broken`` are its sources that fell silent, with why, for those
    who read cases: at most 50 of ``broken_count``; ``alarms`` name no source."""

    run: int
    state: str
    started_at: datetime
    finished_at: datetime | None
    starts: int
    totals: tuple[tuple[Any, int], ...]
    cases_found: int
    looked_again: int
    broken_count: int
    broken: tuple[str, ...]
    alarms: tuple[str, ...]
    refused_seeds: int
    stages: tuple[Stage, ...]

    @property
    def failed(self) -> tuple[Stage, ...]:
        """The stages that failed."""
        return tuple(stage for stage in self.stages if stage.state == "failed")

    @property
    def clean(self) -> bool:
        """Whether nothing broke."""
        return not (self.broken_count or self.alarms or self.refused_seeds or self.failed)


@dataclass(frozen=True, slots=True)
class Holds:
    """How many holds are past their end, and the cases of the oldest for those who read cases."""

    count: int
    cases: tuple[int, ...]


def running() -> datetime | None:
    """Since when a night is running, None where none is."""
    rows = Run.objects.filter(kind=NIGHT).order_by("-pk").values_list("state", "started_at")
    newest = rows.first()
    return newest[1] if newest and newest[0] == Run.State.RUNNING else None


def last_night(person: Person) -> LastNight | None:
    """The last night as ``person`` may see it; None where none has ended."""
    run = Run.objects.filter(kind=NIGHT).exclude(finished_at=None).order_by("-pk").first()
    if run is None:
        return None
    report, reads = run.report, may(person, READERS)
    broken = _broken(report)
    alarms = [*report.get("same_failure", []), *_lost(report)]
    return LastNight(
        run=run.pk,
        state=run.state,
        started_at=run.started_at,
        finished_at=run.finished_at,
        starts=run.starts,
        totals=_totals(report.get("totals", {})),
        cases_found=len(report.get("cases", [])),
        looked_again=len(report.get("looked_again", [])),
        broken_count=len(broken),
        broken=tuple(broken[:_SHOWN]) if reads else (),
        alarms=tuple(alarms),
        refused_seeds=len(report.get("refused_seeds", [])),
        stages=tuple(_stage(line, reads=reads) for line in report.get("stages", [])),
    )


def overdue_holds(person: Person) -> Holds:
    """The holds that nobody ended in time."""
    rows = Case.objects.filter(state=CaseState.ON_HOLD, hold_until__lte=utc_now(), restricted=False)
    cases = rows.order_by("hold_until").values_list("pk", flat=True)[:_HOLDS_SHOWN]
    return Holds(rows.count(), tuple(cases) if may(person, READERS) else ())


def _broken(report: Mapping[str, Any]) -> list[str]:
    """The sources that fell silent, with why, but for those of the restricted queue."""
    lines = [line for line in report.get("sources", []) if line["coverage"] == CoverageState.BROKEN]
    values = {line["source"].partition(":")[2] for line in lines}
    rows = Target.objects.filter(kind__in=[*TargetKind], value__in=values, case__restricted=True)
    hidden = {str(target) for target in rows}
    return [
        f"{defang(line['name'])}: {defang_prose(_MOVED.sub(_elsewhere, line['coverage_reason']))}"
        for line in lines
        if line["source"] not in hidden
    ]


def _elsewhere(match: re.Match[str]) -> str:
    """Where a source moves to is another target, whose case may be restricted."""
    return gettext("moves elsewhere")


def _lost(report: Mapping[str, Any]) -> list[str]:
    lost = [
        gettext("Telegram account lost: %(account)s") % {"account": account}
        for account in report.get("lost_accounts", [])
    ]
    if waiting := len(report.get("waiting_searches", [])):
        lost.append(gettext("Telegram searches that wait for an account: %(n)s") % {"n": waiting})
    if found := len(report.get("block_alarms", [])):
        lost.append(
            gettext("Alarms of looks at blocks, in the morning report: %(n)s") % {"n": found}
        )
    return lost


def _totals(totals: Mapping[str, int]) -> tuple[tuple[Any, int], ...]:
    return tuple((told, totals[name]) for name, told in TOTALS.items() if name in totals)


def _stage(line: Mapping[str, Any], *, reads: bool) -> Stage:
    """Errors may name a target. Whoever reads no cases finds them in the log of the machine."""
    counts: dict[str, int] = {}
    for name, n in line["counts"].items():
        what = name if name.partition(": ")[0] in _WITH_REASON else name.partition(": ")[0]
        counts[what] = counts.get(what, 0) + n
    error = line["error"] if reads else line["error"] and gettext("The log has the rest.")
    return Stage(line["stage"], line["state"], line["seconds"], (*counts.items(),), error)
