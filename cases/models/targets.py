from __future__ import annotations

from typing import ClassVar

from django.db import models

from domain.candidates import Why
from domain.targets import TargetKey, TargetKind


class Target(models.Model):
    """What can be watched and blocked. ``kind`` and ``value`` are its canonical key.

    ``name`` is what people read: the host in Unicode, or a channel's present username.
    """

    kind = models.CharField(max_length=10, choices=[(k.value, k.value) for k in TargetKind])
    value = models.CharField(max_length=2048)
    name = models.CharField(max_length=2048, blank=True)
    first_seen = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "value"], name="target_key"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"

    @property
    def key(self) -> TargetKey:
        return TargetKey(TargetKind(self.kind), self.value)


class CandidateRow(models.Model):
    """One reason to look at a target, and where it was found."""

    target = models.ForeignKey(Target, on_delete=models.PROTECT, related_name="candidates")
    why = models.CharField(max_length=10, choices=[(w.value, w.value) for w in Why])
    parent = models.ForeignKey(
        Target, on_delete=models.PROTECT, null=True, blank=True, related_name="led_to"
    )
    url = models.CharField(max_length=2048, blank=True)
    run = models.ForeignKey("cases.Run", on_delete=models.PROTECT, related_name="candidates")
    priority = models.FloatField(default=0.0)
    note = models.CharField(max_length=500, blank=True)
    noted_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["target", "why", "parent", "url"], name="candidate_once"
            ),
            models.UniqueConstraint(
                fields=["target", "why", "url"],
                condition=models.Q(parent=None),
                name="candidate_without_parent_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.why} {self.target}"
