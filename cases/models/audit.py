from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from domain.errors import RecordError


class AuditEvent(models.Model):
    """One link of the chain; written by ``cases.audit.append`` alone, never changed or removed."""

    seq = models.BigIntegerField(primary_key=True)
    at = models.CharField(max_length=32)
    actor = models.CharField(max_length=200)
    action = models.CharField(max_length=60, db_index=True)
    subject = models.CharField(max_length=200, db_index=True)
    details = models.JSONField(default=dict)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["actor", "seq"], name="audit_by_actor"),
            models.Index(fields=["at"], name="audit_by_time"),
            models.Index(fields=["subject", "action", "seq"], name="audit_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.action} {self.subject}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise RecordError(f"audit event {self.seq} cannot be changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise RecordError(f"audit event {self.seq} cannot be removed")


class AuditHead(models.Model):
    """The chain's last link: the row that writers lock, and what a cut-off tail is told by."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    seq = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"head {self.seq}"
