"""Proposals from looking again, and from the never-block list: opened and lapsed by rule, accepted
or rejected by a person.

An accepted proposal ends a case that stands requested where ``domain.rechecks.ENDS`` says so: its
block is lifted by the next release. What follows from any other a person does by the usual ways.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from cases import audit
from cases.ending import end
from cases.models import Case, Person, Proposal, Run, Target
from cases.people import DECIDERS, RELEASERS, require
from cases.rechecking import ACTOR, nights, standing, streak
from domain.clock import Clock, utc_now
from domain.errors import InputError, RuleError
from domain.rechecks import (
    ENDS,
    GONE,
    OF_BLOCKS,
    CheckResult,
    ProposalKind,
    ProposalState,
    Rules,
)
from domain.states import CaseState


def propose(
    case: Case,
    run: Run | None,
    kind: ProposalKind,
    evidence: Mapping[str, Any],
    *,
    since: datetime | None = None,
    other: Target | None = None,
    actor: str = ACTOR,
    clock: Clock = utc_now,
) -> Proposal | None:
    """Open a proposal. None where the same stands open, or was decided on the same ground:
    ``since`` is when that ground began, None for one that does not begin anew. ``actor`` is whose
    doing gave the ground."""
    with transaction.atomic():
        earlier = Proposal.objects.filter(case=case, kind=kind, other=other)
        decided = earlier.filter(state__in=[ProposalState.ACCEPTED, ProposalState.REJECTED])
        if since is not None:
            decided = decided.filter(opened_at__gte=since)
        if earlier.filter(state=ProposalState.OPEN).exists() or decided.exists():
            return None
        proposal = Proposal.objects.create(
            case=case, run=run, kind=kind, other=other, evidence=dict(evidence), opened_at=clock()
        )
        _tell(proposal, "opened", actor, clock)
    return proposal


def lapse(
    case: Case,
    kinds: Iterable[ProposalKind],
    reason: str,
    *,
    actor: str = ACTOR,
    clock: Clock = utc_now,
) -> int:
    """Close the open proposals of ``kinds``, whose ground is gone. Returns how many."""
    closed = 0
    with transaction.atomic():
        rows = Proposal.objects.filter(case=case, state=ProposalState.OPEN, kind__in=[*kinds])
        for proposal in rows.select_for_update():
            _close(proposal, ProposalState.LAPSED, reason, None, clock, actor)
            closed += 1
    return closed


def decide(
    proposal_id: int, person: Person, *, accept: bool, reason: str, clock: Clock = utc_now
) -> Proposal:
    """A person accepts or rejects an open proposal; a rejection needs a reason. Where accepting it
    ends a case that stands requested, a supervisor accepts it.

    Raises AccessError when the person may not, InputError for an unknown number or a missing
    reason, RuleError when it is not open any more.
    """
    require(person, DECIDERS, "decide proposals")
    if not accept and not reason.strip():
        raise InputError("rejecting a proposal needs a reason")
    with transaction.atomic():
        rows = Proposal.objects.select_for_update().select_related("case")
        proposal = rows.filter(pk=proposal_id).first()
        if proposal is None or _is_restricted(proposal):
            raise InputError(f"there is no proposal {proposal_id}")
        if proposal.state != ProposalState.OPEN:
            raise RuleError(f"proposal {proposal_id} is {proposal.state}, not open")
        state = ProposalState.ACCEPTED if accept else ProposalState.REJECTED
        to = _ends(proposal) if accept else None
        if to is not None:
            require(person, RELEASERS, "lift blocks")
        _close(proposal, state, reason, person, clock)
        if to is not None:
            _end(proposal, to, person, clock)
    return proposal


def _ends(proposal: Proposal) -> CaseState | None:
    """What becomes of its case when it is accepted; None where the case stays as it is."""
    if standing(proposal.case) is not CaseState.REQUESTED:
        return None
    return ENDS.get(ProposalKind(proposal.kind))


def _end(proposal: Proposal, to: CaseState, person: Person, clock: Clock) -> None:
    says = proposal.evidence.get("says") or proposal.kind
    reason = f"proposal {proposal.pk} was accepted: {says}"
    details, actor = {"proposal": proposal.pk}, person.username
    end(proposal.case_id, to, actor=actor, reason=reason, details=details, clock=clock)
    lapse(proposal.case, OF_BLOCKS, f"the case is {to}", actor=actor, clock=clock)


def _is_restricted(proposal: Proposal) -> bool:
    """Whether it is about a restricted case, or names another that is."""
    about = [proposal.case.target_id, proposal.other_id]
    return Case.objects.filter(target__in=[*filter(None, about)], restricted=True).exists()


def standing_open() -> QuerySet[Proposal]:
    """The open proposals, oldest first; none about a restricted case or one that names another."""
    rows = Proposal.objects.filter(state=ProposalState.OPEN, case__restricted=False)
    rows = rows.exclude(other__case__restricted=True)
    return rows.select_related("case__target", "other").order_by("opened_at", "pk")


def due_at(proposal: Proposal, days: int) -> datetime:
    """By when people should answer: at the date that the proposal names, else in ``days``."""
    usual = proposal.opened_at + timedelta(days=days)
    named = proposal.evidence.get("due")
    return min(usual, datetime.fromisoformat(named)) if named else usual


def in_words(proposal: Proposal) -> str:
    """What a proposal says, for people."""
    to = f" as {proposal.other.name or proposal.other.value}" if proposal.other else ""
    if proposal.kind == ProposalKind.MOVED and proposal.other:
        to = f" to {proposal.other.name or proposal.other.value}"
    return f"{proposal.kind}{to}: {proposal.evidence.get('says', '')}".removesuffix(": ")


def by_looks(case: Case, run: Run, rules: Rules, *, clock: Clock = utc_now) -> list[Proposal]:
    """Propose *gone* or *cleaned* where enough looks in a row, each in another night, say so."""
    opened = []
    for kind, looks, enough in (
        (ProposalKind.GONE, streak(case.pk, GONE), rules.gone_after),
        (ProposalKind.CLEANED, streak(case.pk, {CheckResult.UP}, clean=True), rules.cleaned_after),
    ):
        if nights(looks) < enough:
            continue
        gone = ", ".join(sorted({check.outcome for check in looks}))
        met = gone if kind is ProposalKind.GONE else "up and not selling"
        says = f"{met} in {nights(looks)} nights"
        evidence = {"checks": [check.pk for check in looks], "says": says}
        since = looks[-1].at
        if proposal := propose(case, run, kind, evidence, since=since, clock=clock):
            opened.append(proposal)
    return opened


def _close(
    proposal: Proposal,
    state: ProposalState,
    reason: str,
    person: Person | None,
    clock: Clock,
    actor: str = ACTOR,
) -> None:
    proposal.state, proposal.reason = state, reason[:1000]
    proposal.closed_at, proposal.closed_by = clock(), person
    proposal.save(update_fields=["state", "reason", "closed_at", "closed_by"])
    _tell(proposal, state.value, person.username if person else actor, clock)


def _tell(proposal: Proposal, what: str, actor: str, clock: Clock) -> None:
    details = {
        "proposal": proposal.pk,
        "kind": str(proposal.kind),
        "other": str(proposal.other or ""),
        "reason": proposal.reason,
    }
    subject = f"case:{proposal.case_id}"
    audit.append(f"proposal.{what}", subject, actor=actor, details=details, clock=clock)
