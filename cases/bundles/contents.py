"""What the record holds of a case, as JSON values: one function for each file under ``record/``."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Model, QuerySet

from cases.bundles.veil import Veil
from cases.models import AssessmentRow, Capture, Case, DecisionRow, Screenshot
from domain.clock import iso

Rows = list[dict[str, Any]]


def case_facts(case: Case, veil: Veil) -> dict[str, Any]:
    """The case as it stands, with its target and the hold if there is one."""
    target = case.target
    hold = case.hold_owner and {
        "owner": case.hold_owner.username,
        "reason": case.hold_reason,
        "until": case.hold_until and iso(case.hold_until),
    }
    return {
        "target": {**_fields(target, "kind", "value", "name", "first_seen"), "key": str(target)},
        **_fields(case, "id", "state", "came_from", "review_round", "opened_at", "changed_at"),
        **_fields(case, "score", "selling_share", "role", "substances", "regions", "langs"),
        **_fields(case, "carriers", "model"),
        "tied_to": [key for key in case.tied_to if not veil.hides(key)],
        "family": case.family_id,
        "hold": hold,
    }


def candidates(case: Case, veil: Veil) -> Rows:
    """How the target was found. Where from is left out where that is a case nothing is told of."""
    rows = []
    for row in case.target.candidates.select_related("parent").order_by("pk"):
        parent = str(row.parent) if row.parent else ""
        hidden = veil.hides(parent, row.url, row.note) or veil.hides_target(row.parent_id)
        where = {"parent": None if hidden else parent or None}
        for name in ("url", "note"):
            where[name] = None if hidden else getattr(row, name)
        rows.append({**_fields(row, "why", "priority", "noted_at"), **where, "run": row.run_id})
    return rows


def captures(case: Case) -> QuerySet[Capture]:
    """Every fetch of the target, in the order of their bytes."""
    return case.target.captures.order_by("warc_file", "warc_offset", "pk")


def capture_facts(row: Capture) -> dict[str, Any]:
    return {
        **_fields(row, "id", "url", "fetched_at", "egress", "outcome", "detail", "status"),
        **_fields(row, "content_type", "size", "sha256", "depth", "requests", "retention"),
        "rendered": row.rendered,
        "again": row.again,
        "redacted": row.redacted,
        "erased_at": row.erased_at and iso(row.erased_at),
        "run": row.run_id,
        "source": row.warc_file and {"file": row.warc_file, "offset": row.warc_offset},
    }


def screenshot_facts(row: Screenshot) -> dict[str, Any]:
    return {
        **_fields(row, "id", "url", "final_url", "taken_at", "taken_for", "egress", "browser"),
        **_fields(row, "images", "requests", "retention"),
        "run": row.run_id,
        "source": {"file": row.warc_file},
    }


def documents(case: Case) -> Rows:
    """What was read out of the captures. The text stands here only where it carries the verdict:
    the marks of the assessments count its characters."""
    carriers = set(case.carriers)
    return [
        {
            **_fields(row, "id", "part", "posted_at", "title", "lang", "text_sha256"),
            "capture": row.capture_id,
            "text": row.text if row.pk in carriers and not row.capture.erased_at else None,
        }
        for row in case.target.documents.select_related("capture").order_by("pk")
    ]


def assessments(case: Case) -> Rows:
    """What each model said of each document."""
    rows = AssessmentRow.objects.filter(document__target=case.target).order_by("pk")
    return [
        {
            **_fields(row, "id", "model", "stage", "probability", "label", "role", "lang"),
            **_fields(row, "substances", "regions", "spans", "indicators", "prices"),
            "document": row.document_id,
            "run": row.run_id,
        }
        for row in rows
    ]


def decisions(case: Case) -> Rows:
    """What people decided, in every round of review, with what they took back."""
    return [
        {
            **_fields(row, "review_round", "verdict", "reason", "jurisdiction", "seconds"),
            **_fields(row, "decided_at", "undone_at"),
            "person": row.person.username,
        }
        for row in DecisionRow.every.filter(case=case)
        .select_related("person")
        .order_by("decided_at", "pk")
    ]


def _fields(row: Model, *names: str) -> dict[str, Any]:
    values = ((name, getattr(row, name)) for name in names)
    return {name: iso(v) if isinstance(v, datetime) else v for name, v in values}
