"""That a recipient's program has taken a release: what was delivered by pull."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet

from blocking.models import Export
from cases import audit
from cases.models import AuditEvent
from domain.clock import Clock, utc_now

_ACTION = "export.pulled"


def note_pull(
    export: Export, token_id: int, actor: str, *, what: str, clock: Clock = utc_now
) -> bool:
    """Write down that a token took something of ``export``, once a token and release. ``what`` is
    the file, or the way that it went. Gives whether this was the first time."""
    before = pulls_of(export).filter(details__token=token_id)
    if before.exists():
        return False
    with transaction.atomic():
        Export.objects.select_for_update().get(pk=export.pk)  # two at once come one by one
        if before.exists():
            return False
        audit.append(
            "export.pulled",
            _subject(export),
            actor=actor,
            details={"token": token_id, "took": what, "manifest_sha256": export.manifest_sha256},
            clock=clock,
        )
    return True


def pulls_of(export: Export) -> QuerySet[AuditEvent]:
    """The events that say so, the earliest first."""
    rows = AuditEvent.objects.filter(action=_ACTION, subject=_subject(export))
    return rows.order_by("seq")


def _subject(export: Export) -> str:
    return f"export:{export.recipient}/{export.number}"
