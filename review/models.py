from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models


class Lease(models.Model):
    """A case that was given to a person, and to nobody else until ``ends_at``."""

    case = models.OneToOneField("cases.Case", on_delete=models.CASCADE, related_name="lease")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="leases"
    )
    taken_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"case {self.case_id} with {self.person_id} until {self.ends_at:%H:%M}"


class SavedFilter(models.Model):
    """Which cases a person wants to be given, under a name: ``wanted`` is a
    ``review.leases.Wanted`` as JSON."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="filters"
    )
    name = models.CharField(max_length=60)
    wanted = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "name"], name="one_filter_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Skip(models.Model):
    """A case that a person left for others in one round of review."""

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="skips")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="skips"
    )
    review_round = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "review_round", "person"], name="one_skip_a_person"
            ),
        ]

    def __str__(self) -> str:
        return f"case {self.case_id} skipped by {self.person_id}"


class Note(models.Model):
    """What a person wrote down about a case for all who read it."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="notes")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notes"
    )
    at = models.DateTimeField()
    text = models.TextField()

    class Meta:
        ordering: ClassVar = ["at", "pk"]

    def __str__(self) -> str:
        return f"note of {self.person_id} on case {self.case_id}"


class SavedSearch(models.Model):
    """A search that a person keeps: ``asks`` is the query part of its address.

    With an ``alert``, new hits are told to ``address``. ``problem`` is why the last look for them
    failed.
    """

    class Way(models.TextChoices):
        OFF = "off"
        MAIL = "mail"
        WEBHOOK = "webhook"

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="searches"
    )
    name = models.CharField(max_length=100)
    asks = models.TextField()
    made_at = models.DateTimeField()
    alert = models.CharField(max_length=10, choices=Way.choices, default=Way.OFF)
    address = models.CharField(max_length=500, blank=True)
    looked_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering: ClassVar = ["name", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "name"], name="one_search_of_a_name"),
        ]

    def __str__(self) -> str:
        return f"search {self.pk} of {self.person_id}"


class KnownHit(models.Model):
    """An entry of the index that a saved search has found: it is told of no second time."""

    search = models.ForeignKey(SavedSearch, on_delete=models.CASCADE, related_name="known")
    entry = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["search", "entry"], name="hit_known_once"),
        ]

    def __str__(self) -> str:
        return f"{self.entry} of search {self.search_id}"


class Alert(models.Model):
    """New hits of a saved search, found at once and told at once.

    ``cases`` are numbers of hits by the number of their case. It is ``sending`` from before it is
    handed over until that ended: one that is found so was cut short, and goes out again under the
    same ``key``, by which whoever got it already can tell.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        SENDING = "sending"
        SENT = "sent"

    search = models.ForeignKey(SavedSearch, on_delete=models.CASCADE, related_name="alerts")
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    made_at = models.DateTimeField()
    made_in = models.ForeignKey(
        "cases.Run", on_delete=models.SET_NULL, null=True, related_name="alerts_made"
    )
    cases = models.JSONField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=200, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_in = models.ForeignKey(
        "cases.Run", on_delete=models.SET_NULL, null=True, related_name="alerts_sent"
    )

    class Meta:
        ordering: ClassVar = ["pk"]
        indexes: ClassVar = [models.Index(fields=["state"], name="alert_by_state")]

    def __str__(self) -> str:
        return f"alert {self.pk} of search {self.search_id} ({self.state})"


class RestrictedReader(models.Model):
    """That a person may read the restricted queue until ``ends_at``: given by one person with a
    reason, and nothing before another has confirmed it. Never removed; see
    ``review.restricted_readers``."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="restricted_grants"
    )
    reason = models.CharField(max_length=1000)
    ends_at = models.DateTimeField()
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_reason = models.CharField(max_length=1000, blank=True)

    class Meta:
        ordering: ClassVar = ["-given_at", "-pk"]

    def __str__(self) -> str:
        return f"restricted queue for {self.person_id} until {self.ends_at:%Y-%m-%d}"


class HandOver(models.Model):
    """That a restricted case was handed over to somebody outside: ``to`` whom, under which
    ``reference``, and when. Never changed."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="hand_overs")
    to = models.CharField(max_length=300)
    reference = models.CharField(max_length=200)
    handed_at = models.DateTimeField()
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["handed_at", "pk"]

    def __str__(self) -> str:
        return f"case {self.case_id} handed over"


class Closing(models.Model):
    """That a reader of the restricted queue closed a case there. What is seen of it afterwards
    opens it again."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="closings")
    reason = models.CharField(max_length=1000)
    closed_at = models.DateTimeField()
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["closed_at", "pk"]

    def __str__(self) -> str:
        return f"case {self.case_id} closed"


class Token(models.Model):
    """What a program shows to act for a person through the API, until ``ends_at`` or until it is
    withdrawn. Of its secret there is nothing here but the ``digest``; ``key`` is how it is found.

    ``made_seq`` is the event of the audit chain that tells of its making: what befell its owner
    after that ends it.
    """

    key = models.CharField(max_length=16, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    name = models.CharField(max_length=60)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tokens"
    )
    scopes = models.JSONField(default=list)
    made_at = models.DateTimeField()
    made_seq = models.PositiveBigIntegerField()
    ends_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"token {self.pk} of {self.person_id}"


class DossierRow(models.Model):
    """A dossier on some cases, asked for by a person to be handed over.

    ``subject`` is ``case:N`` or ``family:N``. The archive of the digest ``sha256`` lies in the
    folder of dossiers as ``file``; empty once it went by its age, while the digests stay.
    ``begun_at`` is when somebody last began to make it.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        MAKING = "making"
        MADE = "made"
        FAILED = "failed"

    subject = models.CharField(max_length=40)
    cases = models.ManyToManyField("cases.Case", related_name="dossiers")
    left_out = models.PositiveIntegerField(default=0)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="dossiers"
    )
    asked_at = models.DateTimeField()
    handed_to = models.CharField(max_length=300)
    purpose = models.CharField(max_length=1000)
    language = models.CharField(max_length=2)
    pictures = models.BooleanField(default=False)
    cards_reason = models.CharField(max_length=1000, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    begun_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=500, blank=True)
    made_at = models.DateTimeField(null=True, blank=True)
    file = models.CharField(max_length=100, blank=True)
    size = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    manifest_sha256 = models.CharField(max_length=64, blank=True)
    event = models.BigIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [models.Index(fields=["person", "state"], name="dossier_by_person")]

    def __str__(self) -> str:
        return f"dossier {self.pk} on {self.subject} ({self.state})"
