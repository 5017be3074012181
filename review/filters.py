"""Which cases somebody wants to be given: checked, kept under names, each person's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields

from django.utils.translation import gettext as _

from cases.decisions import OPEN_STATES
from cases.models import Person
from domain.errors import InputError
from review.leases import Wanted
from review.models import SavedFilter

#: Filters of one person.
MOST = 50
_LONGEST = 60


def wanted_from(values: Mapping[str, str]) -> Wanted:
    """The filter that ``values`` speak of, names that are none left out.

    Raises InputError for a state in which nothing is decided, and for values too long to be any.
    """
    known = {field.name: str(values.get(field.name, "")).strip() for field in fields(Wanted)}
    for name, value in known.items():
        if len(value) > _LONGEST:
            raise InputError(
                _("%(name)s: longer than %(most)s characters.") % {"name": name, "most": _LONGEST}
            )
        if '"' in value or "\\" in value:
            raise InputError(
                _("“%(value)s” is no value of the filter “%(name)s”.")
                % {"value": value, "name": name}
            )
    if known["state"] and known["state"] not in OPEN_STATES:
        raise InputError(_("Nothing is decided in the state “%(state)s”.") % known)
    return Wanted(**known)


def saved(person: Person) -> list[SavedFilter]:
    """The filters of ``person``, by name."""
    return list(SavedFilter.objects.filter(person=person))


def save(person: Person, name: str, wanted: Wanted) -> SavedFilter:
    """Keep a filter, in place of the one of that name. Raises InputError for no name, one that is
    too long, and more than ``MOST``."""
    name = " ".join(name.split())
    if not 0 < len(name) <= _LONGEST:
        raise InputError(_("A name has 1 to %(most)s characters.") % {"most": _LONGEST})
    mine = SavedFilter.objects.filter(person=person)
    if mine.count() >= MOST and not mine.filter(name=name).exists():
        raise InputError(
            _("Nobody keeps more than %(most)s filters: delete one first.") % {"most": MOST}
        )
    row, _made = SavedFilter.objects.update_or_create(
        person=person, name=name, defaults={"wanted": asdict(wanted)}
    )
    return row


def chosen(person: Person, filter_id: int) -> Wanted:
    """A kept filter. Raises InputError where ``person`` has none of that number."""
    return wanted_from(_own(person, filter_id).wanted)


def delete(person: Person, filter_id: int) -> None:
    """Keep a filter no longer. Raises as ``chosen``."""
    _own(person, filter_id).delete()


def _own(person: Person, filter_id: int) -> SavedFilter:
    row = SavedFilter.objects.filter(person=person, pk=filter_id).first()
    if row is None:
        raise InputError(f"you have no filter {filter_id}")
    return row
