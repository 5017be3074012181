"""Requests of cases that became restricted after they were made: no page may show them."""

from __future__ import annotations

from uuid import UUID

from blocking.models import BlockingRequest


def hidden_requests() -> list[UUID]:
    """Their ids. There are few, since a restricted case is never requested: lists leave them out
    by id, which costs less than looking at the case of every row."""
    rows = BlockingRequest.objects.filter(case__restricted=True).order_by()
    return list(rows.values_list("pk", flat=True))
