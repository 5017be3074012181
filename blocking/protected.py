"""Names that people put on the never-block list, and take off it again.

They count together with the list files wherever these do. Putting a name on protects more: one
person does it, and it holds at once. Taking it off protects less: one person proposes it, another
does it. A row is never removed, and the audit chain holds every step under ``neverblock:NAME``.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from blocking.covered import Covered, Follows, covered_by
from blocking.models import ProtectedName
from blocking.neverblock import CATEGORIES, Protected, Wanted
from blocking.protection import Protection
from cases import audit, proposals
from cases.models import Case, Person, Proposal
from cases.people import Role, require
from domain.clock import Clock, iso, utc_now
from domain.errors import FourEyesError, InputError, RuleError
from domain.rechecks import ProposalKind, ProposalState
from domain.targets import canonical_host

PROTECTORS = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR})
SUBJECT = "neverblock:"
LONGEST_REASON, LONGEST_SOURCE = 1000, 300
#: Nobody remembers for longer why a name is on the list.
LONGEST_REVIEW = timedelta(days=3 * 366)


class OnListError(InputError):
    """The name stands on the list already, or below one that does."""


@dataclass(frozen=True, slots=True)
class Added:
    """A new entry, and the requests in force that it covers: none of them is lifted by itself."""

    row: ProtectedName
    covered: tuple[Covered, ...]


def in_force(names: Collection[str] | None = None) -> list[Protected]:
    """The entries that protect now: all, or those called one of ``names``."""
    rows = ProtectedName.objects.filter(withdrawn_at=None)
    if names is not None:
        rows = rows.filter(name__in=[*names])
    found = rows.values_list("name", "category", "below", "source", "added_at")
    return [Protected(*row[:4], row[4].date()) for row in found]


def add(person: Person, wanted: Wanted, lists: Protection, *, clock: Clock = utc_now) -> Added:
    """Put a name on the list; it holds at once. ``lists`` are the list files. What is requested
    already and would now be refused is proposed for withdrawal; nothing is lifted by itself.

    Raises AccessError; OnListError; InputError for what is no name, would protect everybody or
    lacks its category, reason, source or date of review.
    """
    require(person, PROTECTORS, "put a name on the never-block list")
    now = clock()
    _check(wanted, now.date())
    name = _new_name(wanted, lists)
    try:
        with transaction.atomic():
            row = ProtectedName.objects.create(
                name=name,
                category=wanted.category,
                below=wanted.below,
                reason=wanted.reason.strip(),
                source=wanted.source.strip(),
                review_by=wanted.review_by,
                added_at=now,
                added_by=person,
            )
            _tell("added", row, person, clock, **_as_details(row))
            covered = covered_by(row, now)
            _propose(row, covered, person, clock)
    except IntegrityError:
        raise OnListError(f"{name} is on the never-block list already") from None
    return Added(row, covered)


def propose_withdrawal(
    entry_id: int, person: Person, reason: str, *, clock: Clock = utc_now
) -> ProtectedName:
    """Propose that an entry protects no longer. Raises AccessError, InputError without a reason or
    for an unknown entry, RuleError where it is withdrawn, or the proposal made already."""
    require(person, PROTECTORS, "propose to take a name off the never-block list")
    reason = _text(reason, "a reason", LONGEST_REASON)
    with transaction.atomic():
        row = _in_force(entry_id)
        if row.proposed_by_id is not None:
            raise RuleError(f"that {row.name} be withdrawn is proposed already")
        row.proposed_at, row.proposed_by, row.proposal_reason = clock(), person, reason
        row.save(update_fields=["proposed_at", "proposed_by", "proposal_reason"])
        _tell("withdrawal_proposed", row, person, clock, reason=reason)
    return row


def withdraw(entry_id: int, person: Person, *, clock: Clock = utc_now) -> ProtectedName:
    """Do what another person proposed: the entry protects no longer. Raises AccessError, InputError
    for an unknown entry, RuleError where nothing is proposed, FourEyesError for the proposer."""
    require(person, PROTECTORS, "take a name off the never-block list")
    with transaction.atomic():
        row = _proposed(entry_id)
        if row.proposed_by_id == person.pk:
            raise FourEyesError(f"{person.username} proposed it: another person withdraws it")
        row.withdrawn_at, row.withdrawn_by = clock(), person
        row.save(update_fields=["withdrawn_at", "withdrawn_by"])
        _tell("withdrawn", row, person, clock, reason=row.proposal_reason)
        _lapse(row, person, clock)
    return row


def keep(entry_id: int, person: Person, reason: str, *, clock: Clock = utc_now) -> ProtectedName:
    """Reject a proposed withdrawal, or take the own one back. Raises as ``withdraw`` but for
    FourEyesError, and InputError without a reason."""
    require(person, PROTECTORS, "keep a name on the never-block list")
    reason = _text(reason, "a reason", LONGEST_REASON)
    with transaction.atomic():
        row = _proposed(entry_id)
        row.proposed_at, row.proposed_by, row.proposal_reason = None, None, ""
        row.save(update_fields=["proposed_at", "proposed_by", "proposal_reason"])
        _tell("kept", row, person, clock, reason=reason)
    return row


def review(
    entry_id: int, person: Person, review_by: date, reason: str, *, clock: Clock = utc_now
) -> ProtectedName:
    """Say that somebody asked again and the entry still holds, until it is to be asked next. Raises
    AccessError, and InputError for an unknown entry, a wrong date or no reason."""
    require(person, PROTECTORS, "review the never-block list")
    reason = _text(reason, "a reason", LONGEST_REASON)
    _check_date(review_by, clock().date())
    with transaction.atomic():
        row = _in_force(entry_id)
        before, row.review_by = row.review_by, review_by
        row.save(update_fields=["review_by"])
        dates = {"from": before.isoformat(), "to": review_by.isoformat()}
        _tell("reviewed", row, person, clock, reason=reason, **dates)
    return row


def _check(wanted: Wanted, today: date) -> None:
    if wanted.category not in CATEGORIES:
        names = ", ".join(sorted(CATEGORIES))
        raise InputError(f"category {wanted.category!r} is none of {names}")
    _text(wanted.reason, "a reason", LONGEST_REASON)
    _text(wanted.source, "a source", LONGEST_SOURCE)
    _check_date(wanted.review_by, today)


def _check_date(review_by: date, today: date) -> None:
    if not today < review_by <= today + LONGEST_REVIEW:
        days = LONGEST_REVIEW.days
        raise InputError(f"the date of review is after today and within {days} days: {review_by}")


def _text(text: str, what: str, longest: int) -> str:
    text = text.strip()
    if not text:
        raise InputError(f"{what} is needed")
    if len(text) > longest:
        raise InputError(f"{what} has at most {longest} characters")
    return text


def _new_name(wanted: Wanted, lists: Protection) -> str:
    """The canonical name. One that everybody lives under is no name to be protected: a slip, or a
    hand, would end all blocking with it."""
    name = canonical_host(wanted.name)
    if lists.suffixes.is_suffix(name):
        raise InputError(f"{name} is a public suffix: it would protect whoever registers there")
    listed = lists.never.match(name)
    if listed and (listed.name != name or listed.below or not wanted.below):
        raise OnListError(f"{name} is on the never-block list already: {listed}")
    if ProtectedName.objects.filter(name=name, withdrawn_at=None).exists():
        raise OnListError(f"{name} is on the never-block list already")
    return name


def _in_force(entry_id: int) -> ProtectedName:
    row = ProtectedName.objects.select_for_update().filter(pk=entry_id).first()
    if row is None:
        raise InputError(f"there is no entry {entry_id}")
    if row.withdrawn_at is not None:
        raise RuleError(f"{row.name} is withdrawn: put it on the list anew")
    return row


def _proposed(entry_id: int) -> ProtectedName:
    row = _in_force(entry_id)
    if row.proposed_by_id is None:
        raise RuleError(f"nobody proposed that {row.name} be withdrawn")
    return row


def _propose(
    row: ProtectedName, covered: Collection[Covered], person: Person, clock: Clock
) -> None:
    """Propose that cases be withdrawn whose requests the gate refuses from now on."""
    refused = {one.case_id for one in covered if one.follows is Follows.REFUSED}
    evidence = {"entry": row.pk, "says": f"{row.name} is on the never-block list: {row.reason}"}
    for case in Case.objects.filter(pk__in=refused).order_by("pk"):
        proposals.propose(
            case,
            None,
            ProposalKind.PROTECTED,
            evidence,
            since=row.added_at,
            actor=person.username,
            clock=clock,
        )


def _lapse(row: ProtectedName, person: Person, clock: Clock) -> None:
    told = {"kind": ProposalKind.PROTECTED, "state": ProposalState.OPEN, "evidence__entry": row.pk}
    cases = Case.objects.filter(proposals__in=Proposal.objects.filter(**told)).order_by("pk")
    reason = f"{row.name} is withdrawn from the never-block list"
    for case in cases:
        actor = person.username
        proposals.lapse(case, [ProposalKind.PROTECTED], reason, actor=actor, clock=clock)


def _as_details(row: ProtectedName) -> dict[str, Any]:
    return {
        "entry": row.pk,
        "category": row.category,
        "below": row.below,
        "reason": row.reason,
        "source": row.source,
        "review_by": row.review_by.isoformat(),
    }


def _tell(what: str, row: ProtectedName, person: Person, clock: Clock, **details: Any) -> None:
    told = {"entry": row.pk, "at": iso(clock()), **details}
    audit.append(
        f"never_block.{what}", f"{SUBJECT}{row.name}", actor=person.username, details=told,
        clock=clock,
    )  # fmt: skip
