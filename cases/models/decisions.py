from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from domain.decisions import Jurisdiction, VerdictKind


class Standing(models.Manager["DecisionRow"]):
    """Decisions that were not undone."""

    def get_queryset(self) -> models.QuerySet[DecisionRow]:
        return super().get_queryset().filter(undone_at=None)


class DecisionRow(models.Model):
    """A person's verdict on a case in one round of review. A person decides once a round.

    ``state_before`` is where the case stood, ``led_to`` where the verdict moved it (empty: it
    stayed). One that was undone (``undone_at``) counts nowhere: ``objects`` and ``case.decisions``
    leave it out, ``every`` has it. ``drawn_share`` is the share of first dismissals that went to a
    second person when this one did; empty for all others.
    """

    objects = Standing()
    every: ClassVar[models.Manager[DecisionRow]] = models.Manager()

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="decisions")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="decisions"
    )
    review_round = models.PositiveIntegerField()
    verdict = models.CharField(max_length=10, choices=[(v.value, v.value) for v in VerdictKind])
    reason = models.TextField(blank=True)
    jurisdiction = models.CharField(
        max_length=20, choices=[(j.value, j.value) for j in Jurisdiction], blank=True
    )
    seconds = models.PositiveIntegerField(default=0)
    decided_at = models.DateTimeField()
    state_before = models.CharField(max_length=20, blank=True)
    led_to = models.CharField(max_length=20, blank=True)
    drawn_share = models.FloatField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "review_round", "person"],
                condition=models.Q(undone_at=None),
                name="one_verdict_a_person",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["decided_at"], name="decision_by_time")]

    def __str__(self) -> str:
        return f"{self.verdict} of case {self.case_id} by {self.person_id}"


class Informed(models.Model):
    """That a person knows what others said of a case in a round of review without having said it
    themselves: they took their own verdict back, or took the evidence of a held case. Whoever does
    decides it no more in that round."""

    class Why(models.TextChoices):
        TOOK_BACK = "took back"
        TOOK_EVIDENCE = "took evidence"

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="informed")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="informed"
    )
    review_round = models.PositiveIntegerField()
    why = models.CharField(max_length=20, choices=Why.choices)
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "informed"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "review_round", "person"], name="informed_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} knows of case {self.case_id}: {self.why}"
