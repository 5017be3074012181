"""A request's document: the union of what regulators ask for, in one versioned JSON shape.

Pure: values in, a JSON value out. Its canonical form (RFC 8785) is the source of every format.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from blocking.entries import Action, Decision, Entry, Scope, TelegramItem
from blocking.grounds import Approval, Collateral, Ground, MilderStep, Network, Pack, Proof, Shot
from blocking.plan import LANGUAGES, Addressees, RequestRules
from blocking.scope import Choice
from blocking.texts import one_line
from domain.clock import iso
from domain.targets import TargetKey, unicode_host

SCHEMA = "narcowatch.blocking-request/2"
CATEGORY = "drug_sale"
#: Ids are those that the first version gave, whatever the documents say.
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "narcowatch.blocking-request/1")


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
    """The request as a JSON value, valid by ``exporters/schema/request.schema.json``. What is not
    known is null; an empty list says that there was nothing."""
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
        "law": {
            "provisions": [one_line(text) for text in rules.law],
            "provisions_in": {
                language: [one_line(text) for text in rules.law_in.get(language) or rules.law]
                for language in LANGUAGES
            },
            "category": CATEGORY,
            "explanation": _in_languages(rules.explanation),
            "good_faith": _in_languages(rules.good_faith),
        },
        "target": {
            **_target(ground, choice, telegram),
            "network": _network(ground.network),
        },
        "addressees": _addressees(rules.addressees(choice.scope), telegram, ground.collateral),
        "facts": dict(ground.facts),
        "evidence": [_proof(proof) for proof in ground.proofs],
        "screenshots": [_shot(shot) for shot in ground.shots],
        "bundle": _bundle(ground.pack),
        "process": {
            "found_by": list(ground.found_by),
            "automated": True,
            "model": ground.model,
            "score": round(ground.score, 4),
            "never_block_overridden": list(ground.collateral.hits),
            "collateral": _collateral(ground.collateral, valid_from),
            "milder_steps": [_milder(step) for step in ground.milder],
        },
        "validity": {
            "from": iso(valid_from),
            "until": iso(valid_until),
            "recheck": iso(min(valid_until, valid_from + timedelta(days=rules.recheck_days))),
        },
        "redress": {
            "appeal_url": rules.appeal_url or None,
            "answer_days": rules.appeal_days if rules.appeal_url else None,
        },
    }


def lift_document(request: Mapping[str, Any], sha256: str, reason: str) -> dict[str, Any]:
    """What asks for lifting what ``request`` asked for: the same for the same request and reason.

    ``sha256`` is of the request's canonical form. Who decided and what was found is not said again:
    a recipient restores access, and needs no reason of ours to do so. It is of the schema that the
    request is of.
    """
    authority = request["authority"]
    return {
        "schema": request["schema"],
        "id": str(uuid.uuid5(_NAMESPACE, f"{Action.LIFT}\n{request['id']}")),
        "action": Action.LIFT.value,
        "lifts": {"id": request["id"], "sha256": sha256},
        "reason": reason,
        "urgency": request["urgency"],
        "territory": request["territory"],
        "authority": {name: authority[name] for name in ("number", "date", "unit", "contact")},
        "law": request["law"],
        "target": {
            k: v for k, v in request["target"].items() if k not in {"scope_reason", "network"}
        },
        "validity": request["validity"],
    }


def _approval(approval: Approval) -> dict[str, str]:
    return {
        "person": approval.person,
        "at": iso(approval.at),
        "jurisdiction": approval.jurisdiction,
        "reason": one_line(approval.reason),
    }


def _in_languages(texts: Mapping[str, str]) -> dict[str, str]:
    return {language: one_line(texts.get(language, "")) for language in LANGUAGES}


def _proof(proof: Proof) -> dict[str, Any]:
    return {
        "capture": proof.capture,
        "url": proof.url,
        "part": proof.part,
        "captured_at": iso(proof.captured_at),
        "vantage": proof.vantage,
        "sha256": proof.sha256,
        "text_sha256": proof.text_sha256,
        "record_sha256": proof.record_sha256 or None,
    }


def _shot(shot: Shot) -> dict[str, Any]:
    return {
        "screenshot": shot.screenshot,
        "url": shot.url,
        "taken_at": iso(shot.taken_at),
        "vantage": shot.vantage,
        "sha256": shot.sha256,
        "text_sha256": shot.text_sha256,
    }


def _bundle(pack: Pack) -> dict[str, Any]:
    return {
        "captures": list(pack.captures),
        "captures_sha256": pack.captures_sha256,
        "screenshots": list(pack.screenshots),
        "screenshots_sha256": pack.screenshots_sha256,
        "manifest_sha256": pack.manifest_sha256 or None,
        "timestamp_sha256": pack.timestamp_sha256 or None,
    }


def _network(network: Network) -> dict[str, Any]:
    return {
        "checked_at": iso(network.checked_at) if network.checked_at else None,
        "address": network.address,
        "asn": network.asn,
        "cdn": network.cdn,
        "behind_cdn": network.behind_cdn,
        "unknown": dict(network.unknown),
    }


def _collateral(collateral: Collateral, at: datetime) -> dict[str, Any]:
    return {
        "checked_at": iso(at),
        "shared": collateral.shared or None,
        "other_hosts": collateral.other_hosts,
    }


def _milder(step: MilderStep) -> dict[str, Any]:
    return {
        "step": step.step,
        "recipient": step.recipient,
        "scope": step.scope,
        "request": step.request,
        "at": iso(step.at),
        "outcome": step.outcome,
    }


def _addressees(
    known: Addressees, telegram: TelegramItem | None, collateral: Collateral
) -> dict[str, Any]:
    """Whom the request concerns, as far as configuration and the platform list say."""
    platform = "Telegram" if telegram is not None else collateral.platform
    platforms = [platform, *known.platforms] if platform else []
    named = {
        "regulators": known.regulators,
        "operators": known.operators,
        "hosts": known.hosts,
        "registrars": known.registrars,
        "platforms": dict.fromkeys(platforms),
    }
    return {kind: [one_line(name) for name in names] or None for kind, names in named.items()}


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
        seen_at=data.get("facts", {}).get("carriers_seen_until") or "",
    )
