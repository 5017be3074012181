"""The tables of requests, exports and orders."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from blocking.entries import Action, Scope
from blocking.states import ExportState, OrderState


class BlockingRequest(models.Model):
    """What the unit asks for a case. Never changed after it is written.

    ``document`` is the request in RFC 8785 canonical JSON, the source of every format, and
    ``sha256`` its digest. ``values`` are the host, the onion or the exact URLs (for a channel its
    display name); ``sort_key`` is the first of them. ``overridden`` is set when the second person
    gave a written reason against a never-block hit.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="requests")
    review_round = models.PositiveIntegerField()
    action = models.CharField(max_length=10, choices=[(a.value, a.value) for a in Action])
    scope = models.CharField(max_length=10, choices=[(s.value, s.value) for s in Scope])
    values = models.JSONField(default=list)
    sort_key = models.CharField(max_length=2048)
    overridden = models.BooleanField(default=False)
    territory = models.CharField(max_length=6)
    document = models.TextField()
    sha256 = models.CharField(max_length=64)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "review_round", "action"], name="request_once_a_round"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["action", "sort_key"])]

    def __str__(self) -> str:
        return f"{self.action} {self.scope} {self.sort_key}"


class Export(models.Model):
    """A numbered release for one recipient, or one that was refused or waits for a person.

    ``folder`` is relative to the exports folder and empty for a refused export. ``manifest`` is
    the text of its manifest. ``findings`` are ``[[code, subject, message], ...]``; ``unchecked``
    says what no program was there to check.
    """

    recipient = models.CharField(max_length=40)
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=[(s.value, s.value) for s in ExportState])
    content_sha256 = models.CharField(max_length=64)
    entry_count = models.PositiveIntegerField(default=0)
    previous = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="followers"
    )
    manifest = models.TextField(blank=True)
    manifest_sha256 = models.CharField(max_length=64, blank=True)
    folder = models.CharField(max_length=200, blank=True)
    findings = models.JSONField(default=list)
    unchecked = models.JSONField(default=list)
    built_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="releases",
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["recipient", "number"], name="export_number"),
        ]
        indexes: ClassVar = [models.Index(fields=["recipient", "state", "-number"])]

    def __str__(self) -> str:
        return f"{self.recipient}/{self.number} ({self.state})"


class ExportEntry(models.Model):
    """That an export holds a request, and whether its block covers the names below."""

    export = models.ForeignKey(Export, on_delete=models.CASCADE, related_name="entries")
    request = models.ForeignKey(BlockingRequest, on_delete=models.PROTECT, related_name="exports")
    subdomains = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["export", "request"], name="entry_once"),
        ]

    def __str__(self) -> str:
        return f"{self.export_id}: {self.request_id}"


class Order(models.Model):
    """One request as one recipient has it, from the release that first held it."""

    request = models.ForeignKey(BlockingRequest, on_delete=models.PROTECT, related_name="orders")
    recipient = models.CharField(max_length=40)
    state = models.CharField(
        max_length=15, choices=[(s.value, s.value) for s in OrderState], default=OrderState.SENT
    )
    export = models.ForeignKey(Export, on_delete=models.PROTECT, related_name="orders")
    sent_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["request", "recipient"], name="order_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["recipient", "state"])]

    def __str__(self) -> str:
        return f"{self.recipient}: {self.request_id} {self.state}"
