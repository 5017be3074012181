"""Two demo reviewers and a demo supervisor, for the sample world alone.

They stand in for people so that the demo shows exports. They decide by this written rule, and by
nothing else; above all they do not know which site is which:

* the *reader of goods* confirms a case when a page that carries its verdict has a marked span of
  kind ``substance`` and either a price, a contact, or a marked span about selling or drops;
* the *reader of deals* confirms a case when such a page has marked spans of at least two kinds
  and a contact or a price, or recruits couriers.

Whoever's rule does not hold leaves the case to people. Both refuse any target outside the world.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from django.conf import settings

from blocking.apps import export_plan
from blocking.models import Export
from blocking.releases import release
from blocking.states import ExportState
from cases.assessing import as_assessment
from cases.models import AssessmentRow, Case, Person
from cases.people import Role, add_person
from domain.assessment import Assessment
from domain.assessment import Role as TextRole
from domain.decisions import Jurisdiction
from domain.errors import AccessError
from domain.targets import TargetKind
from review import service

_DEALING = frozenset({"selling", "logistics", "payment", "recruitment"})
_WORLD_SUFFIXES = (".test", ".example")


@dataclass(frozen=True, slots=True)
class WorldLimits:
    """What belongs to the world beside hosts under .test and .example."""

    onions: Collection[str]
    channels: Collection[str]

    def check(self, case: Case) -> None:
        """Raise AccessError for a target outside the world."""
        target = case.target
        inside = {
            TargetKind.HOST: target.value.endswith(_WORLD_SUFFIXES),
            TargetKind.ONION: target.value in self.onions,
            TargetKind.TELEGRAM: target.name.lower().lstrip("@") in self.channels,
        }.get(TargetKind(target.kind), False)
        if not inside:
            raise AccessError(f"demo reviewers decide nothing outside the sample world: {target}")


def goods(found: Assessment) -> bool:
    """The rule of the reader of goods."""
    kinds = {span.kind for span in found.spans}
    return "substance" in kinds and bool(found.prices or found.indicators or kinds & _DEALING)


def deals(found: Assessment) -> bool:
    """The rule of the reader of deals."""
    kinds = {span.kind for span in found.spans if span.kind != "ngram"}
    offers = len(kinds) >= 2 and bool(found.prices or found.indicators)
    return offers or found.role is TextRole.COURIER_RECRUITMENT


RULES: tuple[tuple[str, Callable[[Assessment], bool]], ...] = (
    ("demo-reader-of-goods", goods),
    ("demo-reader-of-deals", deals),
)
SUPERVISOR = "demo-supervisor"


def demo_people() -> tuple[list[Person], Person]:
    """The two reviewers and the supervisor, made when they are not there yet."""
    reviewers = [_person(name, Role.ANALYST) for name, _ in RULES]
    return reviewers, _person(SUPERVISOR, Role.SUPERVISOR)


def _person(name: str, role: Role) -> Person:
    found = Person.objects.filter(username=name).first()
    return found or add_person(name, secrets.token_urlsafe(24), role, actor="demo")


def review_all(limits: WorldLimits) -> dict[str, int]:
    """Have both decide what waits. Returns how many cases were confirmed and left to people."""
    reviewers, _ = demo_people()
    for person, (_, rule) in zip(reviewers, RULES, strict=True):
        for case in Case.objects.filter(state="in_review", restricted=False):
            if case.decisions.filter(person=person, review_round=case.review_round).exists():
                continue
            limits.check(case)
            if any(rule(found) for found in _carriers(case)):
                service.confirm(
                    case.pk,
                    person,
                    jurisdiction=Jurisdiction.SELLS_IN,
                    reason=f"rule {rule.__name__}",
                )
    return {
        "confirmed": Case.objects.filter(state="confirmed").count(),
        "left to people": Case.objects.filter(state__in=["in_review", "escalated"]).count(),
    }


def _carriers(case: Case) -> Sequence[Assessment]:
    rows = AssessmentRow.objects.filter(document_id__in=case.carriers, model=case.model)
    return [as_assessment(row) for row in rows]


def release_last() -> str:
    """Have the demo supervisor release what was built last. Returns what happened."""
    plan = export_plan(settings.NARCOWATCH)
    waiting = Export.objects.filter(state=ExportState.BUILT).order_by("-pk").first()
    if waiting is None:
        return "demo supervisor: nothing waits for release"
    _, supervisor = demo_people()
    done = release(waiting, supervisor, plan, plan.protection())
    return f"demo supervisor: released {done.export}, {done.sent} orders sent"
