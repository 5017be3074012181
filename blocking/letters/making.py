"""Letters of what stands in the record: of one request, or of a release."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from blocking.current import requests_in_force
from blocking.entries import Scope
from blocking.hidden import hidden_requests
from blocking.letters.facts import MAX_ITEMS, of_release, of_request
from blocking.letters.paper import printed
from blocking.letters.templates import Templates
from blocking.models import BlockingRequest, Export, ExportEntry
from blocking.plan import LANGUAGES, ExportPlan, Kind, Recipient
from blocking.releases import find
from blocking.states import ExportState
from domain.clock import Clock, utc_now
from domain.errors import InputError


def letter(name: str, language: str, plan: ExportPlan, *, clock: Clock = utc_now) -> bytes:
    """The letter of ``name``: a request's id, or a release as RECIPIENT/NUMBER.

    Raises InputError as the two below it do, and for a name that is neither.
    """
    try:
        request_id = UUID(name)
    except ValueError:
        if "/" not in name:
            raise InputError(
                f"{name!r} is neither a request's id nor a release (RECIPIENT/NUMBER)"
            ) from None
        return release_letter(find(name), language, plan)
    return request_letter(request_id, language, plan, clock=clock)


def request_letter(
    request_id: UUID, language: str, plan: ExportPlan, *, clock: Clock = utc_now
) -> bytes:
    """The letter of one request, to the first regulator that it concerns.

    Raises InputError where there is no such request or it is not in force (its case is on hold,
    say, of which nothing leaves the house), for a language of which there are no letters, and as
    ``blocking.letters.paper.printed`` does.
    """
    templates = _templates(language, plan)
    row = BlockingRequest.objects.filter(pk=request_id).exclude(pk__in=hidden_requests()).first()
    if row is None:
        raise InputError(f"there is no request {request_id}")
    if not requests_in_force(clock()).filter(pk=row.pk).exists():
        raise InputError(f"request {request_id} is not in force: no letter is made of it")
    made = of_request(json.loads(row.document), row.sha256, _asked(row, plan), language)
    return printed(made, templates)


def release_letter(export: Export, language: str, plan: ExportPlan) -> bytes:
    """The letter that goes with a release: what it holds, and what it no longer does. What was
    renewed is held.

    Raises InputError for an export that nobody has released, and as ``request_letter`` does.
    """
    templates = _templates(language, plan)
    name = f"{export.recipient}/{export.number}"
    if export.state != ExportState.RELEASED:
        raise InputError(f"export {name} is not released: no letter is made of it")
    held, gone = ExportEntry.objects.filter(export=export), ExportEntry.objects.none()
    if export.previous_id is not None:
        before = ExportEntry.objects.filter(export=export.previous_id)
        renewing = BlockingRequest.objects.filter(
            exports__export=export,
            case=OuterRef("request__case"),
            review_round=OuterRef("request__review_round"),
            action=OuterRef("request__action"),
            renewal__gt=OuterRef("request__renewal"),
        )
        gone = before.exclude(request__in=held.values("request")).exclude(Exists(renewing))
    if (lines := held.count() + gone.count()) > MAX_ITEMS:
        raise InputError(
            f"a letter has room for {MAX_ITEMS} entries, and that of {name} would have {lines}: "
            "send the files of the release"
        )
    recipients = {recipient.name: recipient for recipient in plan.recipients}
    made = of_release(
        _documents(held),
        _documents(gone),
        recipients.get(export.recipient) or Recipient(export.recipient, ()),
        export.number,
        export.built_at,
        export.manifest_sha256,
        language,
    )
    return printed(made, templates)


def _documents(rows: QuerySet[ExportEntry]) -> list[tuple[dict[str, Any], str]]:
    """Documents and digests, in the order of the release, without those of restricted cases."""
    shown = rows.exclude(request__in=hidden_requests()).select_related("request").order_by("pk")
    return [(json.loads(row.request.document), row.request.sha256) for row in shown]


def _templates(language: str, plan: ExportPlan) -> Templates:
    if language not in LANGUAGES:
        raise InputError(f"there are no letters in {language!r}: {', '.join(LANGUAGES)}")
    return Templates(plan.letters)


def _asked(row: BlockingRequest, plan: ExportPlan) -> Recipient | None:
    """Whom the request is addressed to."""
    concerned = plan.rules.concerned(Scope(row.scope))
    return next((one for one in concerned if one.kind is Kind.REGULATOR), None)
