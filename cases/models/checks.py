from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from domain.rechecks import CheckResult, ProposalKind, ProposalState


class ContentCheck(models.Model):
    """What a run that looked at a known case again met there. Never changed afterwards.

    ``outcome`` is the fetch outcome that says so. ``score`` and ``selling`` speak of what was
    read in this run alone, and are None where nothing was; ``changed`` is the share of text that
    differs from the look before. ``capture`` is the run's first of the target.
    """

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="checks")
    run = models.ForeignKey("cases.Run", on_delete=models.PROTECT, related_name="checks")
    at = models.DateTimeField()
    state = models.CharField(max_length=20)
    result = models.CharField(max_length=12, choices=[(r.value, r.value) for r in CheckResult])
    outcome = models.CharField(max_length=20)
    documents = models.PositiveIntegerField(default=0)
    score = models.FloatField(null=True, blank=True)
    threshold = models.FloatField()
    selling = models.BooleanField(null=True, blank=True)
    changed = models.FloatField(null=True, blank=True)
    moved_to = models.ForeignKey(
        "cases.Target",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="arriving_checks",
    )
    capture = models.ForeignKey(
        "cases.Capture", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "case"], name="content_check_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["case", "-at"], name="content_check_newest")]

    def __str__(self) -> str:
        return f"case {self.case_id} {self.result} {self.at:%Y-%m-%d}"


class Proposal(models.Model):
    """What is proposed about a case; a named person accepts or rejects it. What the never-block
    list proposes is of no ``run``.

    ``other`` is the target that it moved to or reappeared as. ``evidence`` holds the ids of the
    checks and what they say.
    """

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="proposals")
    run = models.ForeignKey(
        "cases.Run", on_delete=models.PROTECT, null=True, blank=True, related_name="proposals"
    )
    kind = models.CharField(max_length=12, choices=[(k.value, k.value) for k in ProposalKind])
    other = models.ForeignKey(
        "cases.Target", on_delete=models.PROTECT, null=True, blank=True, related_name="proposed_as"
    )
    evidence = models.JSONField(default=dict)
    state = models.CharField(
        max_length=10,
        choices=[(s.value, s.value) for s in ProposalState],
        default=ProposalState.OPEN,
    )
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="proposals_decided",
    )
    reason = models.CharField(max_length=1000, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["state", "case"], name="proposal_open")]

    def __str__(self) -> str:
        return f"proposal {self.pk}: case {self.case_id} {self.kind} ({self.state})"
