"""Appeals: taken once, matched to what was blocked, decided by somebody who did not decide the
case. An appeal that is upheld proposes to lift; nothing is lifted by it alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from blocking.addresses import addresses_of, requested_addresses
from blocking.models import Appeal, BlockingRequest
from blocking.names import self_and_above
from cases import audit, proposals
from cases.models import Case, DecisionRow, Person, Run
from cases.people import Role, require
from domain.clock import Clock, iso, utc_now
from domain.digests import sha256_hex
from domain.errors import FourEyesError, InputError, RuleError
from domain.rechecks import ProposalKind
from domain.targets import TargetKey, TargetKind, host_of
from domain.told import Asks

APPEAL_DECIDERS = frozenset({Role.SUPERVISOR})
ACTOR = "system:intake"
_LONGEST = 4_000


@dataclass(frozen=True, slots=True)
class Filed:
    """An appeal as it came in; ``target`` is what its words name, if they name anything."""

    key: str
    received_at: datetime
    about: str
    asks: Asks
    grounds: str
    contact: str
    target: TargetKey | None


def take(run: Run, filed: Filed, *, days: int, clock: Clock = utc_now) -> bool:
    """Take an appeal, once; it is due ``days`` after it came. Returns whether it was new."""
    with transaction.atomic():
        if Appeal.objects.filter(key=filed.key).exists():
            return False
        case = matched(filed.target) if filed.target else None
        row = Appeal.objects.create(
            key=filed.key,
            run=run,
            received_at=filed.received_at,
            due_at=filed.received_at + timedelta(days=days),
            about=filed.about,
            asks=filed.asks,
            grounds=filed.grounds,
            contact=filed.contact,
            case=case,
        )
        details = {
            "asks": filed.asks.value,
            "due": iso(row.due_at),
            "about": sha256_hex(filed.about.encode()),
            "grounds": sha256_hex(filed.grounds.encode()),
            "case": case.pk if case and not case.restricted else None,
        }
        audit.append(
            "appeal.received", f"appeal:{row.pk}", actor=ACTOR, details=details, clock=clock
        )
    return True


def matched(target: TargetKey) -> Case | None:
    """The case that an appeal about ``target`` is about: that of a request that blocks it, else
    that of the target itself."""
    names = [*_names(target)]
    for blocked in (names, [*_addresses(target)]):
        rows = BlockingRequest.objects.filter(sort_key__in=blocked).select_related("case")
        if row := rows.order_by("-valid_from").first():
            return row.case
    kinds = [TargetKind.HOST, TargetKind.ONION, TargetKind.TELEGRAM, TargetKind.URL]
    cases = Case.objects.filter(target__kind__in=kinds, target__value__in=names)
    return cases.order_by("pk").first()


def decide(
    appeal_id: int,
    person: Person,
    *,
    uphold: bool,
    reason: str,
    answer: str = "",
    clock: Clock = utc_now,
) -> Appeal:
    """A supervisor who did not decide the case upholds or rejects an appeal, with a written reason.

    Raises AccessError, InputError for an unknown number or a missing reason, FourEyesError for
    somebody who decided the case in any round, RuleError where the appeal is decided already or
    is to be upheld without a case.
    """
    require(person, APPEAL_DECIDERS, "decide appeals")
    reason, answer = reason.strip(), answer.strip()
    if not reason:
        raise InputError("a decision on an appeal needs a written reason")
    if max(len(reason), len(answer)) > _LONGEST:
        raise InputError(f"reason and answer have at most {_LONGEST} characters each")
    with transaction.atomic():
        rows = Appeal.objects.select_for_update(of=("self",)).select_related("case", "run")
        row = rows.filter(pk=appeal_id).first()
        if row is None:
            raise InputError(f"there is no appeal {appeal_id}")
        if row.state != Appeal.State.OPEN:
            raise RuleError(f"appeal {appeal_id} was decided already")
        _check_other_eyes(row, person)
        row.state = Appeal.State.UPHELD if uphold else Appeal.State.REJECTED
        row.reason, row.answer = reason, answer
        row.decided_at, row.decided_by = clock(), person
        row.save(update_fields=["state", "reason", "answer", "decided_at", "decided_by"])
        details = {
            "reason": sha256_hex(reason.encode()),
            "answer": sha256_hex(answer.encode()),
            "proposal": _proposal(row, person, clock) if uphold else None,
        }
        audit.append(
            "appeal.upheld" if uphold else "appeal.rejected",
            f"appeal:{row.pk}",
            actor=person.username,
            details=details,
            clock=clock,
        )
    return row


def _check_other_eyes(row: Appeal, person: Person) -> None:
    if row.case_id is None:
        return
    if DecisionRow.every.filter(case_id=row.case_id, person=person).exists():
        raise FourEyesError(
            f"{person.username} decided what appeal {row.pk} is about; somebody else decides it"
        )


def _proposal(row: Appeal, person: Person, clock: Clock) -> int | None:
    """Propose to lift; None where that stands open already."""
    if row.case is None or row.case.restricted:
        raise RuleError(f"appeal {row.pk} is about nothing that was asked for: nothing to lift")
    evidence = {"appeal": row.pk, "says": f"appeal {row.pk} was upheld"}
    proposal = proposals.propose(
        row.case,
        row.run,
        ProposalKind.LIFT,
        evidence,
        since=row.received_at,
        actor=person.username,
        clock=clock,
    )
    return proposal.pk if proposal else None


def _addresses(target: TargetKey) -> Iterator[str]:
    """Addresses that the target's host was seen at: a block of one falls on it, too."""
    if target.kind in {TargetKind.HOST, TargetKind.URL}:
        host = host_of(target.value) if target.kind is TargetKind.URL else target.value
        yield from requested_addresses() & addresses_of(host)


def _names(target: TargetKey) -> Iterator[str]:
    """What a request that blocks ``target`` may be sorted under."""
    yield target.value
    if target.kind is TargetKind.URL:
        yield from self_and_above(host_of(target.value))
    elif target.kind is TargetKind.HOST:
        yield from self_and_above(target.value)
