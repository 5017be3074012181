"""The tour: steps that tick themselves off by looking at the record, and what was misjudged."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from blocking.models import Export, Receipt
from blocking.states import ExportState
from cases.models import AuditEvent, Case, DecisionRow, Person
from cases.people import DECIDERS, RELEASERS, Role, roles_of
from domain.clock import iso
from domain.decisions import VerdictKind
from domain.defang import defang
from review.apps import DEMO_MARKER
from review.demo.content import MadeUp, made_up
from review.models import DossierRow, Note, SavedSearch

FILE = "tour.json"
_FIVE = 5
_PHARMACY = re.compile(r"pharmac|licen[cs]|prescri|аптек|лиценз|рецепт|дәріхана", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Tour:
    """A record that was filled for the tour: at which moment and event the trainee's part begins,
    and the numbers of its cases by slug."""

    begun_at: str
    event: int
    cases: Mapping[str, int]

    @property
    def began(self) -> datetime:
        return datetime.fromisoformat(self.begun_at)

    def numbers(self, *parts: str) -> list[int]:
        """The cases that are there for one of ``parts``, or of a family of that name."""
        wanted = [one.slug for one in made_up().values() if {one.part, one.family} & {*parts}]
        return [self.cases[slug] for slug in wanted]


def write(folder: Path, began: datetime, event: int, cases: Mapping[str, int]) -> None:
    """Keep what the tour goes by beside its record."""
    value = asdict(Tour(iso(began), event, dict(cases)))
    (folder / FILE).write_text(json.dumps(value), encoding="utf-8")


def tour_of(folder: Path, *, production: bool) -> Tour | None:
    """The tour whose record lies in ``folder``; None in production, and wherever there is none."""
    path = folder / FILE
    if production or not (folder / DEMO_MARKER).exists() or not path.is_file():
        return None
    value: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return Tour(value["begun_at"], value["event"], value["cases"])


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do: ``page`` is the name of the page to do it on, ``roles`` are who does it."""

    title: Any
    how: Any
    page: str
    roles: frozenset[Role]
    done: Callable[[Tour], bool]


@dataclass(frozen=True, slots=True)
class StepView:
    """A step as somebody sees it: ``link`` says that they may open its page."""

    number: int
    title: Any
    how: Any
    page: str
    roles: tuple[str, ...]
    done: bool
    link: bool


@dataclass(frozen=True, slots=True)
class Misjudged:
    """A verdict that was not true."""

    case_id: int
    target: str
    verdict: str
    why: str


def _verdicts(tour: Tour) -> QuerySet[DecisionRow]:
    return DecisionRow.objects.filter(decided_at__gte=tour.began)


def _five_decided(tour: Tour) -> bool:
    return DecisionRow.every.filter(decided_at__gte=tour.began).count() >= _FIVE


def _pharmacy_dismissed(tour: Tour) -> bool:
    rows = _verdicts(tour).filter(case=tour.cases["pharmacy"], verdict=VerdictKind.DISMISS)
    return any(_PHARMACY.search(reason) for reason in rows.values_list("reason", flat=True))


def _undone(tour: Tour) -> bool:
    return DecisionRow.every.filter(undone_at__gte=tour.began).exists()


def _noted(tour: Tour) -> bool:
    return Note.objects.filter(at__gte=tour.began).exists()


def _second_given(tour: Tour) -> bool:
    second = tour.numbers("second")
    return _verdicts(tour).filter(case__in=second).values("case").distinct().count() == len(second)


def _family_decided(tour: Tour) -> bool:
    members = tour.numbers("severnyi")
    rows = _verdicts(tour).filter(case__in=members).values_list("person_id", "case_id")
    by_person: dict[int, set[int]] = {}
    for person, case in rows:
        by_person.setdefault(person, set()).add(case)
    return any(found == set(members) for found in by_person.values())


def _held_or_escalated(tour: Tour) -> bool:
    actions = [f"decision.{kind}" for kind in (VerdictKind.HOLD, VerdictKind.ESCALATE)]
    return AuditEvent.objects.filter(seq__gt=tour.event, action__in=actions).exists()


def _searched(tour: Tour) -> bool:
    return SavedSearch.objects.filter(made_at__gte=tour.began).exists()


def _dossier_made(tour: Tour) -> bool:
    return DossierRow.objects.filter(state=DossierRow.State.MADE).exists()


def _released(tour: Tour) -> bool:
    rows = Export.objects.filter(state=ExportState.RELEASED, released_at__gte=tour.began)
    return rows.exists()


def _answered(tour: Tour) -> bool:
    return Receipt.objects.filter(received_at__gte=tour.began).exists()


STEPS = (
    Step(
        _("Decide five cases by keyboard"),
        _("The queue gives one case at a time; ? shows the keys. c confirms, d dismisses, 1 to 3 "
          "say what ties it to the country, Ctrl+Enter decides."),
        "queue", DECIDERS, _five_decided,
    ),
    Step(
        _("Find the pharmacy and dismiss it with the right reason"),
        _("It is among the cases, or in the search. Say what makes it lawful."),
        "search", DECIDERS, _pharmacy_dismissed,
    ),
    Step(
        _("Take a verdict back"),
        _("Within a minute of it: u in the queue. The record keeps both."),
        "queue", DECIDERS, _undone,
    ),
    Step(
        _("Write a note on a case"),
        _("n in the queue, or below a case. All who read the case read it."),
        "queue", DECIDERS, _noted,
    ),
    Step(
        _("Hold a case, or escalate one"),
        _("A hold needs a reason and an end; an escalated case is decided by others."),
        "queue", DECIDERS, _held_or_escalated,
    ),
    Step(
        _("Give the second verdict where a colleague has given the first"),
        _("Two cases wait for it, and you do not see what the colleague said. One of them was "
          "confirmed by mistake."),
        "queue", DECIDERS, _second_given,
    ),
    Step(
        _("Decide a family"),
        _("Four addresses of one operator. Open one of them, follow the link to its family, tick "
          "all and decide once. Those that you have decided alone count."),
        "search", DECIDERS, _family_decided,
    ),
    Step(
        _("Save a search"),
        _("Search for a word, narrow it, and keep it under a name."),
        "search", DECIDERS, _searched,
    ),
    Step(
        _("Make a dossier"),
        _("On the page of a confirmed case, or of a family whose cases you have decided."),
        "dossiers", DECIDERS, _dossier_made,
    ),
    Step(
        _("Release an export"),
        _("As supervisor1: look at what it changes and at what the gate says, and type its name."),
        "exports", RELEASERS, _released,
    ),
    Step(
        _("Answer an export as the regulator"),
        _("As regulator1: open the newest export, and say of an entry what became of it."),
        "own_exports", frozenset({Role.REGULATOR}), _answered,
    ),
)  # fmt: skip


def steps(tour: Tour, person: Person) -> list[StepView]:
    """The steps as ``person`` sees them."""
    mine = roles_of(person)
    return [
        StepView(
            number,
            step.title,
            step.how,
            step.page,
            tuple(sorted(role.value for role in step.roles)),
            step.done(tour),
            bool(step.roles & mine),
        )
        for number, step in enumerate(STEPS, 1)
    ]


def misjudged(tour: Tour, person: Person) -> tuple[list[Misjudged], int]:
    """The verdicts of ``person`` that are not true, and how many they gave of those that can be."""
    by_case: dict[int, MadeUp] = {tour.cases[slug]: one for slug, one in made_up().items()}
    kinds = [VerdictKind.CONFIRM, VerdictKind.DISMISS]
    rows: Sequence[DecisionRow] = list(
        _verdicts(tour).filter(person=person, verdict__in=kinds).order_by("decided_at", "pk")
    )
    shown = set(Case.objects.filter(restricted=False).values_list("pk", flat=True))
    known = [row for row in rows if row.case_id in by_case and row.case_id in shown]
    wrong = [
        row for row in known if (row.verdict == VerdictKind.CONFIRM) != by_case[row.case_id].sells
    ]
    language = get_language() or "en"
    return [
        Misjudged(
            row.case_id,
            defang(by_case[row.case_id].name or by_case[row.case_id].key.value),
            row.verdict,
            by_case[row.case_id].why.get(language, by_case[row.case_id].why["en"]),
        )
        for row in wrong
    ], len(known)
