"""The model in force and its thresholds: what share of the cases each would queue, how the model
fares, and what was in force before. Nothing is changed here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from cases.models import AuditEvent, Case, Person, Run
from cases.people import Role, require
from domain.bands import Costs, ReviewBand
from domain.thresholds import ModelTold
from review.paging import Paged, paged
from review.tables import Cell, Table

THRESHOLD_READERS = frozenset({Role.SUPERVISOR, Role.AUDITOR, Role.OPERATOR, Role.ADMINISTRATOR})
_STEPS = tuple(step / 10 for step in range(1, 10))
_ACTIONS = ("model.adopted", "model.reverted")
#: Nights that are looked through for what they were run with.
_NIGHTS = 400


@dataclass(frozen=True, slots=True)
class Change:
    """That a model was put in the place of another (``adopted`` or ``reverted``)."""

    seq: int
    at: str
    actor: str
    what: str
    model: str
    instead_of: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """Nights in a row with the same model and settings; ``review`` is None where the model's own
    threshold held, ``known`` whether the nights wrote their thresholds down at all."""

    model: str
    review: float | None
    tie: float | None
    known: bool
    first: datetime
    last: datetime
    nights: int


@dataclass(frozen=True, slots=True)
class Drift:
    """How the model fares by the last night's report; None is not known."""

    run: int
    model: str
    shift: float | None
    unknown: float | None
    unknown_before: float | None
    confirmed: int
    decided: int
    low: float
    high: float
    alarms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ThresholdView:
    """Everything on the page. ``bands`` counts cases by what they ask of people."""

    queued: Table
    bands: tuple[tuple[ReviewBand, int], ...]
    drift: Drift | None
    changes: Paged[Change]
    stretches: tuple[Stretch, ...]


def view(
    person: Person, model: ModelTold, tie: float, costs: Sequence[Costs], *, page: int = 1
) -> ThresholdView:
    """What the record knows of ``model``, of ``tie`` (the threshold of ties) and of ``costs``.
    Raises AccessError."""
    require(person, THRESHOLD_READERS, "read thresholds")
    found = paged(AuditEvent.objects.filter(action__in=_ACTIONS).order_by("-seq"), page)
    changes = tuple(_change(event) for event in found.rows)
    nights = Run.objects.filter(kind="night").order_by("-pk")
    return ThresholdView(
        queued=_queued(_cuts(model, tie, costs)),
        bands=_bands(),
        drift=_drift(nights.exclude(finished_at=None).first()),
        changes=Paged(changes, found.number, found.more),
        stretches=_stretches(nights.values_list("started_at", "options")[:_NIGHTS]),
    )


def _cuts(model: ModelTold, tie: float, costs: Sequence[Costs]) -> list[tuple[float, str]]:
    """Probabilities with what each is, the lowest first."""
    cuts = [(step, "") for step in _STEPS]
    cuts.append((tie, _("the threshold of ties")))
    if not model.problem:
        cuts.append((model.own, _("the model's own threshold")))
    if model.review is not None:
        cuts.append((model.review, _("the threshold of the settings")))
    for one in costs:
        queued, first = one.cuts(model.in_force)
        whom = f"{one.lang or '*'}/{one.kind or '*'}"
        cuts.append((queued, _("queued by cost, %(whom)s") % {"whom": whom}))
        if first <= 1:
            cuts.append((first, _("looked at first by cost, %(whom)s") % {"whom": whom}))
    return sorted(cuts)


def _queued(cuts: Sequence[tuple[float, str]]) -> Table:
    """How many of the scored cases stand at or above each."""
    counts = {f"cut{at}": Count("pk", filter=Q(score__gte=cut)) for at, (cut, _) in enumerate(cuts)}
    rows = Case.objects.filter(restricted=False, score__isnull=False)
    found = rows.aggregate(scored=Count("pk"), **counts)
    scored: int = found["scored"]
    cells: list[tuple[Cell, ...]] = [
        (cut, told, found[f"cut{at}"], 100 * found[f"cut{at}"] / scored if scored else None)
        for at, (cut, told) in enumerate(cuts)
    ]
    return Table(
        "thresholds",
        _("What each threshold would queue"),
        (_("score"), _("what it is"), _("cases"), _("scored cases, per cent")),
        tuple(cells),
        _("Of all cases that have a score: %(n)s.") % {"n": scored},
    )


def _bands() -> tuple[tuple[ReviewBand, int], ...]:
    rows = Case.objects.filter(restricted=False, score__isnull=False).order_by()
    counted = dict(rows.values_list("band").annotate(n=Count("pk")))
    return tuple((band, counted.get(band.value, 0)) for band in reversed(ReviewBand))


def _drift(run: Run | None) -> Drift | None:
    told: Mapping[str, Any] | None = run.report.get("drift") if run else None
    if run is None or not told:
        return None
    return Drift(
        run=run.pk,
        model=told["model"],
        shift=told["shift"],
        unknown=told["unknown"],
        unknown_before=told["unknown_before"],
        confirmed=told["confirmed"],
        decided=told["decided"],
        low=told["low"],
        high=told["high"],
        alarms=tuple(told["alarms"]),
    )


def _change(event: AuditEvent) -> Change:
    told = event.details
    what = event.action.partition(".")[2]
    return Change(event.seq, event.at, event.actor, what, told["model"], told["instead_of"])


def _stretches(nights: Iterable[tuple[datetime, dict[str, Any]]]) -> tuple[Stretch, ...]:
    """``nights`` come the newest first."""
    found: list[Stretch] = []
    for started, options in nights:
        settings = options.get("thresholds") or {}
        with_what = (str(options.get("model", "")), settings.get("review"), settings.get("tie"),
                     bool(settings))  # fmt: skip
        if found and _with_what(found[-1]) == with_what:
            last = found[-1]
            found[-1] = Stretch(*with_what, started, last.last, last.nights + 1)
        else:
            found.append(Stretch(*with_what, started, started, 1))
    return tuple(found)


def _with_what(one: Stretch) -> tuple[str, float | None, float | None, bool]:
    return one.model, one.review, one.tie, one.known
