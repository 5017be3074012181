"""Requests from confirmed cases: one a case and round, or a reason why not."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import transaction

from blocking.addresses import server_of
from blocking.documents import document, entry_from
from blocking.entries import Action
from blocking.grounds import Approval, Renewed
from blocking.milder import milder_steps
from blocking.models import BlockingRequest
from blocking.networks import Networks, read_networks
from blocking.plan import RequestRules
from blocking.protection import Protection
from blocking.safeguards import check_choice
from blocking.scope import choose
from blocking.subjects import collateral_of, gather, ground_of, subject_of
from cases.models import Case
from cases.moves import move
from domain.clock import Clock, utc_now
from domain.digests import canonical_json, sha256_hex
from domain.errors import EvidenceError, FourEyesError, KeyFormatError, RuleError
from domain.states import CaseState

ACTOR = "system:requests"
_POINTED_TO = ("captures", "captures_sha256", "screenshots", "screenshots_sha256")


class Why(StrEnum):
    """Why a confirmed case got no request."""

    FOUR_EYES = "not confirmed by two people"
    REFUSED = "refused by a safeguard"
    UNBLOCKABLE = "cannot be blocked"
    RESTRICTED = "restricted"
    EVIDENCE = "evidence cannot be read"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A confirmed case that stays confirmed, and why. ``target`` is what to call it where others
    read: of a restricted case that is its number, never its address."""

    case_id: int
    target: str
    why: Why
    message: str


@dataclass(frozen=True, slots=True)
class Renewal:
    """What a renewed request says beside what it renews: who asked for that."""

    renews: Renewed
    approval: Approval


@dataclass(slots=True)
class RequestsMade:
    """What a run of ``make_requests`` did; ``counts`` are refusals by reason."""

    made: list[UUID] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)

    @property
    def counts(self) -> Counter[str]:
        return Counter(refusal.why.value for refusal in self.refused)


def make_requests(
    rules: RequestRules, protection: Protection, *, clock: Clock = utc_now
) -> RequestsMade:
    """Write a request for every confirmed case that has none, and move the case to *requested*.

    Each case is a transaction of its own; a case that a safeguard refuses stays confirmed and is
    named. Running it again changes nothing. Raises InputError for a table of networks that is none.
    """
    done = RequestsMade()
    networks = read_networks(rules.networks) if rules.networks else None
    waiting = Case.objects.filter(state=CaseState.CONFIRMED).order_by("pk")
    for case in list(waiting.select_related("target")):
        with refusing(case, done):
            done.made += _request(case.pk, rules, protection, networks, clock)
    return done


@contextmanager
def refusing(case: Case, done: RequestsMade) -> Iterator[None]:
    """Note in ``done`` why ``case`` gets no request, where what is done within says so."""
    try:
        yield
    except FourEyesError as error:
        done.refused.append(_refusal(case, Why.FOUR_EYES, error))
    except KeyFormatError as error:
        done.refused.append(_refusal(case, Why.UNBLOCKABLE, error))
    except EvidenceError as error:
        done.refused.append(_refusal(case, Why.EVIDENCE, error))
    except RestrictedError as error:
        done.refused.append(_refusal(case, Why.RESTRICTED, error))
    except RuleError as error:
        done.refused.append(_refusal(case, Why.REFUSED, error))


class RestrictedError(RuleError):
    """The case belongs to the restricted queue, whose recipients are others."""


def _refusal(case: Case, why: Why, error: Exception) -> Refusal:
    target = f"case {case.pk}" if why is Why.RESTRICTED else str(case.target)
    return Refusal(case.pk, target, why, str(error))


def basis_of(document: str) -> dict[str, Any]:
    """What the request rests on, by number and digest: a bundle of the case is held against it. A
    document of the first version does not say."""
    pack: dict[str, Any] | None = json.loads(document).get("bundle")
    return {"evidence": {name: pack[name] for name in _POINTED_TO}} if pack else {}


@transaction.atomic
def _request(
    case_id: int,
    rules: RequestRules,
    protection: Protection,
    networks: Networks | None,
    clock: Clock,
) -> list[UUID]:
    """The case's request; nothing when it is not confirmed any more."""
    case = Case.objects.select_for_update().select_related("target").get(pk=case_id)
    if case.state != CaseState.CONFIRMED:
        return []
    row, created = write(case, rules, protection, networks, clock)
    move(
        case.pk,
        CaseState.REQUESTED,
        actor=ACTOR,
        reason=_reason(row) if created else "requested before",
        details={"request": str(row.pk), "sha256": row.sha256, **basis_of(row.document)},
        clock=clock,
    )
    return [row.pk]


def write(
    case: Case,
    rules: RequestRules,
    protection: Protection,
    networks: Networks | None,
    clock: Clock,
    renewal: Renewal | None = None,
) -> tuple[BlockingRequest, bool]:
    """The request of a case's round of review, or with ``renewal`` the one that renews it, and
    whether it was written now. Raises what a safeguard refuses it with."""
    if case.restricted:
        raise RestrictedError(f"case {case.pk} is in the restricted queue")
    gathered = gather(case)
    captures = [row.capture for row in gathered.carriers]
    server = server_of(case.target, captures, rules, networks, clock())
    subject = subject_of(case, gathered.carriers, protection, server)
    choice = choose(
        subject,
        protection,
        min_host_share=rules.min_host_share,
        networks=rules.address_networks,
    )
    hits = check_choice(choice, gathered.second_reason, protection)
    now = clock().replace(microsecond=0)
    until = now + timedelta(days=rules.validity_days)
    collateral = collateral_of(subject, protection, tuple(str(hit) for hit in hits))
    ground = ground_of(gathered, collateral, rules.store, networks)
    milder = milder_steps(case, choice, rules, renewal.renews.number if renewal else 0)
    ground = replace(ground, milder=milder)
    if renewal is not None:
        approvals = (*ground.approvals, renewal.approval)
        ground = replace(ground, approvals=approvals, renews=renewal.renews)
    data = document(ground, choice, subject.telegram, rules, now, until)
    content = canonical_json(data)
    entry = entry_from(data, content.decode(), subdomains=True, overridden=bool(hits))
    return BlockingRequest.objects.get_or_create(
        case=case,
        review_round=case.review_round,
        action=Action.BLOCK,
        renewal=renewal.renews.number if renewal else 0,
        defaults={
            "id": UUID(data["id"]),
            "scope": choice.scope,
            "values": list(choice.values),
            "sort_key": entry.values[0] if entry.values else entry.label,
            "overridden": bool(hits),
            "territory": rules.territory,
            "document": content.decode(),
            "sha256": sha256_hex(content),
            "valid_from": now,
            "valid_until": until,
        },
    )


def _reason(row: BlockingRequest) -> str:
    target = json.loads(row.document)["target"]
    return f"{target['scope']}: {target['scope_reason']}"
