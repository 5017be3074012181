"""How people decide: whether they agree, how long they take, what becomes of what they escalate.

Two people have decided a case together when both confirmed or dismissed it in one round of review,
each before they saw what the other said. Cases of the restricted queue are left out.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from cases.decisions import UNDECIDED
from cases.models import Case, DecisionRow
from domain.decisions import VerdictKind
from domain.states import CaseState
from review.agreement import (
    Crossed,
    Interval,
    kappa,
    kappa_interval,
    pooled_kappa,
    quantile,
    share_interval,
)
from review.tables import Cell, Table
from review.vocabulary import called

PERIODS = (30, 90, 365)
#: Below so many cases a kappa says little.
FEW = 30
_JUDGED = (VerdictKind.CONFIRM, VerdictKind.DISMISS)
_PEOPLE = "people"


class Pair(NamedTuple):
    """Two people by their names, in alphabetical order."""

    one: str
    other: str


@dataclass(frozen=True)
class SecondReview:
    """The figures of so many ``days`` up to ``now``. What is asked for is read once."""

    days: int
    now: datetime

    @property
    def since(self) -> datetime:
        return self.now - timedelta(days=self.days)

    @cached_property
    def _crossed(self) -> dict[tuple[Pair, str], Counter[tuple[str, str, float]]]:
        """What pairs said of cases, by language; cases without one under ``""``, all under
        ``people``. Whoever decides what was escalated is in no pair: such cases are picked for
        their disagreement."""
        other = "case__decisions"
        rows = self._decisions().filter(
            Q(verdict__in=_JUDGED),
            **{
                f"{other}__review_round": F("review_round"),
                f"{other}__person__username__gt": F("person__username"),
                f"{other}__verdict__in": _JUDGED,
                f"{other}__undone_at": None,
                f"{other}__state_before": CaseState.IN_REVIEW,
            },
            state_before=CaseState.IN_REVIEW,
        )
        names = ("person__username", "verdict", "drawn_share")
        keys = (*names, *(f"{other}__{name}" for name in names))
        found: dict[tuple[Pair, str], Counter[tuple[str, str, float]]] = defaultdict(Counter)
        for one, said, drawn, two, answered, also_drawn, langs, n in rows.values_list(
            *keys, "case__langs"
        ).annotate(n=Count("pk")):
            stands_for = 1 / (drawn or also_drawn or 1)
            for group in (_PEOPLE, *(f"lang:{lang}" for lang in langs or [""])):
                found[Pair(one, two), group][said, answered, stands_for] += n
        return dict(found)

    @cached_property
    def _pairs(self) -> tuple[tuple[Cell, ...], ...]:
        return tuple(
            (pair.one, pair.other, *_figures(Crossed(cells)))
            for (pair, group), cells in sorted(self._crossed.items())
            if group == _PEOPLE
        )

    def pairs(self) -> Table:
        """Agreement of each pair of people who decided cases together."""
        headers = (_("person"), _("other person"), *_HEADERS)
        return Table("pairs", _("By pair of people"), headers, self._pairs, _KAPPA_NOTE)

    @cached_property
    def _by_language(self) -> dict[str, tuple[Cell, ...]]:
        by_language: dict[str, list[Crossed]] = defaultdict(list)
        for (_pair, group), cells in self._crossed.items():
            if group != _PEOPLE:
                by_language[group.removeprefix("lang:")].append(Crossed(cells))
        return {lang: _pooled(pairs) for lang, pairs in sorted(by_language.items())}

    def languages(self) -> Table:
        """Agreement by the language of cases, over all pairs."""
        rows = [(called(lang, "language"), *pooled) for lang, pooled in self._by_language.items()]
        headers = (_("language"), *_HEADERS[:-2])
        note = _(
            "A case in several languages counts in each. Kappa is pooled over the pairs (de Vries "
            "and others, 2008), each weighing as many cases as it decided."
        )
        return Table("languages", _("By language"), headers, tuple(rows), note)

    @cached_property
    def _seconds(self) -> dict[tuple[str, str], tuple[Cell, ...]]:
        rows = self._of_ended_reviews().order_by()
        counted = rows.values_list("person__username", "verdict", "seconds")
        seconds: dict[tuple[str, str], dict[float, int]] = defaultdict(dict)
        untimed: Counter[tuple[str, str]] = Counter()
        for who, verdict, took, n in counted.annotate(n=Count("pk")):
            if took:
                seconds[who, verdict][took] = n
            else:
                untimed[who, verdict] += n
        found: dict[tuple[str, str], tuple[Cell, ...]] = {}
        for key in sorted({*seconds, *untimed}):
            counts = seconds.get(key, {})
            middle, most = quantile(counts, 0.5), quantile(counts, 0.9)
            found[key] = (sum(counts.values()), middle, most, untimed[key])
        return found

    @cached_property
    def _escalations(self) -> list[tuple[str, str | None, str, bool, int]]:
        return list(self._escalated())

    def read(self) -> None:
        """Read everything from the record that the tables need."""
        for make in TABLES.values():
            make(self)

    def times(self) -> Table:
        """Seconds from a case on the screen to its verdict, by person and verdict."""
        rows = tuple(
            (who, called(verdict, "verdict"), *figures)
            for (who, verdict), figures in self._seconds.items()
        )
        headers = (
            _("person"), _("verdict"), _("decisions"), _("median seconds"),
            _("90th percentile, seconds"), _("not timed"),
        )  # fmt: skip
        note = _(
            "Verdicts on cases that are open still are not told here. Those given on the command "
            "line are not timed."
        )
        return Table("times", _("Time per decision"), headers, rows, note)

    def escalations(self) -> Table:
        """What was escalated, by a person or by two who disagree, and how it ended."""
        endings: Counter[tuple[bool, str]] = Counter()
        for verdict, ended, state, current, n in self._escalations:
            endings[verdict == VerdictKind.ESCALATE, _ending(ended, state, current=current)] += n
        ways = ((True, gettext("asked for")), (False, gettext("disagreed")))
        rows: list[tuple[Cell, ...]] = []
        for asked, told in ways:
            counts = [endings[asked, ending] for ending in _ENDINGS]
            rows.append((told, sum(counts), *counts))
        headers = (_("escalated because"), _("cases"), *_ENDINGS.values())
        return Table("escalations", _("Escalations and how they ended"), headers, tuple(rows))

    def _escalated(self) -> QuerySet[DecisionRow, tuple[str, str | None, str, bool, int]]:
        later = DecisionRow.objects.filter(
            case=OuterRef("case"),
            review_round=OuterRef("review_round"),
            state_before=CaseState.ESCALATED,
            led_to__in=[CaseState.CONFIRMED, CaseState.DISMISSED],
        )
        rows = self._decisions().filter(led_to=CaseState.ESCALATED).order_by()
        rows = rows.annotate(
            ended=Subquery(later.values("led_to")[:1]),
            current=Q(review_round=F("case__review_round")),
        )
        return rows.values_list("verdict", "ended", "case__state", "current").annotate(
            n=Count("pk")
        )

    def _decisions(self) -> QuerySet[DecisionRow]:
        rows = DecisionRow.objects.filter(case__restricted=False, decided_at__gte=self.since)
        return rows.filter(decided_at__lte=self.now)

    def _of_ended_reviews(self) -> QuerySet[DecisionRow]:
        """Without verdicts on cases that are open still: told by person and kind, they would tell
        whoever has yet to decide."""
        going_on = Q(case__in=Case.objects.filter(UNDECIDED), review_round=F("case__review_round"))
        return self._decisions().exclude(going_on)


_HEADERS: tuple[Any, ...] = (
    _("cases decided by both"), _("agreed"), _("agreement"), _("agreement from"), _("agreement to"),
    _("kappa"), _("kappa from"), _("kappa to"),
)  # fmt: skip
_KAPPA_NOTE = _(
    "The first two verdicts of a review are compared. Intervals are at 95 %: Wilson (1927) for "
    "agreement; Fleiss, Cohen and Everitt (1969) for Cohen's kappa (1960), which below 30 cases "
    "says little. A drawn share of first dismissals goes to a second person: for kappa each of "
    "them stands for as many as were drawn from."
)
_ENDINGS: dict[str, Any] = {
    "confirmed": _("confirmed"),
    "dismissed": _("dismissed"),
    "open": pgettext_lazy("not decided", "open"),
    "held": _("on hold"),
    "other": _("otherwise"),
}
#: The tables by the names of their files, in the order of the page.
TABLES: dict[str, Callable[[SecondReview], Table]] = {
    "pairs": SecondReview.pairs,
    "languages": SecondReview.languages,
    "times": SecondReview.times,
    "escalations": SecondReview.escalations,
}


def of_days(days: int) -> SecondReview:
    """The figures of so many days up to now."""
    return SecondReview(days, timezone.now())


def _figures(crossed: Crossed) -> tuple[Cell, ...]:
    agreed, cases = crossed.agreed, crossed.cases
    bounds: Interval | tuple[None, None] = kappa_interval(crossed) or (None, None)
    return (*_shares(agreed, cases), kappa(crossed), *bounds)


def _pooled(pairs: list[Crossed]) -> tuple[Cell, ...]:
    cases, agreed = sum(one.cases for one in pairs), sum(one.agreed for one in pairs)
    return (*_shares(agreed, cases), pooled_kappa(pairs))


def _shares(agreed: int, cases: int) -> tuple[Cell, ...]:
    share = agreed / cases if cases else None
    return (cases, agreed, share, *share_interval(agreed, cases))


def _ending(ended: str | None, state: str, *, current: bool) -> str:
    """How an escalation ended, by the verdict that closed it, or by where the case is without."""
    if ended:
        return ended
    if current and state == CaseState.ESCALATED:
        return "open"
    return "held" if current and state == CaseState.ON_HOLD else "other"
