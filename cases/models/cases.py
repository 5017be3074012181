from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from domain.bands import ReviewBand
from domain.states import CaseState


class Family(models.Model):
    """Cases run by one operator. ``links`` says what ties them: ``[[kind, value], ...]``."""

    links = models.JSONField(default=list)
    founded_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "families"

    def __str__(self) -> str:
        return f"family {self.pk}"


class Case(models.Model):
    """A target with its captures, assessments and decisions.

    ``state`` is written by ``cases.moves.move`` alone. ``came_from`` is the state before a hold or
    before the target became unreachable; ``held_from`` is that before the hold, for as long as it
    stands, also while the target is unreachable. ``review_round`` rises each time the case enters
    review anew, so that earlier decisions do not count again. ``tied_to`` are the keys of selling
    targets for whose sake a doubtful score was queued. ``band`` says what the score asks of people
    at what misses and looks cost; within a band what a look is ``worth`` (see ``domain.worth``)
    orders the queue.
    """

    target = models.OneToOneField("cases.Target", on_delete=models.PROTECT, related_name="case")
    state = models.CharField(
        max_length=20, choices=[(s.value, s.value) for s in CaseState], default=CaseState.NEW
    )
    came_from = models.CharField(max_length=20, blank=True)
    review_round = models.PositiveIntegerField(default=0)
    family = models.ForeignKey(
        Family, on_delete=models.SET_NULL, null=True, blank=True, related_name="cases"
    )
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    score = models.FloatField(null=True, blank=True)
    selling_share = models.FloatField(default=0.0)
    role = models.CharField(max_length=24, blank=True)
    substances = models.JSONField(default=list)
    regions = models.JSONField(default=list)
    langs = models.JSONField(default=list)
    carriers = models.JSONField(default=list)
    tied_to = models.JSONField(default=list)
    model = models.CharField(max_length=80, blank=True)
    band = models.PositiveSmallIntegerField(
        choices=[(band.value, band.name) for band in ReviewBand], default=ReviewBand.WHEN_TIME.value
    )
    worth = models.FloatField(default=0.0)
    restricted = models.BooleanField(default=False)

    hold_owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="holds",
    )
    hold_reason = models.CharField(max_length=1000, blank=True)
    hold_until = models.DateTimeField(null=True, blank=True)
    held_from = models.CharField(max_length=20, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["state", "-score"]),
            models.Index(fields=["state", "-band", "-worth", "id"], name="case_by_worth"),
            # Few are, and every search asks which.
            models.Index(
                fields=["id"], condition=models.Q(restricted=True), name="restricted_cases"
            ),
            models.Index(fields=["opened_at"], name="case_by_opening"),
            models.Index(fields=["changed_at"], name="case_by_change"),
        ]

    def __str__(self) -> str:
        return f"case {self.pk} {self.target} ({self.state})"
