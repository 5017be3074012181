"""The audit events of one case, with what links them to the chain."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from cases.audit import GENESIS, event_hash
from cases.bundles.veil import Veil
from cases.models import AuditEvent, AuditHead, Case
from domain.custody import Access
from domain.digests import canonical_json
from domain.errors import RecordError

#: Events that say who took evidence, or had it.
_CUSTODY = ("screenshot.", "evidence.bundled")
#: Events whose details name no target: a word in them that is a hidden channel's name is none.
_NAMELESS = ("decision.", "screenshot.", "evidence.sealed")


def audit_slice(case: Case, runs: set[int], veil: Veil) -> dict[str, Any]:
    """Events of the case, its target and ``runs``, each with its hash and the one before, and the
    chain's head. An event that names a case nothing is told of is left out.

    Raises RecordError when an event was changed or does not carry the hash of the one before.
    """
    head = AuditHead.objects.filter(pk=1).first()
    seq, head_hash = (head.seq, head.hash) if head else (0, GENESIS)
    mine = Q(subject__in=_subjects(case)) | Q(subject__in=[f"run:{pk}" for pk in runs])
    events = list(AuditEvent.objects.filter(mine, seq__lte=seq).order_by("seq"))
    _check(events)
    told = [one for one in events if not _hidden(one, veil)]
    return {
        "events": [
            {
                "seq": event.seq,
                "at": event.at,
                "actor": event.actor,
                "action": event.action,
                "subject": event.subject,
                "details": event.details,
                "previous": event.previous,
                "hash": event.hash,
            }
            for event in told
        ],
        "head": {"seq": seq, "hash": head_hash},
    }


def _hidden(event: AuditEvent, veil: Veil) -> bool:
    if event.action.startswith(_NAMELESS):
        return False
    return veil.hides(canonical_json(event.details).decode())


def _subjects(case: Case) -> set[str]:
    """The case and its target, also under the numbers of targets that were merged into it."""
    known: set[str] = set()
    fresh = {f"case:{case.pk}", f"target:{case.target_id}"}
    while fresh:
        known |= fresh
        merged = AuditEvent.objects.filter(action="target.merged", subject__in=fresh)
        fresh = {f"target:{event.details['was']}" for event in merged} - known
    return known


def _check(events: list[AuditEvent]) -> None:
    before = dict(
        AuditEvent.objects.filter(seq__in=[event.seq - 1 for event in events]).values_list(
            "seq", "hash"
        )
    )
    for event in events:
        expected = before.get(event.seq - 1, GENESIS if event.seq == 1 else "")
        if event.hash != event_hash(event) or event.previous != expected:
            raise RecordError(
                f"audit event {event.seq} was changed, or the one before it: no bundle is made "
                "(`narcowatch audit verify` tells more)"
            )


def accesses(audit: dict[str, Any]) -> list[Access]:
    """The events of a slice that say who took evidence of the case, or had it."""
    return [
        Access(event["seq"], event["at"], event["actor"], event["action"])
        for event in audit["events"]
        if event["action"].startswith(_CUSTODY)
    ]
