"""What the record holds of a case, gathered for a request: approvals, evidence, facts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from blocking.entries import TelegramItem
from blocking.grounds import Approval, Collateral, Ground
from blocking.networks import Networks
from blocking.proofs import MAX_PROOFS, as_shot, carried_by, network_of, pack_of, shots_of
from blocking.protection import Protection
from blocking.scope import Server, Subject
from cases.models import Case, DecisionRow, DocumentRow, Target
from domain.clock import iso
from domain.decisions import VerdictKind
from domain.errors import FourEyesError
from domain.states import CaseState
from domain.targets import TargetKind, host_of

_CONFIRMED = (CaseState.CONFIRMED, CaseState.REQUESTED)


@dataclass(frozen=True, slots=True)
class Gathered:
    """A case's approvals (oldest first) and the documents that carry its verdict."""

    case: Case
    approvals: tuple[Approval, ...]
    carriers: tuple[DocumentRow, ...]

    @property
    def second_reason(self) -> str:
        """What the second person wrote, or one after; "" when nobody but the first did."""
        return next((a.reason.strip() for a in self.approvals[1:] if a.reason.strip()), "")


def gather(case: Case) -> Gathered:
    """Read a confirmed case. Raises FourEyesError unless two different people confirmed it in
    its present round of review."""
    rows = (
        DecisionRow.objects.filter(
            case=case, review_round=case.review_round, verdict=VerdictKind.CONFIRM
        )
        .select_related("person")
        .order_by("decided_at", "pk")
    )
    by_person = {row.person_id: row for row in reversed(rows)}
    approvals = sorted(by_person.values(), key=lambda row: (row.decided_at, row.pk))
    if len(approvals) < 2:
        raise FourEyesError(f"case {case.pk}: confirmed by {len(approvals)} of two people")
    return Gathered(
        case,
        tuple(
            Approval(row.person.username, row.decided_at, row.jurisdiction, row.reason)
            for row in approvals
        ),
        carriers_of(case),
    )


def carriers_of(case: Case) -> tuple[DocumentRow, ...]:
    """The documents that carry the verdict, strongest first."""
    rows = DocumentRow.objects.filter(pk__in=case.carriers).select_related("capture")
    known = {row.pk: row for row in rows}
    return tuple(known[pk] for pk in case.carriers if pk in known)


def channel_of(case: Case, carriers: tuple[DocumentRow, ...]) -> TelegramItem | None:
    """The Telegram item of a channel's case, None for other targets. Of a group, whose captures are
    marked as redacted, nothing but the messages that carry the verdict is named."""
    target = case.target
    if target.kind != TargetKind.TELEGRAM:
        return None
    posts = tuple(sorted({int(row.part) for row in carriers if row.part.isdecimal()}))
    group = any(row.capture.of_group for row in carriers)
    if target.value.startswith("@"):
        return TelegramItem(target.value[1:], None, posts, group)
    name = target.name.removeprefix("@").lower()
    return TelegramItem("" if name.isdecimal() else name, int(target.value), posts, group)


def subject_of(
    case: Case,
    carriers: tuple[DocumentRow, ...],
    protection: Protection,
    server: Server,
) -> Subject:
    """What the scope rule looks at."""
    return Subject(
        key=case.target.key,
        selling_share=case.selling_share,
        carriers=tuple(row.capture.url for row in carriers),
        telegram=channel_of(case, carriers),
        neighbours=_neighbours(case.target, protection),
        server=server,
    )


def _neighbours(target: Target, protection: Protection) -> frozenset[str]:
    """Other known hosts of the same registrable domain that nobody has confirmed."""
    domain = protection.suffixes.registrable(target.value)
    if target.kind != TargetKind.HOST or not domain:
        return frozenset()
    hosts = Target.objects.filter(kind=TargetKind.HOST)
    rows = hosts.filter(value__endswith=f".{domain}") | hosts.filter(value=domain)
    others = rows.exclude(pk=target.pk).exclude(case__state__in=_CONFIRMED)
    return frozenset(others.values_list("value", flat=True))


def ground_of(
    gathered: Gathered,
    collateral: Collateral,
    store: Path | None,
    networks: Networks | None = None,
) -> Ground:
    """What the request rests on; evidence is read from ``store``.

    Raises EvidenceError when stored bytes that carry the verdict are gone or are no records.
    """
    case, proven = gathered.case, gathered.carriers[:MAX_PROOFS]
    shots = shots_of(case)
    return Ground(
        case_id=case.pk,
        review_round=case.review_round,
        key=case.target.key,
        name=case.target.name,
        approvals=gathered.approvals,
        proofs=carried_by(proven, store),
        facts=_facts(gathered),
        found_by=tuple(sorted(set(case.target.candidates.values_list("why", flat=True)))),
        score=case.score or 0.0,
        model=case.model,
        pack=pack_of(case, proven, shots),
        network=network_of(proven, store, networks),
        shots=tuple(as_shot(row) for row in shots),
        collateral=collateral,
    )


def collateral_of(
    subject: Subject, protection: Protection, overridden: tuple[str, ...]
) -> Collateral:
    """Who else a block could hit; ``overridden`` are hits that a written reason speaks against."""
    kind, host = subject.key.kind, subject.key.value
    if kind is TargetKind.URL:
        host = host_of(host)
    elif kind is not TargetKind.HOST:
        host = ""
    shared = protection.shared(host) if host else None
    return Collateral(
        shared=f"{shared.subject} {shared.message}" if shared else "",
        platform=protection.platforms.match(host) if host else "",
        other_hosts=len(subject.neighbours),
        hits=overridden,
    )


def _facts(gathered: Gathered) -> dict[str, Any]:
    case = gathered.case
    seen = [row.capture.fetched_at for row in gathered.carriers]
    return {
        "role": case.role,
        "substances": sorted(case.substances),
        "regions": sorted(case.regions),
        "languages": sorted(case.langs),
        "carriers": len(gathered.carriers),
        "selling_share": round(case.selling_share, 4),
        "first_seen": iso(case.target.first_seen),
        "carriers_seen_from": iso(min(seen)) if seen else None,
        "carriers_seen_until": iso(max(seen)) if seen else None,
    }
