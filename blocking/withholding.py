"""Requests of an address that does not bear a block any more: others were seen at it, say, or its
network was taken out of the settings.

Such a request is withheld: from then on it is in no list, so that the next one lifts the block,
and people are asked whether to withdraw the case, which they can take up again for its exact pages.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from django.db import transaction

from blocking.addresses import server_of
from blocking.current import requests_in_force
from blocking.entries import Scope
from blocking.models import BlockingRequest
from blocking.networks import Networks, read_networks
from blocking.plan import RequestRules
from blocking.scope import not_by_address
from cases import audit, proposals
from cases.models import Capture
from domain.clock import Clock, utc_now
from domain.rechecks import ProposalKind

ACTOR = "system:requests"


def withhold(rules: RequestRules, *, clock: Clock = utc_now) -> list[UUID]:
    """Hold every request of an address that is in force against the rule again, by the captures
    that it names, and withhold those that do not stand. Returns these; run again, none. Raises
    InputError for a table of networks that is none."""
    rows = requests_in_force(clock()).filter(scope=Scope.IP)
    ids = [*rows.values_list("pk", flat=True)]
    networks = read_networks(rules.networks) if ids and rules.networks else None
    return [pk for pk in ids if _withhold(pk, rules, networks, clock)]


@transaction.atomic
def _withhold(pk: UUID, rules: RequestRules, networks: Networks | None, clock: Clock) -> bool:
    rows = BlockingRequest.objects.select_for_update(of=("self",)).select_related("case__target")
    row = rows.filter(withheld_at=None, pk=pk).first()
    if row is None:
        return False
    case, address = row.case, row.sort_key
    known = server_of(case.target, _captures(row), rules, networks, clock())
    why = not_by_address(address, replace(known, taken=True), rules.address_networks)
    if not why:
        return False
    row.withheld_at = clock()
    row.save(update_fields=["withheld_at"])
    details = {"request": str(pk), "reason": why}
    audit.append("request.withheld", f"case:{case.pk}", actor=ACTOR, details=details, clock=clock)
    evidence = {"request": str(pk), "says": why}
    proposals.propose(
        case,
        None,
        ProposalKind.PROTECTED,
        evidence,
        since=row.valid_from,
        actor=ACTOR,
        clock=clock,
    )
    return True


def _captures(row: BlockingRequest) -> Sequence[Capture]:
    """What the request names as carrying the verdict."""
    named = [proof["capture"] for proof in json.loads(row.document)["evidence"]]
    return [*Capture.objects.filter(pk__in=named)]
