"""The tables of looks and of neighbours that a block hit. Rows are never changed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from blocking.reach.targets import Tie
from blocking.reach.verdicts import Verdict


class BlockLook(models.Model):
    """What one vantage said of one order at one time. ``evidence`` are the measurements by URL, of
    the vantage and of the control (``blocking.reach.measurement``)."""

    order = models.ForeignKey("blocking.Order", on_delete=models.PROTECT, related_name="looks")
    vantage = models.CharField(max_length=40)
    at = models.DateTimeField()
    verdict = models.CharField(max_length=15, choices=[(v.value, v.value) for v in Verdict])
    reason = models.CharField(max_length=20)
    evidence = models.JSONField(default=list)
    run = models.ForeignKey(
        "cases.Run", on_delete=models.PROTECT, null=True, blank=True, related_name="block_looks"
    )
    audit_seq = models.PositiveBigIntegerField()

    class Meta:
        app_label = "blocking"
        indexes: ClassVar = [
            models.Index(fields=["order", "vantage", "-at"], name="look_of_order"),
            models.Index(fields=["-at"], name="look_by_time"),
        ]

    def __str__(self) -> str:
        return f"order {self.order_id} from {self.vantage}: {self.verdict}"


class Collateral(models.Model):
    """That a neighbour of a blocked target was not reached from a vantage while the control
    reached it. ``sibling`` is its URL, ``tie`` what makes it a neighbour."""

    look = models.ForeignKey(BlockLook, on_delete=models.PROTECT, related_name="collateral")
    sibling = models.CharField(max_length=2048)
    tie = models.CharField(max_length=15, choices=[(t.value, t.value) for t in Tie])
    reason = models.CharField(max_length=20)
    evidence = models.JSONField(default=list)

    class Meta:
        app_label = "blocking"
        verbose_name_plural = "collateral"

    def __str__(self) -> str:
        return f"{self.sibling} ({self.tie})"
