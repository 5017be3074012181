"""Which requests are in force now, and which hosts a block must not reach."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from blocking.addresses import shared
from blocking.documents import entry_from
from blocking.entries import BY_NAME, Action, Entry, Scope
from blocking.gate import Untouchable
from blocking.models import BlockingRequest
from blocking.plan import Recipient, within
from cases.models import Case
from domain.states import CaseState
from domain.targets import TargetKind, host_of


def standing(state: CaseState) -> Q:
    """Cases in ``state``, and those that were when their target became unreachable: an absence
    is no decision."""
    return Q(state=state) | Q(state=CaseState.UNREACHABLE, came_from=state)


def requests_in_force(now: datetime) -> QuerySet[BlockingRequest]:
    """Valid requests of cases that stand requested in the round the request was made in.

    A case on hold, dismissed, withdrawn, expired or lifted has none; nor has a restricted one. A
    request that was renewed is replaced by the one that renews it; one that was withheld counts no
    more (see ``blocking.withholding``).
    """
    cases = Case.objects.filter(standing(CaseState.REQUESTED), restricted=False)
    return (
        BlockingRequest.objects.filter(
            action=Action.BLOCK,
            case__in=cases,
            valid_from__lte=now,
            valid_until__gt=now,
            withheld_at=None,
        )
        .filter(~Exists(renewals()), review_round=F("case__review_round"))
        .order_by("sort_key", "pk")
    )


def renewals() -> QuerySet[BlockingRequest]:
    """What renews the request of the query around it."""
    return BlockingRequest.objects.filter(
        case=OuterRef("case"),
        review_round=OuterRef("review_round"),
        action=OuterRef("action"),
        renewal__gt=OuterRef("renewal"),
    )


def newest() -> QuerySet[BlockingRequest]:
    """The request that each case stands requested by, whether it still holds or not."""
    return BlockingRequest.objects.filter(
        ~Exists(renewals()),
        action=Action.BLOCK,
        case__in=Case.objects.filter(standing(CaseState.REQUESTED)),
        review_round=F("case__review_round"),
    )


def requests_for(recipient: Recipient, now: datetime) -> QuerySet[BlockingRequest]:
    """The requests in force that concern ``recipient``: of its scopes, and for a territory that
    holds the recipient's or lies in it."""
    concerned = Q(territory__in=within(recipient.territory))
    concerned |= Q(territory__startswith=f"{recipient.territory}-")
    return requests_in_force(now).filter(concerned, scope__in=[*recipient.scopes])


def entries_of(rows: Iterable[BlockingRequest], spared: frozenset[str]) -> list[Entry]:
    """The entries of ``rows``; a host with a name in ``spared`` below it is blocked alone."""
    return [as_entry(row, subdomains=row.sort_key not in spared) for row in rows]


def as_entry(row: BlockingRequest, *, subdomains: bool) -> Entry:
    """The entry of one request; ``subdomains`` counts for hosts and domains alone."""
    return entry_from(
        json.loads(row.document),
        row.document,
        subdomains=subdomains and row.scope in BY_NAME,
        overridden=row.overridden,
    )


def untouchable() -> Untouchable:
    """Hosts of cases on hold and of dismissed ones, exact URLs' hosts included, and the
    addresses of requests at which others live."""
    return Untouchable(
        held=_hosts(standing(CaseState.ON_HOLD)),
        dismissed=_hosts(standing(CaseState.DISMISSED)),
        shared_addresses=shared(_addresses()),
    )


def _addresses() -> list[str]:
    """Those that lists may hold."""
    rows = newest().filter(scope=Scope.IP, withheld_at=None).order_by("sort_key")
    return [*rows.values_list("sort_key", flat=True).distinct()]


def _hosts(which: Q) -> frozenset[str]:
    kinds = (TargetKind.HOST, TargetKind.URL)
    rows = Case.objects.filter(which, target__kind__in=kinds)
    return frozenset(
        value if kind == TargetKind.HOST else host_of(value)
        for kind, value in rows.values_list("target__kind", "target__value")
    )
