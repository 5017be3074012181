"""Searches that people keep for themselves: nobody else sees or changes them."""

from __future__ import annotations

from collections.abc import Callable

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cases import audit
from cases.models import Person
from cases.people import require
from domain.clock import Clock, utc_now
from domain.errors import InputError
from index.engine import Engine
from review.alerts.looking import all_hits, know
from review.alerts.plan import AlertPlan, Way, destination
from review.models import Alert, SavedSearch
from review.searches import Search
from review.service import READERS

MOST = 50
_LONGEST_NAME = 100


def searches_of(person: Person) -> QuerySet[SavedSearch]:
    """What ``person`` keeps, by name."""
    require(person, READERS, "search")
    return SavedSearch.objects.filter(person=person)


def one(search_id: int, person: Person) -> SavedSearch:
    """A search of ``person``'s own. Raises InputError where they have none of that number."""
    found = searches_of(person).filter(pk=search_id).first()
    if found is None:
        raise InputError(f"{person.username} has no saved search {search_id}")
    return found


def save(person: Person, name: str, search: Search, *, clock: Clock = utc_now) -> SavedSearch:
    """Keep a search. Raises InputError for a name that is empty or taken, and beyond MOST."""
    if searches_of(person).count() >= MOST:
        raise InputError(
            _("You keep %(most)s searches, and more there cannot be.") % {"most": MOST}
        )
    saved = SavedSearch(person=person, asks=search.address(), made_at=clock())
    return _named(saved, name)


def rename(saved: SavedSearch, name: str) -> None:
    """Raises InputError for a name that is empty or taken."""
    _named(saved, name)


def delete(saved: SavedSearch) -> None:
    """Forget a search, and what was still to be told of it."""
    saved.delete()


def switch(
    saved: SavedSearch,
    way: Way,
    address: str,
    plan: AlertPlan,
    open_engine: Callable[[], Engine],
    *,
    clock: Clock = utc_now,
) -> None:
    """Have new hits told by ``way``, or not any more. What it finds now is not new: an engine is
    opened for that alone. The audit chain is told where to they go, by host or domain.

    Raises InputError for an address that alerts may not go to, and for a search that finds more
    than can be watched; IndexingError when the engine fails.
    """
    plan.check(way, address)
    begins = way is not Way.OFF and saved.alert == Way.OFF
    known = _found(saved, open_engine) if begins else set[str]()
    with transaction.atomic():
        if way is Way.OFF:
            saved.alerts.exclude(state=Alert.State.SENT).delete()
            address = ""
        know(saved, known)
        SavedSearch.objects.filter(pk=saved.pk).update(alert=way, address=address, problem="")
        audit.append(
            "search.alert_set",
            f"search:{saved.pk}",
            actor=saved.person.username,
            details={"way": way.value, "to": destination(way, address)},
            clock=clock,
        )


def _found(saved: SavedSearch, open_engine: Callable[[], Engine]) -> set[str]:
    engine = open_engine()
    try:
        return {*all_hits(saved, engine)}
    finally:
        engine.close()


def _named(saved: SavedSearch, name: str) -> SavedSearch:
    saved.name = " ".join(name.split())
    if not 0 < len(saved.name) <= _LONGEST_NAME:
        raise InputError(_("A name has 1 to %(most)s characters.") % {"most": _LONGEST_NAME})
    try:
        with transaction.atomic():
            saved.save(update_fields=["name"] if saved.pk else None)
    except IntegrityError as error:
        raise InputError(_("You have a search of this name.")) from error
    return saved
