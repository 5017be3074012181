from __future__ import annotations

from typing import ClassVar

from django.db import models


class Run(models.Model):
    """One night, or one crawl or channel reading started by hand.

    ``starts`` counts how often it was started: more than one means that it was resumed. A run
    whose evidence does not hold what its record says is *damaged* and is never taken up again.
    """

    class State(models.TextChoices):
        RUNNING = "running"
        COMPLETE = "complete"
        COVERAGE_BROKEN = "coverage_broken"
        FAILED = "failed"
        DAMAGED = "damaged"

    kind = models.CharField(max_length=10)
    state = models.CharField(max_length=20, choices=State.choices, default=State.RUNNING)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    starts = models.PositiveIntegerField(default=1)
    seeds_digest = models.CharField(max_length=64, blank=True)
    options = models.JSONField(default=dict)
    report = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"run {self.pk} ({self.kind}, {self.state})"


class StageRun(models.Model):
    """Where one stage of a run stands."""

    class State(models.TextChoices):
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="stages")
    stage = models.CharField(max_length=20)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    starts = models.PositiveIntegerField(default=1)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "stage"], name="stage_once"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.stage} {self.state}"


class RunSource(models.Model):
    """A target that a run looks at. Seeds (``why`` seed) are held to the coverage contract.

    ``expect`` is what the seed says to expect; ``done`` is set when its fetching has ended.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="sources")
    target = models.ForeignKey("cases.Target", on_delete=models.PROTECT, related_name="visits")
    why = models.CharField(max_length=10)
    url = models.CharField(max_length=2048, blank=True)
    expect = models.CharField(max_length=20, default="documents")
    notes = models.CharField(max_length=500, blank=True)
    done = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "target"], name="source_once"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.target}"


class RunCount(models.Model):
    """How many of something a run saw: one row per stage, source, name and reason."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="counts")
    stage = models.CharField(max_length=20)
    source = models.CharField(max_length=2100, blank=True)
    name = models.CharField(max_length=40)
    reason = models.CharField(max_length=80, blank=True)
    n = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["run", "stage", "source", "name", "reason"], name="count_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stage} {self.source} {self.name} {self.reason}: {self.n}"
