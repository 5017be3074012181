from __future__ import annotations

from typing import ClassVar

from django.db import models


class AssessmentRow(models.Model):
    """What one model said of one document."""

    document = models.ForeignKey(
        "cases.DocumentRow", on_delete=models.PROTECT, related_name="assessments"
    )
    run = models.ForeignKey("cases.Run", on_delete=models.PROTECT, related_name="assessments")
    model = models.CharField(max_length=80)
    stage = models.CharField(max_length=20)
    probability = models.FloatField()
    label = models.CharField(max_length=20)
    role = models.CharField(max_length=24)
    lang = models.CharField(max_length=20, blank=True)
    substances = models.JSONField(default=list)
    regions = models.JSONField(default=list)
    spans = models.JSONField(default=list)
    indicators = models.JSONField(default=list)
    prices = models.JSONField(default=list)
    restricted = models.BooleanField(default=False)
    languages = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["document", "model"], name="assessment_once"),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.probability:.2f}"
