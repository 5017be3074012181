"""A family before those who decide: its members, what ties them, one verdict for those ticked.

The verdict is given to each ticked case on its own, by the rules of a single one: what a safeguard
or the four-eyes rule refuses is refused for that case and named, and holds up no other.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cases import families
from cases.decisions import OPEN_STATES, informed
from cases.models import Case, DecisionRow, Family, Person
from cases.people import require
from domain.clock import Clock, utc_now
from domain.decisions import Jurisdiction, VerdictKind
from domain.defang import defang, defang_prose
from domain.errors import InputError, RuleError
from domain.states import CaseState
from review import service
from review.service import READERS

_MOST_TIES = 60
_SMALL = 12


@dataclass(frozen=True, slots=True)
class MemberView:
    """A case of the family; ``open`` says that the reader can decide it now."""

    case_id: int
    target: str
    kind: str
    state: str
    score: float
    open: bool
    proposed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TieView:
    """What some members have in common, and their numbers."""

    kind: str
    value: str
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FamilyView:
    """``ties_left_out`` is how many more ties there are than are shown."""

    family_id: int
    members: tuple[MemberView, ...]
    ties: tuple[TieView, ...]
    ties_left_out: int = 0


@dataclass(frozen=True, slots=True)
class Given:
    """What came of one ticked case: ``problem`` is empty where the verdict was taken."""

    case_id: int
    problem: str = ""


def family_view(family_id: int, person: Person) -> FamilyView:
    """The family as ``person`` may see it. Raises InputError where there is none to be seen."""
    require(person, READERS, "read cases")
    family = Family.objects.filter(pk=family_id).first()
    cases = list(
        Case.objects.filter(family=family, restricted=False)
        .select_related("target")
        .prefetch_related("proposed_verdicts")
        .order_by("-worth", "pk")
        if family
        else ()
    )
    if family is None or not cases:
        raise InputError(f"there is no family {family_id}")
    rounds = ("case_id", "review_round")
    mine = {
        *DecisionRow.objects.filter(person=person, case__in=cases).values_list(*rounds),
        *informed(person).filter(case__in=cases).values_list(*rounds),
    }
    found = [
        TieView(kind, defang_prose(value), tuple(sorted(who)))
        for (kind, value), who in families.ties(family).items()
    ]
    found.sort(key=lambda tie: (-len(tie.members), tie.kind, tie.value))
    return FamilyView(
        family_id,
        tuple(_member(case, decided=(case.pk, case.review_round) in mine) for case in cases),
        tuple(found[:_MOST_TIES]),
        max(0, len(found) - _MOST_TIES),
    )


def small_family(family_id: int | None, person: Person) -> FamilyView | None:
    """The family where it is small enough to stand beside a case, else None: a page of its own
    shows the others."""
    if family_id is None:
        return None
    members = Case.objects.filter(family_id=family_id, restricted=False)
    if not 1 < members[: _SMALL + 1].count() <= _SMALL:
        return None
    return family_view(family_id, person)


def _member(case: Case, *, decided: bool) -> MemberView:
    return MemberView(
        case.pk,
        defang(case.target.name or case.target.value),
        case.target.kind,
        case.state,
        case.score or 0.0,
        CaseState(case.state) in OPEN_STATES and not decided,
        tuple(sorted({row.verdict for row in case.proposed_verdicts.all()})),
    )


def decide_ticked(
    family_id: int,
    ticked: Collection[int],
    person: Person,
    verdict: VerdictKind,
    *,
    reason: str,
    jurisdiction: Jurisdiction | None = None,
    seconds: int = 0,
    drawn_share: float = 0.0,
    clock: Clock = utc_now,
) -> tuple[Given, ...]:
    """Give ``verdict`` (confirm or dismiss) to each ticked member, and say what came of each.

    ``seconds`` are shared among them; of dismissals ``drawn_share`` go to a second person. Raises
    InputError for cases that are not of the family, and for none ticked.
    """
    members = {member.case_id for member in family_view(family_id, person).members}
    if strangers := sorted(set(ticked) - members):
        raise InputError(
            _("Not of family %(family)s: %(cases)s.")
            % {"family": family_id, "cases": ", ".join(map(str, strangers))}
        )
    if not ticked:
        raise InputError(_("No case is ticked."))
    each = seconds // len(set(ticked))
    found = list[Given]()
    for case_id in sorted(set(ticked)):
        try:
            if verdict is VerdictKind.CONFIRM:
                service.confirm(
                    case_id, person, jurisdiction=jurisdiction, reason=reason, seconds=each,
                    clock=clock,
                )  # fmt: skip
            else:
                service.dismiss(
                    case_id, person, reason=reason, seconds=each, drawn_share=drawn_share,
                    clock=clock,
                )  # fmt: skip
        except (InputError, RuleError) as error:
            found.append(Given(case_id, str(error)))
        else:
            found.append(Given(case_id))
    return tuple(found)
