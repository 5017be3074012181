"""Requests of an address that may not be blocked any more: others were seen at it, say, or it was
switched off. Each is replaced by one of the exact pages, which holds no longer than the one before;
where none can be named, the case expires."""

from __future__ import annotations

from django.db import transaction

from blocking.addresses import requested_addresses
from blocking.current import newest
from blocking.entries import Scope
from blocking.grounds import Renewed
from blocking.models import BlockingRequest
from blocking.networks import Networks, read_networks
from blocking.plan import RequestRules
from blocking.protection import Protection
from blocking.requests import Renewal, RequestsMade, basis_of, chosen, refusing, write
from blocking.subjects import gather
from cases import audit, proposals
from cases.ending import end
from cases.models import Case
from domain.clock import Clock, iso, utc_now
from domain.errors import RuleError
from domain.rechecks import OF_BLOCKS
from domain.states import CaseState

ACTOR = "system:requests"


def narrow(rules: RequestRules, protection: Protection, *, clock: Clock = utc_now) -> RequestsMade:
    """Hold every request of an address against the rule again; the lists that follow lift what
    does not stand. Running it again changes nothing. Raises InputError for a table of networks
    that is none."""
    done = RequestsMade()
    if not requested_addresses():
        return done
    networks = read_networks(rules.networks) if rules.networks else None
    rows = newest().filter(scope=Scope.IP, valid_until__gt=clock(), case__restricted=False)
    for row in list(rows.select_related("case__target").order_by("pk")):
        with refusing(row.case, done), transaction.atomic():
            _narrow(row, rules, protection, networks, done, clock)
    return done


def _narrow(
    before: BlockingRequest,
    rules: RequestRules,
    protection: Protection,
    networks: Networks | None,
    done: RequestsMade,
    clock: Clock,
) -> None:
    case = Case.objects.select_for_update().select_related("target").get(pk=before.case_id)
    try:
        _, choice = chosen(case, gather(case), rules, protection, networks)
    except RuleError as error:
        details = {"request": str(before.pk)}
        reason = str(error)
        end(case.pk, CaseState.EXPIRED, actor=ACTOR, reason=reason, details=details, clock=clock)
        proposals.lapse(case, OF_BLOCKS, reason, actor=ACTOR, clock=clock)
        return
    if choice.scope is Scope.IP:
        return
    renews = Renewed(str(before.pk), before.sha256, before.renewal + 1)
    again = Renewal(renews, until=before.valid_until)
    row, _ = write(case, rules, protection, networks, clock, again)
    details = {
        "request": str(row.pk),
        "renews": str(before.pk),
        "sha256": row.sha256,
        **basis_of(row.document),
        "reason": choice.reason,
        "valid_until": iso(row.valid_until),
    }
    audit.append("request.renewed", f"case:{case.pk}", actor=ACTOR, details=details, clock=clock)
    done.made.append(row.pk)
