"""The tables of requests, exports, orders and receipts."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from blocking.entries import Action, Scope
from blocking.neverblock import CATEGORIES
from blocking.reach.tables import BlockLook, Collateral
from blocking.states import ExportState
from domain.orders import Answer, OrderState
from domain.outcomes import Outcome, Via
from domain.told import Asks

__all__ = [
    "Appeal",
    "BlockLook",
    "BlockingRequest",
    "Collateral",
    "Export",
    "ExportEntry",
    "Order",
    "OrderMove",
    "ProtectedName",
    "Receipt",
    "ReceiptEntry",
]


class BlockingRequest(models.Model):
    """What the unit asks for a case. Never changed after it is written, but for ``withheld_at``:
    from then on it is in no list (see ``blocking.withholding``).

    ``document`` is the request in RFC 8785 canonical JSON, the source of every format, and
    ``sha256`` its digest. ``values`` are the host, the onion or the exact URLs (for a channel its
    display name); ``sort_key`` is the first of them. ``overridden`` is set when the second person
    gave a written reason against a never-block hit. ``renewal`` counts how often what was asked in
    a round of review was renewed: the request with the highest number replaces those before it.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="requests")
    review_round = models.PositiveIntegerField()
    renewal = models.PositiveIntegerField(default=0)
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
    withheld_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "review_round", "action", "renewal"], name="request_once_a_round"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["action", "sort_key"]),
            models.Index(fields=["-valid_from", "id"]),
        ]

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


class Receipt(models.Model):
    """What a recipient answered at one time. ``sha256`` is of the bytes that came, which are not
    kept: the same ones again are the same receipt. ``counts`` are rows by outcome, ``blank`` and
    ``beyond`` rows that answered nothing or were too many. Of a signed file ``signed_by`` is the
    subject of the certificate (RFC 4514), ``signer_sha256`` the certificate's digest, and
    ``signed_at`` when the signer says that it was."""

    recipient = models.CharField(max_length=40)
    received_at = models.DateTimeField()
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="receipts"
    )
    via = models.CharField(max_length=10, choices=[(v.value, v.value) for v in Via])
    name = models.CharField(max_length=200, blank=True)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    signed_by = models.CharField(max_length=500, blank=True)
    signer_sha256 = models.CharField(max_length=64, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    counts = models.JSONField(default=dict)
    blank = models.PositiveIntegerField(default=0)
    beyond = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["recipient", "sha256"], name="receipt_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["recipient", "-received_at"])]

    def __str__(self) -> str:
        return f"receipt {self.pk} of {self.recipient}"


class ReceiptEntry(models.Model):
    """One row of a receipt and what came of it. ``order`` is empty where the row names none of the
    recipient's; ``entry`` is what the row called it by, ``note`` says why nothing moved."""

    receipt = models.ForeignKey(Receipt, on_delete=models.CASCADE, related_name="entries")
    line = models.PositiveIntegerField()
    entry = models.CharField(max_length=120, blank=True)
    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, null=True, blank=True, related_name="answers"
    )
    answer = models.CharField(max_length=10, choices=[(a.value, a.value) for a in Answer])
    reason = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=[(o.value, o.value) for o in Outcome])
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["receipt", "line"]),
            models.Index(fields=["receipt", "outcome", "line"]),
        ]

    def __str__(self) -> str:
        return f"receipt {self.receipt_id}, line {self.line}: {self.outcome}"


class OrderMove(models.Model):
    """That an order changed its state: never changed afterwards. ``happened_at`` is what the
    recipient says, ``moved_at`` when the record heard of it."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="moves")
    came_from = models.CharField(max_length=15, choices=[(s.value, s.value) for s in OrderState])
    to = models.CharField(max_length=15, choices=[(s.value, s.value) for s in OrderState])
    moved_at = models.DateTimeField()
    happened_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    actor = models.CharField(max_length=150)
    receipt = models.ForeignKey(
        Receipt, on_delete=models.PROTECT, null=True, blank=True, related_name="moves"
    )
    audit_seq = models.PositiveBigIntegerField()

    class Meta:
        ordering: ClassVar = ["pk"]
        indexes: ClassVar = [models.Index(fields=["audit_seq"])]

    def __str__(self) -> str:
        return f"order {self.order_id}: {self.came_from} became {self.to}"


class Delivery(models.Model):
    """That a release is to be brought to its recipient by one way, and how far that has come.

    ``name`` is the delivery's in the settings, ``to`` where it went or goes (it holds no secret).
    ``problem`` is the reason why the last attempt failed and ``message`` says it in full;
    ``sha256`` and ``size`` are of the archive that was sent, where it went as one.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        DELIVERED = "delivered"
        SUPERSEDED = "superseded"

    export = models.ForeignKey(Export, on_delete=models.PROTECT, related_name="deliveries")
    name = models.CharField(max_length=40)
    to = models.CharField(max_length=500)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField()
    next_at = models.DateTimeField()
    problem = models.CharField(max_length=40, blank=True)
    message = models.CharField(max_length=500, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    size = models.PositiveBigIntegerField(null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["export", "name"], name="delivery_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "next_at"], name="delivery_due")]

    def __str__(self) -> str:
        return f"{self.export} by {self.name}: {self.state}"


class Appeal(models.Model):
    """What somebody outside holds against a block. ``key`` is what it is known by where it came
    in: it is taken once. ``about`` is what it is about in the sender's words, ``case`` what the
    record found for it. ``reason`` is for the house, ``answer`` for the sender."""

    class State(models.TextChoices):
        OPEN = "open"
        UPHELD = "upheld"
        REJECTED = "rejected"

    key = models.CharField(max_length=80, unique=True)
    run = models.ForeignKey("cases.Run", on_delete=models.PROTECT, related_name="appeals")
    received_at = models.DateTimeField()
    due_at = models.DateTimeField()
    about = models.CharField(max_length=2048)
    asks = models.CharField(max_length=10, choices=[(a.value, a.value) for a in Asks])
    grounds = models.TextField()
    contact = models.CharField(max_length=200, blank=True)
    case = models.ForeignKey(
        "cases.Case", on_delete=models.PROTECT, null=True, blank=True, related_name="appeals"
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    reason = models.TextField(blank=True)
    answer = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="appeals_decided",
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["state", "due_at", "id"], name="appeal_by_deadline"),
            models.Index(fields=["-received_at", "-id"], name="appeal_by_time"),
        ]

    def __str__(self) -> str:
        return f"appeal {self.pk} ({self.state})"


class ProtectedName(models.Model):
    """A name that people put on the never-block list, beside those of the list files (see
    ``blocking.protected``). Never removed: a withdrawn one protects nothing and stays to be read.

    ``source`` says where it was learnt that the name needs protection, ``review_by`` when somebody
    should ask again; until it is withdrawn it protects all the same. A withdrawal is
    ``proposed_by`` one person and done by another.
    """

    name = models.CharField(max_length=253)
    category = models.CharField(max_length=20, choices=[(c, c) for c in sorted(CATEGORIES)])
    below = models.BooleanField(default=True)
    reason = models.CharField(max_length=1000)
    source = models.CharField(max_length=300)
    review_by = models.DateField()
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="names_protected"
    )
    proposed_at = models.DateTimeField(null=True, blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    proposal_reason = models.CharField(max_length=1000, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["name"],
                condition=models.Q(withdrawn_at=None),
                name="name_protected_once",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["withdrawn_at", "name"], name="name_in_force")]

    def __str__(self) -> str:
        return self.name
