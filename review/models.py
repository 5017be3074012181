from __future__ import annotations

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
