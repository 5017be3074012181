"""Tokens by which programs act for people through the API.

A token does what its scopes say and never more than its owner may at that moment. It ends at its
time, when it is withdrawn, and for good when its owner is switched off or comes into another group
or to another recipient.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext as _

from cases import audit
from cases.models import AuditEvent, Person
from cases.people import Role, may, require, roles_of
from domain.clock import Clock, iso, utc_now
from domain.defang import printable
from domain.errors import AccessError, InputError
from review.exports import EXPORT_READERS
from review.last_night import HOUSE
from review.models import Token
from review.recipients import RECIPIENTS
from review.service import READERS
from review.trail import AUDIENCE

PREFIX = "nwt"
MOST_TOKENS = 20
_KEY_BYTES, _SECRET_BYTES = 6, 32
_LONGEST_NAME, _LONGEST_SHOWN = 60, 200
#: Once a minute is often enough to know that a token is in use, and costs no write a request.
_NOTED = timedelta(minutes=1)
#: What befalls a person and ends the tokens of before.
_ENDING = ("person.group_changed", "person.recipient_changed", "person.switched_off")
ADMINISTERING = frozenset({Role.ADMINISTRATOR})


class Scope(StrEnum):
    """What a token is for. None of them lets a program decide a case."""

    EXPORTS_READ = "exports:read"
    ORDERS_READ = "orders:read"
    RECEIPTS_READ = "receipts:read"
    RECEIPTS_WRITE = "receipts:write"
    APPEALS_READ = "appeals:read"
    CASES_READ = "cases:read"
    SEARCH_READ = "search:read"
    OVERVIEW_READ = "overview:read"
    RECONCILIATION_READ = "reconciliation:read"
    AUDIT_READ = "audit:read"


#: Whose tokens may have a scope: those who may open the pages that say the same.
MAY_HAVE: Mapping[Scope, frozenset[Role]] = {
    Scope.EXPORTS_READ: RECIPIENTS,
    Scope.ORDERS_READ: RECIPIENTS,
    Scope.RECEIPTS_READ: RECIPIENTS,
    Scope.RECEIPTS_WRITE: RECIPIENTS,
    Scope.APPEALS_READ: RECIPIENTS,
    Scope.CASES_READ: READERS,
    Scope.SEARCH_READ: READERS,
    Scope.OVERVIEW_READ: HOUSE,
    Scope.RECONCILIATION_READ: EXPORT_READERS,
    Scope.AUDIT_READ: AUDIENCE,
}


@dataclass(frozen=True, slots=True)
class Made:
    """A new token. ``secret`` is nowhere else and cannot be shown again."""

    token: Token
    secret: str


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token that was shown is good for: ``person``'s doings within ``scopes``."""

    token_id: int
    name: str
    person: Person
    scopes: frozenset[Scope]
    roles: frozenset[Role]
    ends_at: datetime

    def allows(self, scope: Scope) -> bool:
        """Whether the token has ``scope`` and its owner still may have it."""
        return scope in self.scopes and bool(self.roles & MAY_HAVE[scope])


@dataclass(frozen=True, slots=True)
class TokenLine:
    """A token in a list. ``dead`` says why it is good for nothing any more, "" where it is."""

    token_id: int
    name: str
    owner: str
    scopes: tuple[str, ...]
    made_at: datetime
    ends_at: datetime
    last_used_at: datetime | None
    dead: str


def scopes_for(person: Person) -> tuple[Scope, ...]:
    """The scopes that tokens of ``person`` may have."""
    held = roles_of(person)
    return tuple(scope for scope in Scope if held & MAY_HAVE[scope])


def make(
    person: Person,
    name: str,
    scopes: Sequence[str],
    days: int,
    *,
    most_days: int,
    clock: Clock = utc_now,
) -> Made:
    """Make a token for ``person`` that ends after so many days, ``most_days`` at the most.

    Raises InputError for no name, for no scope, and for an end out of bounds; AccessError for a
    scope that the person may not have, and for one too many tokens.
    """
    name = " ".join(name.split())
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise InputError(_("Give the token a name of at most 60 characters."))
    if not 1 <= days <= most_days:
        told = {"days": most_days}
        raise InputError(_("A token is good for 1 to %(days)s days.") % told)
    wanted = sorted({*scopes})
    allowed = scopes_for(person)
    if not wanted:
        raise InputError(_("Choose what the token is for."))
    if not {*wanted} <= {*allowed}:
        raise AccessError(_("Your group may not have a token for that."))
    now = clock()
    key, secret = secrets.token_hex(_KEY_BYTES), secrets.token_urlsafe(_SECRET_BYTES)
    with transaction.atomic():
        Person.objects.select_for_update().get(pk=person.pk)  # counts hold while one is added
        if _alive(Token.objects.filter(person=person), now).count() >= MOST_TOKENS:
            told = {"most": MOST_TOKENS}
            raise AccessError(_("You have %(most)s tokens: withdraw one first.") % told)
        token = Token(
            key=key,
            digest=_digest(secret),
            name=name,
            person=person,
            scopes=wanted,
            made_at=now,
            ends_at=now + timedelta(days=days),
            made_seq=0,
        )
        token.save()
        details = {"scopes": wanted, "ends_at": iso(token.ends_at), "owner": person.username}
        event = audit.append(
            "token.made", _subject(token), actor=person.username, details=details, clock=clock
        )
        token.made_seq = event.seq
        token.save(update_fields=["made_seq"])
    return Made(token, f"{PREFIX}_{key}_{secret}")


def own(person: Person, *, clock: Clock = utc_now) -> tuple[TokenLine, ...]:
    """The newest tokens of ``person``, dead ones among them."""
    return _lines(Token.objects.filter(person=person), clock())


def everybodys(person: Person, *, clock: Clock = utc_now) -> tuple[TokenLine, ...]:
    """The tokens of all people that are still good. Raises AccessError but for administrators."""
    require(person, ADMINISTERING, "see everybody's tokens")
    return all_lines(clock=clock)


def all_lines(*, clock: Clock = utc_now) -> tuple[TokenLine, ...]:
    """The same for a command."""
    now = clock()
    return _lines(_alive(Token.objects.all(), now), now, most=None)


def withdraw(token_id: int, person: Person, *, clock: Clock = utc_now) -> None:
    """End an own token, or as an administrator anybody's. Raises InputError where there is none
    such."""
    rows = Token.objects.filter(pk=token_id)
    if not may(person, ADMINISTERING):
        rows = rows.filter(person=person)
    _withdraw(rows, person.username, clock)


def withdraw_as(token_id: int, actor: str, *, clock: Clock = utc_now) -> None:
    """The same for a command, whose ``actor`` is no person."""
    _withdraw(Token.objects.filter(pk=token_id), actor, clock)


def grant_of(shown: str, *, clock: Clock = utc_now) -> Grant | None:
    """What a token that was ``shown`` is good for; None for one that is good for nothing.

    It is found by its key, which is no secret, and its secret's digest is compared in constant
    time, also where there is no such key.
    """
    kind, _cut, rest = shown.partition("_")
    key, _cut, secret = rest.partition("_")
    found = Token.objects.select_related("person").filter(key=key[:16]).first()
    same = hmac.compare_digest(found.digest if found else _digest(""), _digest(secret))
    now = clock()
    if found is None or not same or kind != PREFIX or _dead(found, now) or _owner_changed(found):
        return None
    if found.last_used_at is None or now - found.last_used_at >= _NOTED:
        Token.objects.filter(pk=found.pk).update(last_used_at=now)
    return Grant(
        token_id=found.pk,
        name=found.name,
        person=found.person,
        scopes=frozenset(Scope(scope) for scope in found.scopes if scope in set(Scope)),
        roles=roles_of(found.person),
        ends_at=found.ends_at,
    )


def _digest(secret: str) -> str:
    """256 random bits are guessed by nobody: a slow hash would only slow every request down."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def _subject(token: Token) -> str:
    return f"token:{token.pk}"


def _dead(token: Token, now: datetime) -> str:
    if token.withdrawn_at:
        return _("withdrawn")
    if token.ends_at <= now:
        return _("expired")
    return "" if token.person.is_active else _("its owner is switched off")


def _owner_changed(token: Token) -> bool:
    events = AuditEvent.objects.filter(
        subject=f"person:{token.person.username}", action__in=_ENDING, seq__gt=token.made_seq
    )
    return events.exists()


def _changed() -> Exists:
    subject = Concat(Value("person:"), OuterRef("person__username"))
    return Exists(
        AuditEvent.objects.filter(subject=subject, action__in=_ENDING, seq__gt=OuterRef("made_seq"))
    )


def _alive(rows: QuerySet[Token], now: datetime) -> QuerySet[Token]:
    good = Q(withdrawn_at=None, ends_at__gt=now, person__is_active=True)
    return rows.filter(good).exclude(_changed())


def _lines(
    rows: QuerySet[Token], now: datetime, *, most: int | None = _LONGEST_SHOWN
) -> tuple[TokenLine, ...]:
    rows = rows.select_related("person").annotate(changed=_changed(), owner=F("person__username"))
    return tuple(
        TokenLine(
            token_id=row.pk,
            name=printable(row.name),
            owner=row.owner,
            scopes=tuple(row.scopes),
            made_at=row.made_at,
            ends_at=row.ends_at,
            last_used_at=row.last_used_at,
            dead=_dead(row, now) or (_("its owner changed groups") if row.changed else ""),
        )
        for row in rows[:most]
    )


def _withdraw(rows: QuerySet[Token], actor: str, clock: Clock) -> None:
    with transaction.atomic():
        token = rows.select_for_update().filter(withdrawn_at=None).first()
        if token is None:
            raise InputError(_("There is no such token."))
        token.withdrawn_at, token.withdrawn_by = clock(), actor
        token.save(update_fields=["withdrawn_at", "withdrawn_by"])
        audit.append("token.withdrawn", _subject(token), actor=actor, clock=clock)
