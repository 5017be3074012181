"""Who may read the restricted queue: named people for a time, never a group.

An administrator gives it with a reason and an end, and another administrator or a supervisor
confirms it; until then it is nothing. Nobody gives or confirms it for the own name. Ending it early
takes one person. Every step is in the audit chain, under the person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from cases import audit
from cases.models import Person
from cases.people import Role, may, require
from domain.clock import Clock, iso, utc_now
from domain.errors import AccessError, FourEyesError, InputError, RuleError
from review.models import RestrictedReader

GIVERS = frozenset({Role.ADMINISTRATOR})
CONFIRMERS = frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR})
LONGEST = timedelta(days=366)
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class GrantLine:
    """A grant, where it stands (``waits``, ``holds``, ``ended`` or ``expired``), and what the
    reader may do with it."""

    row: RestrictedReader
    standing: str
    may_confirm: bool
    may_end: bool


def reads(person: Person, *, clock: Clock = utc_now) -> bool:
    """Whether ``person`` may read the restricted queue now."""
    return person.is_active and standing_grants(person, clock()).exists()


def require_reader(person: Person, *, clock: Clock = utc_now) -> None:
    """Raise AccessError unless ``person`` may read the restricted queue now."""
    if not reads(person, clock=clock):
        raise AccessError(f"{person.username} has no such page")


def standing_grants(person: Person, now: datetime) -> QuerySet[RestrictedReader]:
    """The grants by which ``person`` reads. The regulator's people have none, whatever was given
    to them before they came there."""
    rows = RestrictedReader.objects.filter(person=person, ended_at=None, ends_at__gt=now)
    return rows.exclude(confirmed_at=None).exclude(person__groups__name=Role.REGULATOR)


def grants(person: Person, *, clock: Clock = utc_now) -> tuple[GrantLine, ...]:
    """The grants, the newest first. Raises AccessError."""
    require(person, CONFIRMERS, "see who reads the restricted queue")
    now = clock()
    rows = RestrictedReader.objects.select_related("person", "given_by", "confirmed_by", "ended_by")
    return tuple(_line(row, person, now) for row in rows[:_SHOWN])


def give(
    giver: Person, name: str, *, reason: str, ends_at: datetime, clock: Clock = utc_now
) -> RestrictedReader:
    """Give a person the restricted queue until ``ends_at``, once another confirms it.

    Raises AccessError; InputError for a person that there is not, is switched off, is of the
    regulator's, or has a grant, for no reason, and for an end that is past or too far off;
    FourEyesError for the own name.
    """
    require(giver, GIVERS, "give the restricted queue")
    now = clock()
    if not reason.strip():
        raise InputError(_("Give a reason."))
    if not now < ends_at <= now + LONGEST:
        raise InputError(
            _("The end is after now and within %(days)s days.") % {"days": LONGEST.days}
        )
    with transaction.atomic():
        person = Person.objects.select_for_update().filter(username=name).first()
        if person is None or not person.is_active or may(person, frozenset({Role.REGULATOR})):
            raise InputError(
                _("Nobody of the house who may sign in is called “%(name)s”.") % {"name": name}
            )
        if person.pk == giver.pk:
            raise FourEyesError(_("Nobody gives it to the own name."))
        if RestrictedReader.objects.filter(_open(now), person=person).exists():
            raise InputError(
                _("%(name)s has it already, or it waits to be confirmed.") % {"name": name}
            )
        row = RestrictedReader.objects.create(
            person=person, reason=reason.strip(), ends_at=ends_at, given_at=now, given_by=giver
        )
        told = {"reason": row.reason, "until": iso(ends_at)}
        _tell("given", row, giver, clock, **told)
    return row


def confirm(grant_id: int, person: Person, *, clock: Clock = utc_now) -> RestrictedReader:
    """Confirm what another gave. Raises AccessError, InputError for an unknown one, RuleError where
    it does not wait, FourEyesError for who gave it and for whom it is."""
    require(person, CONFIRMERS, "confirm who reads the restricted queue")
    with transaction.atomic():
        row = _grant(grant_id, clock())
        if row.confirmed_at is not None:
            raise RuleError(_("It is confirmed already."))
        if person.pk in (row.given_by_id, row.person_id):
            raise FourEyesError(_("Whoever gave it, and for whom it is, does not confirm it."))
        row.confirmed_at, row.confirmed_by = clock(), person
        row.save(update_fields=["confirmed_at", "confirmed_by"])
        _tell("confirmed", row, person, clock)
    return row


def end(grant_id: int, person: Person, reason: str, *, clock: Clock = utc_now) -> RestrictedReader:
    """End a grant at once, confirmed or not. Raises AccessError, InputError without a reason or for
    an unknown one, RuleError where it is over."""
    require(person, CONFIRMERS, "end who reads the restricted queue")
    if not reason.strip():
        raise InputError(_("Give a reason."))
    with transaction.atomic():
        row = _grant(grant_id, clock())
        row.ended_at, row.ended_by, row.ended_reason = clock(), person, reason.strip()
        row.save(update_fields=["ended_at", "ended_by", "ended_reason"])
        _tell("ended", row, person, clock, reason=row.ended_reason)
    return row


def _open(now: datetime) -> Q:
    return Q(ended_at=None, ends_at__gt=now)


def _grant(grant_id: int, now: datetime) -> RestrictedReader:
    rows = RestrictedReader.objects.select_for_update(of=("self",)).select_related("person")
    row = rows.filter(pk=grant_id).first()
    if row is None:
        raise InputError(f"there is no grant {grant_id}")
    if row.ended_at is not None or row.ends_at <= now:
        raise RuleError(_("It is over."))
    return row


def _line(row: RestrictedReader, person: Person, now: datetime) -> GrantLine:
    if row.ended_at is not None:
        standing = "ended"
    elif row.ends_at <= now:
        standing = "expired"
    else:
        standing = "waits" if row.confirmed_at is None else "holds"
    waits = standing == "waits" and person.pk not in (row.given_by_id, row.person_id)
    return GrantLine(row, standing, waits, standing in ("waits", "holds"))


def _tell(what: str, row: RestrictedReader, actor: Person, clock: Clock, **details: Any) -> None:
    audit.append(
        f"restricted_reader.{what}", f"person:{row.person.username}", actor=actor.username,
        details={"grant": row.pk, **details}, clock=clock,
    )  # fmt: skip
