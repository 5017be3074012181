"""A request's document: the union of what regulators ask for, in one versioned JSON shape.

Pure: values in, a JSON value out. Its canonical form (RFC 8785) is the source of every format.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from blocking.entries import Action, Decision, Entry, Scope, TelegramItem
from blocking.plan import RequestRules
from blocking.scope import Choice
from blocking.texts import one_line
from domain.clock import iso
from domain.targets import TargetKey, unicode_host

SCHEMA = "narcowatch.blocking-request/1"
CATEGORY = "drug_sale"
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, SCHEMA)


@dataclass(frozen=True, slots=True)
class Approval:
    """A person's confirmation: who, when, why this unit, and the reason where one was given."""

    person: str
    at: datetime
    jurisdiction: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """One capture that carries the verdict; digests are SHA-256, of the bytes as they came and of
    the text read from them."""

    url: str
    captured_at: datetime
    vantage: str
    sha256: str
    text_sha256: str
    part: str = ""


@dataclass(frozen=True, slots=True)
class Renewed:
    """The request that another one renews: ``number`` counts the renewals."""

    id: str
    sha256: str
    number: int


@dataclass(frozen=True, slots=True)
class Ground:
    """What the request rests on, gathered from the record. ``found_by`` are candidates' reasons;
    ``hits`` are findings of the never-block list that the second person overrode in writing."""

    case_id: int
    review_round: int
    key: TargetKey
    name: str
    approvals: tuple[Approval, ...]
    proofs: tuple[Proof, ...]
    facts: Mapping[str, Any]
    found_by: tuple[str, ...]
    score: float
    model: str
    hits: tuple[str, ...] = ()
    renews: Renewed | None = None


def request_id(
    unit: str, action: Action, key: TargetKey, review_round: int, renewal: int = 0
) -> uuid.UUID:
    """The id of a request (UUID version 5): the same case in the same round gets the same one, and
    another one with each renewal."""
    parts = [unit, action, str(key), str(review_round), *([str(renewal)] if renewal else [])]
    return uuid.uuid5(_NAMESPACE, "\n".join(parts))


def decision_of(case_id: int, review_round: int, decided: str, unit: str) -> Decision:
    """The decision's number (case and round), date and unit."""
    return Decision(f"{case_id}/{review_round}", decided[:10], one_line(unit))


def document(
    ground: Ground,
    choice: Choice,
    telegram: TelegramItem | None,
    rules: RequestRules,
    valid_from: datetime,
    valid_until: datetime,
) -> dict[str, Any]:
    """The request as a JSON value."""
    decided = iso(max(approval.at for approval in ground.approvals))
    decision = decision_of(ground.case_id, ground.review_round, decided, rules.unit)
    renews = ground.renews
    own = (rules.unit, Action.BLOCK, ground.key, ground.review_round)
    return {
        "schema": SCHEMA,
        "id": str(request_id(*own, renews.number if renews else 0)),
        "action": Action.BLOCK.value,
        **({"renews": {"id": renews.id, "sha256": renews.sha256}} if renews else {}),
        "urgency": "normal",
        "territory": rules.territory,
        "authority": {
            "number": decision.number,
            "date": decision.date,
            "unit": decision.unit,
            "contact": one_line(rules.contact),
            "approvers": [_approval(approval) for approval in ground.approvals],
        },
        "law": {"provisions": [one_line(text) for text in rules.law], "category": CATEGORY},
        "target": _target(ground, choice, telegram),
        "facts": dict(ground.facts),
        "evidence": [_proof(proof) for proof in ground.proofs],
        "process": {
            "found_by": list(ground.found_by),
            "automated": True,
            "model": ground.model,
            "score": round(ground.score, 4),
            "never_block_overridden": list(ground.hits),
        },
        "validity": {"from": iso(valid_from), "until": iso(valid_until)},
    }


def lift_document(request: Mapping[str, Any], sha256: str, reason: str) -> dict[str, Any]:
    """What asks for lifting what ``request`` asked for: the same for the same request and reason.

    ``sha256`` is of the request's canonical form. Who decided and what was found is not said again:
    a recipient restores access, and needs no reason of ours to do so.
    """
    authority = request["authority"]
    return {
        "schema": SCHEMA,
        "id": str(uuid.uuid5(_NAMESPACE, f"{Action.LIFT}\n{request['id']}")),
        "action": Action.LIFT.value,
        "lifts": {"id": request["id"], "sha256": sha256},
        "reason": reason,
        "urgency": request["urgency"],
        "territory": request["territory"],
        "authority": {name: authority[name] for name in ("number", "date", "unit", "contact")},
        "law": request["law"],
        "target": {k: v for k, v in request["target"].items() if k != "scope_reason"},
        "validity": request["validity"],
    }


def _approval(approval: Approval) -> dict[str, str]:
    return {
        "person": approval.person,
        "at": iso(approval.at),
        "jurisdiction": approval.jurisdiction,
        "reason": one_line(approval.reason),
    }


def _proof(proof: Proof) -> dict[str, str]:
    return {
        "url": proof.url,
        "part": proof.part,
        "captured_at": iso(proof.captured_at),
        "vantage": proof.vantage,
        "sha256": proof.sha256,
        "text_sha256": proof.text_sha256,
    }


def _target(ground: Ground, choice: Choice, telegram: TelegramItem | None) -> dict[str, Any]:
    named: dict[str, Any] = {
        "kind": ground.key.kind.value,
        "key": ground.key.value,
        "scope": choice.scope.value,
        "values": list(choice.values),
        "scope_reason": choice.reason,
    }
    if choice.scope in {Scope.HOST, Scope.DOMAIN}:
        named["unicode"] = unicode_host(choice.values[0])
    if telegram is not None:
        named["telegram"] = {
            "username": telegram.username or None,
            "numeric_id": telegram.numeric_id,
            "message_ids": list(telegram.posts),
            **({"messages_only": True} if telegram.messages_only else {}),
        }
    return named


def entry_from(data: Mapping[str, Any], text: str, *, subdomains: bool, overridden: bool) -> Entry:
    """The entry of a request's document: ``data`` is the JSON value of ``text``. A lifting has the
    id of the request that it lifts, by which the recipient knows it and answers.

    Raises KeyFormatError when a value in it cannot be blocked.
    """
    target, authority = data["target"], data["authority"]
    channel = target.get("telegram")
    return Entry(
        id=data["lifts"]["id"] if "lifts" in data else data["id"],
        action=Action(data["action"]),
        scope=Scope(target["scope"]),
        values=tuple(target["values"]),
        decision=Decision(authority["number"], authority["date"], authority["unit"]),
        valid_from=data["validity"]["from"],
        valid_until=data["validity"]["until"],
        document=text,
        telegram=channel
        and TelegramItem(
            channel["username"] or "",
            channel["numeric_id"],
            tuple(channel["message_ids"]),
            channel.get("messages_only", False),
        ),
        subdomains=subdomains,
        overridden=overridden,
        urgency=data["urgency"],
        territory=data["territory"],
        category=data["law"]["category"],
    )
