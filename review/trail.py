"""The audit chain as people look through it: filtered, by pages, as files.

What is of the restricted queue is not in it: events whose subject is a restricted case or its
target are left out, and details that name such a target are withheld. How many were left out is
told, since numbers are missing in the sequence; but not for one subject alone, which would tell
that it is restricted.

Nor has it, for a supervisor, what others think of open cases that this supervisor could still
decide (``review.blindness``); an auditor decides none and reads all of that.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from cases import audit
from cases.crosscheck import contradictions
from cases.models import AuditEvent, AuditHead, Case, Person, Target
from cases.people import Role, require
from domain.clock import iso
from domain.digests import canonical_json
from domain.targets import TargetKind
from review.blindness import is_blind, kept_from
from review.tables import Cell

AUDIENCE = frozenset({Role.SUPERVISOR, Role.AUDITOR})
PAGE = 50
_CHUNK = 1_000
_KEY = re.compile(rf"(?:{'|'.join(TargetKind)}):([^\s\"',;()<>\[\]]+)")
_CASE = re.compile(r"\bcase:(\d{1,18})\b")
HEADERS = ("seq", "at", "actor", "action", "subject", "details", "previous", "hash")
WITHHELD = {"withheld": True}


@dataclass(frozen=True, slots=True)
class Filter:
    """Which events are wanted; empty fields ask for nothing. An action that ends with a dot stands
    for all that begin so; ``first`` and ``last`` are days where the house is, both included."""

    actor: str = ""
    action: str = ""
    subject: str = ""
    first: date | None = None
    last: date | None = None

    def as_details(self) -> dict[str, str]:
        """For the chain: what was asked for."""
        values = {
            "actor": self.actor,
            "action": self.action,
            "subject": self.subject,
            "first": self.first.isoformat() if self.first else "",
            "last": self.last.isoformat() if self.last else "",
        }
        return {name: value for name, value in values.items() if value}


@dataclass(frozen=True, slots=True)
class Shown:
    """An event as it may be shown; ``details`` are withheld where they name what is restricted."""

    event: AuditEvent
    details: Any

    @property
    def text(self) -> str:
        """The details as JSON, for people."""
        return json.dumps(self.details, ensure_ascii=False, sort_keys=True)


@dataclass(frozen=True, slots=True)
class TrailPage:
    """Events, the newest first, and where older and newer ones begin; None where there are none.
    ``left_out`` is None where it is not told. ``blind`` is whether verdicts and notes on cases that
    the reader has yet to decide are left out."""

    events: tuple[Shown, ...]
    older: int | None
    newer: int | None
    left_out: int | None
    blind: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """What walking the chain found. ``hidden`` problems are of cases of the restricted queue."""

    at: datetime
    length: int
    head: str
    problems: tuple[str, ...]
    hidden: int

    @property
    def holds(self) -> bool:
        return not (self.problems or self.hidden)


def page(
    person: Person, wanted: Filter, *, before: int | None = None, after: int | None = None
) -> TrailPage:
    """The newest events, or the next ones ``before`` or ``after`` a number of the sequence."""
    require(person, AUDIENCE, "read the audit chain")
    blind = is_blind(person)
    rows = _visible(wanted, person if blind else None)
    if after is not None:
        found = list(rows.filter(seq__gt=after).order_by("seq")[: PAGE + 1])
        more, found = len(found) > PAGE, found[:PAGE][::-1]
        older, newer = bool(found), more
    else:
        rows = rows if before is None else rows.filter(seq__lt=before)
        found = list(rows.order_by("-seq")[: PAGE + 1])
        older, found = len(found) > PAGE, found[:PAGE]
        newer = before is not None and bool(found)
    return TrailPage(
        events=tuple(_shown(found)),
        older=found[-1].seq if older else None,
        newer=found[0].seq if newer else None,
        left_out=_left_out(wanted),
        blind=blind,
    )


@transaction.atomic
def begin_export(person: Person, wanted: Filter, form: str) -> int:
    """Have the chain say that ``person`` takes events out of the house, as what (``csv`` or
    ``jsonl``). Returns the number of the last event to go into the file: the one before."""
    require(person, AUDIENCE, "export the audit chain")
    head = AuditHead.objects.select_for_update().filter(pk=1).first()
    last = head.seq if head else 0
    details = {"filter": wanted.as_details(), "format": form, "up_to": last}
    if (left_out := _left_out(wanted)) is not None:
        details["left_out"] = left_out
        if is_blind(person):
            details["blind"] = True
    audit.append("audit.exported", "audit", actor=person.username, details=details)
    return last


def exported(person: Person, wanted: Filter, up_to: int) -> Iterator[Shown]:
    """The events wanted up to a number that ``person`` may read, the oldest first, read in
    pieces."""
    at, blind = 0, person if is_blind(person) else None
    while True:
        rows = _visible(wanted, blind).filter(seq__gt=at, seq__lte=up_to).order_by("seq")
        found = list(rows[:_CHUNK])
        yield from _shown(found)
        if len(found) < _CHUNK:
            return
        at = found[-1].seq


def json_line(shown: Shown) -> str:
    """An event as a line of JSON (RFC 8785), with what its hash is made of."""
    event = shown.event
    values = {name: getattr(event, name) for name in HEADERS if name != "details"}
    return canonical_json({**values, "details": shown.details}).decode() + "\n"


def row(shown: Shown) -> tuple[Cell, ...]:
    """An event as cells under ``HEADERS``."""
    event = shown.event
    return (
        event.seq, event.at, event.actor, event.action, event.subject, shown.text, event.previous,
        event.hash,
    )  # fmt: skip


def check(person: Person) -> Checked:
    """Walk the whole chain and hold the record against it. Takes minutes on a long one."""
    require(person, AUDIENCE, "verify the audit chain")
    report = audit.verify()
    problems = [*report.problems, *contradictions()]
    named = {int(number) for line in problems for number in _CASE.findall(line)}
    rows = Case.objects.filter(pk__in=named, restricted=True)
    hidden = {f"case:{pk}" for pk in rows.values_list("pk", flat=True)}
    told = [line for line in problems if not {f"case:{n}" for n in _CASE.findall(line)} & hidden]
    return Checked(
        timezone.now(), report.length, report.head, tuple(told), len(problems) - len(told)
    )


def _visible(wanted: Filter, blind: Person | None) -> QuerySet[AuditEvent]:
    """What may be seen; ``blind`` is the reader, where what others think is kept from them."""
    rows = _matching(wanted).exclude(subject__in=_restricted("case:", "pk")).exclude(
        subject__in=_restricted("target:", "target_id")
    )  # fmt: skip
    return rows.exclude(kept_from(blind)) if blind else rows


def _left_out(wanted: Filter) -> int | None:
    """How many events match and are of the restricted queue; None for one subject."""
    if wanted.subject:
        return None
    # In two steps, the few subjects first: otherwise the chain is walked for whatever is wanted.
    of_cases = AuditEvent.objects.filter(subject__in=_restricted("case:", "pk"))
    of_targets = AuditEvent.objects.filter(subject__in=_restricted("target:", "target_id"))
    return sum(
        _matching(wanted).filter(pk__in=events.values("pk")).count()
        for events in (of_cases, of_targets)
    )


def _restricted(kind: str, field: str) -> QuerySet[Case, str]:
    rows = Case.objects.filter(restricted=True).order_by()
    subject = Concat(Value(kind), Cast(field, CharField()), output_field=CharField())
    return rows.annotate(subject=subject).values_list("subject", flat=True)


def _matching(wanted: Filter) -> QuerySet[AuditEvent]:
    rows = AuditEvent.objects.all()
    if wanted.actor:
        rows = rows.filter(actor=wanted.actor)
    if wanted.action.endswith("."):
        rows = rows.filter(action__startswith=wanted.action)
    elif wanted.action:
        rows = rows.filter(action=wanted.action)
    if wanted.subject:
        rows = rows.filter(subject=wanted.subject)
    if wanted.first:
        rows = rows.filter(at__gte=iso(_midnight(wanted.first)))
    if wanted.last:
        rows = rows.filter(at__lt=iso(_midnight(wanted.last + timedelta(days=1))))
    return rows


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _shown(events: Sequence[AuditEvent]) -> Iterator[Shown]:
    """``events``, with details withheld where they name a restricted target."""
    named = {event.seq: {*_named(event.details)} for event in events}
    hidden = _hidden(value for values in named.values() for value in values)
    for event in events:
        yield Shown(event, WITHHELD if named[event.seq] & hidden else event.details)


def _named(details: Any) -> Iterator[str]:
    """What could be the value of a target in ``details``: alone in a text, or in prose."""
    if isinstance(details, dict):
        details = [*details.keys(), *details.values()]
    if isinstance(details, list):
        for part in details:
            yield from _named(part)
    elif isinstance(details, str):
        for found in _KEY.findall(details):
            yield from (found, found.rstrip(".:"))
        kind, _, value = details.partition(":")
        if kind in {*TargetKind}:
            yield value


def _hidden(values: Iterable[str]) -> set[str]:
    rows = Target.objects.filter(kind__in=[*TargetKind], value__in={*values}, case__restricted=True)
    return set(rows.values_list("value", flat=True))
