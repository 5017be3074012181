"""Requests that run out: people are asked in time, what they want renewed is renewed, and the rest
expires by rule.

A request is renewed by one that replaces it and names who asked for that; the next release takes
out the one and adds the other. A case whose request has run out is moved from *requested* to
*expired*, by rule and whoever is asked: the next release lifts its block at every recipient that
ever got it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from blocking.current import newest, standing
from blocking.grounds import Approval, Renewed
from blocking.models import BlockingRequest
from blocking.networks import Networks, read_networks
from blocking.plan import RequestRules
from blocking.protection import Protection
from blocking.requests import Renewal, RequestsMade, basis_of, refusing, write
from cases import audit, proposals
from cases.ending import end
from cases.models import Case, ContentCheck, DecisionRow, Proposal, Run
from domain.clock import Clock, iso, utc_now
from domain.decisions import VerdictKind
from domain.rechecks import OF_BLOCKS, ProposalKind, ProposalState
from domain.states import CaseState

ACTOR = "system:expiry"


def expire(*, clock: Clock = utc_now) -> int:
    """Move every case whose request has run out to *expired*. Returns how many. What was renewed in
    time must have been by then (``renew``): an answer is not lost because a night was."""
    done = 0
    for row in list(newest().filter(valid_until__lte=clock()).order_by("pk")):
        with transaction.atomic():
            reason = f"its request ran out on {row.valid_until:%Y-%m-%d}"
            details = {"request": str(row.pk), "valid_until": iso(row.valid_until)}
            case = end(
                row.case_id,
                CaseState.EXPIRED,
                actor=ACTOR,
                reason=reason,
                details=details,
                clock=clock,
            )
            proposals.lapse(case, OF_BLOCKS, reason, actor=ACTOR, clock=clock)
        done += 1
    return done


def ask(run: Run | None, rules: RequestRules, *, clock: Clock = utc_now) -> list[Proposal]:
    """Ask people about each request that runs out within the days of notice, once for each. They
    have until it does; what nobody answers expires."""
    soon = clock() + timedelta(days=rules.notice_days)
    opened = list[Proposal]()
    rows = newest().filter(valid_until__gt=clock(), valid_until__lte=soon, case__restricted=False)
    for row in list(rows.select_related("case").order_by("valid_until", "pk")):
        evidence = {
            "request": str(row.pk),
            "due": iso(row.valid_until),
            "says": _says(row),
        }
        proposal = proposals.propose(
            row.case,
            run,
            ProposalKind.EXPIRING,
            evidence,
            since=row.valid_from,
            actor=ACTOR,
            clock=clock,
        )
        if proposal is not None:
            opened.append(proposal)
    return opened


def renew(rules: RequestRules, protection: Protection, *, clock: Clock = utc_now) -> RequestsMade:
    """Renew the requests of which people said so before they ran out, whenever it comes to it.

    Each is a transaction of its own, and is held against the safeguards as a first request is; what
    they refuse is named and runs out. Running it again changes nothing. Raises InputError for a
    table of networks that is none.
    """
    done = RequestsMade()
    networks = read_networks(rules.networks) if rules.networks else None
    for proposal in _accepted():
        with refusing(proposal.case, done), transaction.atomic():
            done.made += _renew(proposal, rules, protection, networks, clock)
    return done


def _accepted() -> Iterator[Proposal]:
    """Proposals about a request that is still the newest of its case, accepted while it held."""
    until = {str(row.pk): row.valid_until for row in newest().only("pk", "valid_until")}
    rows = Proposal.objects.filter(
        kind=ProposalKind.EXPIRING,
        state=ProposalState.ACCEPTED,
        case__in=Case.objects.filter(standing(CaseState.REQUESTED)),
    )
    for row in list(rows.select_related("case__target", "closed_by").order_by("pk")):
        end = until.get(row.evidence.get("request", ""))
        if end is not None and row.closed_at is not None and row.closed_at <= end:
            yield row


def _renew(
    proposal: Proposal,
    rules: RequestRules,
    protection: Protection,
    networks: Networks | None,
    clock: Clock,
) -> list[UUID]:
    case = Case.objects.select_for_update().select_related("target").get(pk=proposal.case_id)
    before = newest().filter(pk=proposal.evidence["request"], case=case).first()
    if before is None or proposal.closed_by is None or proposal.closed_at is None:
        return []
    renewed = Renewed(str(before.pk), before.sha256, before.renewal + 1)
    approval = Approval(
        proposal.closed_by.username, proposal.closed_at, _jurisdiction(case), proposal.reason
    )
    row, created = write(case, rules, protection, networks, clock, Renewal(renewed, approval))
    if created:
        details = {
            "request": str(row.pk),
            "renews": str(before.pk),
            "sha256": row.sha256,
            **basis_of(row.document),
            "proposal": proposal.pk,
            "valid_until": iso(row.valid_until),
        }
        audit.append(
            "request.renewed", f"case:{case.pk}", actor=ACTOR, details=details, clock=clock
        )
    return [row.pk] if created else []


def _jurisdiction(case: Case) -> str:
    said = DecisionRow.objects.filter(
        case=case, review_round=case.review_round, verdict=VerdictKind.CONFIRM
    )
    return said.order_by("pk").values_list("jurisdiction", flat=True).last() or ""


def _says(row: BlockingRequest) -> str:
    seen = ContentCheck.objects.filter(case=row.case_id, selling=True, at__gte=row.valid_from)
    last = seen.order_by("-at").values_list("at", flat=True).first()
    day = f"{row.valid_until:%Y-%m-%d}"
    if last is None:
        return (
            f"its request runs out on {day}, not seen selling since it was made: accept to renew "
            "it, reject to let the block be lifted"
        )
    return (
        f"its request runs out on {day}, last seen selling on {last:%Y-%m-%d}: accept to renew it, "
        "reject to let the block be lifted"
    )
