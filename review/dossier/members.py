"""Which cases a dossier is about, and who may have it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cases.bundles.access import allowed, check_access
from cases.models import Case, Family, Person
from cases.people import DECIDERS, require
from domain.errors import InputError

#: Cases in one dossier: a book of more is read by nobody, and takes long to make.
MOST_CASES = 60


@dataclass(frozen=True, slots=True)
class Members:
    """The cases of a dossier on ``subject``. ``left_out`` are those of the family that the person
    may not take out, or that are too many; restricted ones are not even counted."""

    subject: str
    cases: tuple[Case, ...]
    left_out: int = 0


def of_case(case_id: int, person: Person) -> Members:
    """One case. Raises InputError where there is none, AccessError where ``person`` may not take
    its evidence (see ``cases.bundles.access``)."""
    require(person, DECIDERS, "make dossiers")
    case = Case.objects.select_related("target").filter(pk=case_id).first()
    if case is None:
        raise InputError(f"there is no case {case_id}")
    check_access(case, person)
    return Members(f"case:{case_id}", (case,))


def of_family(family_id: int, person: Person) -> Members:
    """The cases of a family that ``person`` may take out, those worth most first. Raises InputError
    where there is no family, or nothing of it may go out."""
    require(person, DECIDERS, "make dossiers")
    family = Family.objects.filter(pk=family_id).first()
    rows = Case.objects.filter(family=family, restricted=False) if family else Case.objects.none()
    known = list(rows.select_related("target").order_by("-worth", "pk"))
    if not known:
        raise InputError(f"there is no family {family_id}")
    mine = allowed(known, person)
    taken = sorted([case for case in known if case.pk in mine][:MOST_CASES], key=lambda one: one.pk)
    if not taken:
        raise InputError(
            _("Nothing of family %(family)s may leave the house yet: its cases are on hold or not "
              "decided by you.") % {"family": family_id}
        )  # fmt: skip
    return Members(f"family:{family_id}", tuple(taken), len(known) - len(taken))


def check_all(cases: Iterable[Case], person: Person) -> None:
    """Raise AccessError unless ``person`` may take out every one of ``cases``."""
    require(person, DECIDERS, "have dossiers")
    for case in cases:
        check_access(case, person)
