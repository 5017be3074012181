from __future__ import annotations

from typing import ClassVar

from django.db import models


class Tip(models.Model):
    """That people told us of a target: once, however many did. ``senders`` counts them."""

    target = models.OneToOneField("cases.Target", on_delete=models.PROTECT, related_name="tip")
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    senders = models.PositiveIntegerField(default=0)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["-last_at", "-id"], name="tip_by_time")]

    def __str__(self) -> str:
        return f"tip {self.pk} of target {self.target_id}"


class TipTaken(models.Model):
    """One sender's tip as it came in. ``key`` is what it is known by where it came from: it is
    taken once. A tip that was refused has no ``tip``, and the reason."""

    class Via(models.TextChoices):
        FILE = "file"
        PAGE = "page"
        API = "api"

    key = models.CharField(max_length=80, unique=True)
    tip = models.ForeignKey(
        Tip, on_delete=models.PROTECT, null=True, blank=True, related_name="taken"
    )
    run = models.ForeignKey("cases.Run", on_delete=models.PROTECT, related_name="tips_taken")
    via = models.CharField(max_length=10, choices=Via.choices)
    at = models.DateTimeField()
    text = models.TextField(blank=True)
    refused = models.CharField(max_length=60, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["at"], name="tip_taken_by_time")]

    def __str__(self) -> str:
        return f"tip taken {self.key}"


class TurnedAway(models.Model):
    """How many sendings the public pages turned away on a day, and why; taken once by ``key``."""

    key = models.UUIDField(unique=True)
    run = models.ForeignKey("cases.Run", on_delete=models.PROTECT, related_name="turned_away")
    day = models.DateField()
    reason = models.CharField(max_length=60)
    n = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.day} {self.reason}: {self.n}"
