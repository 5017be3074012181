"""Proposed verdicts: what the decided members of a family say of those that wait.

A proposal comes from final decisions on other cases alone, never from what one person has said of
this case so far. It is shown and nothing more: no state moves for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction

from cases import audit
from cases.decisions import OPEN_STATES
from cases.models import Case, MirrorPair, ProposedVerdict
from domain.clock import Clock, utc_now
from domain.decisions import VerdictKind
from domain.families import Trait
from domain.states import CaseState

_SAYS = {
    CaseState.CONFIRMED: VerdictKind.CONFIRM,
    CaseState.REQUESTED: VerdictKind.CONFIRM,
    CaseState.EXPIRED: VerdictKind.CONFIRM,
    CaseState.DISMISSED: VerdictKind.DISMISS,
}


@dataclass(frozen=True, slots=True)
class Member:
    """A case of a family, and what ties it to others."""

    case: Case
    traits: frozenset[Trait]


def renew(
    families: Iterable[Iterable[Member]],
    pairs: Mapping[tuple[int, int], MirrorPair],
    *,
    actor: str,
    clock: Clock = utc_now,
) -> int:
    """Make the proposals what ``families`` say now. Returns how many hold.

    ``pairs`` are the near copies, by the two cases' numbers in order. A dismissal is proposed to
    near copies alone: that an innocent site names a seller's wallet says nothing of the seller.
    """
    wanted = {
        (one.case.pk, source.case.pk): _proposal(one, source, pairs.get(_pair(one, source)))
        for family in families
        for one, source in _asked_and_decided(family, pairs)
    }
    with transaction.atomic():
        known = {(row.case_id, row.source_id): row for row in ProposedVerdict.objects.all()}
        for key, proposal in wanted.items():
            if not _same(known.pop(key, None), proposal):
                _write(proposal, actor, clock)
        ProposedVerdict.objects.filter(pk__in=[row.pk for row in known.values()]).delete()
    return len(wanted)


def _asked_and_decided(
    family: Iterable[Member], pairs: Mapping[tuple[int, int], MirrorPair]
) -> Iterable[tuple[Member, Member]]:
    members = list(family)
    for one in members:
        if one.case.state not in OPEN_STATES:
            continue
        for source in members:
            says = _SAYS.get(CaseState(source.case.state))
            near = _pair(one, source) in pairs
            if says is VerdictKind.CONFIRM or (says is VerdictKind.DISMISS and near):
                yield one, source


def _pair(one: Member, other: Member) -> tuple[int, int]:
    low, high = sorted((one.case.pk, other.case.pk))
    return low, high


def _proposal(one: Member, source: Member, pair: MirrorPair | None) -> ProposedVerdict:
    shared = sorted(one.traits & source.traits)
    return ProposedVerdict(
        case=one.case,
        source=source.case,
        verdict=_SAYS[CaseState(source.case.state)],
        evidence=[list(trait) for trait in shared],
        similarity=pair.similarity if pair else None,
    )


def _same(known: ProposedVerdict | None, wanted: ProposedVerdict) -> bool:
    return known is not None and (known.verdict, known.evidence, known.similarity) == (
        wanted.verdict,
        wanted.evidence,
        wanted.similarity,
    )


def _write(wanted: ProposedVerdict, actor: str, clock: Clock) -> None:
    values = {
        "verdict": wanted.verdict,
        "evidence": wanted.evidence,
        "similarity": wanted.similarity,
        "made_at": clock(),
    }
    ProposedVerdict.objects.update_or_create(
        case=wanted.case, source=wanted.source, defaults=values
    )
    audit.append(
        "verdict.proposed",
        f"case:{wanted.case_id}",
        actor=actor,
        details={
            "verdict": str(wanted.verdict),
            "from": wanted.source_id,
            "evidence": [kind for kind, _ in wanted.evidence],
            "similarity": "" if wanted.similarity is None else f"{wanted.similarity:.4f}",
        },
        clock=clock,
    )


def proposed_for(case: Case) -> list[str]:
    """What is proposed for ``case`` and why, a line each; the strongest first.

    Families are grouped at night: what no longer holds by day (the case was decided, or the
    verdict that it comes from taken back) is left out.
    """
    if case.state not in OPEN_STATES:
        return []
    rows = case.proposed_verdicts.filter(source__restricted=False).select_related("source__target")
    holding = [row for row in rows if row.verdict == _SAYS.get(CaseState(row.source.state))]
    holding.sort(key=lambda row: (-(row.similarity or 0.0), row.source_id))
    return [said(row) for row in holding]


def said(row: ProposedVerdict) -> str:
    """A proposal in words."""
    target = row.source.target
    why = "; ".join(f"{kind} {value}" for kind, value in row.evidence) or "one family"
    return (
        f"{row.verdict}: like {target.name or target.value}"
        f" (case {row.source_id}, {row.source.state}), {why}"
    )
