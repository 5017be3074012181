"""What is sent from outside, until the record takes it.

No name, no address of a machine and no time finer than an hour is kept of a sender; of a number
that somebody follows up only its SHA-256.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from domain.targets import TargetKind
from domain.told import Asks, Told

_TOLD = [(told.value, told.value) for told in Told]


class Token(models.Model):
    """Lets a volunteer's program in. Of its secret only the SHA-256 is kept."""

    name = models.CharField(max_length=60, unique=True)
    secret_hash = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"token {self.name}"


class ReportedTarget(models.Model):
    """A target that was reported, once however many reported it."""

    kind = models.CharField(max_length=10, choices=[(k.value, k.value) for k in TargetKind])
    value = models.CharField(max_length=2048)
    url = models.CharField(max_length=2048, blank=True)
    senders = models.PositiveIntegerField(default=0)
    told = models.CharField(max_length=10, choices=_TOLD, default=Told.RECEIVED)
    told_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "value"], name="reported_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["told"], name="reported_by_told")]

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"


class Sending(models.Model):
    """What somebody sent at once, under one number: a report, or an appeal.

    ``key`` is what the record knows it by. ``once`` is the digest of one opening of the form, or of
    a token's idempotency key: the same again is this sending; ``body`` is the digest of what was
    sent. Texts are erased once the record has them (``taken_at``). For an appeal, ``told`` and
    ``answer`` are what its sender is told.
    """

    class Kind(models.TextChoices):
        TIP = "tip"
        APPEAL = "appeal"

    class Via(models.TextChoices):
        PAGE = "page"
        API = "api"

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number_hash = models.CharField(max_length=64, unique=True)
    once = models.CharField(max_length=64, unique=True)
    body = models.CharField(max_length=64)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    via = models.CharField(max_length=10, choices=Via.choices)
    token = models.ForeignKey(
        Token, on_delete=models.PROTECT, null=True, blank=True, related_name="sendings"
    )
    sent_at = models.DateTimeField()
    text = models.TextField(blank=True)
    target = models.CharField(max_length=2048, blank=True)
    asks = models.CharField(max_length=10, choices=[(a.value, a.value) for a in Asks], blank=True)
    contact = models.CharField(max_length=200, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    told = models.CharField(max_length=10, choices=_TOLD, default=Told.RECEIVED)
    told_at = models.DateTimeField()
    answer = models.TextField(blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["id"], condition=models.Q(taken_at=None), name="not_taken_yet"),
            models.Index(fields=["kind", "told"], name="sending_by_told"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Item(models.Model):
    """A target that a sending reports, and the address as it was given."""

    sending = models.ForeignKey(Sending, on_delete=models.CASCADE, related_name="items")
    target = models.ForeignKey(ReportedTarget, on_delete=models.PROTECT, related_name="items")
    url = models.CharField(max_length=2048, blank=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sending", "target"], name="item_once"),
        ]

    def __str__(self) -> str:
        return f"item {self.pk} of sending {self.sending_id}"


class Key(models.Model):
    """A secret by name: of forms and numbers for good, of a day's senders for that day."""

    name = models.CharField(max_length=40, primary_key=True)
    secret = models.BinaryField()

    def __str__(self) -> str:
        return f"key {self.name}"


class Use(models.Model):
    """How often something was done in a window of time. ``who`` is a digest under the day's key,
    which is forgotten with the day."""

    window = models.CharField(max_length=20)
    what = models.CharField(max_length=20)
    who = models.CharField(max_length=64)
    n = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["window", "what", "who"], name="intake_use_once"),
        ]

    def __str__(self) -> str:
        return f"{self.what} in {self.window}: {self.n}"


class Refused(models.Model):
    """How many sendings of a day were refused for a reason; the record's report tells them."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    day = models.DateField()
    reason = models.CharField(max_length=60)
    n = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["day", "reason"], name="refused_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.reason}: {self.n}"
