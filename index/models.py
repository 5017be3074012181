from __future__ import annotations

from typing import ClassVar

from django.db import models


class IndexedCase(models.Model):
    """What one index (its ``generation``) holds of a case.

    ``fingerprint`` covers all that its entries are made from; ``digests`` are theirs, by entry
    id. The case is named by number alone: when it is gone, this row says what is left to remove.
    """

    generation = models.CharField(max_length=64)
    case_number = models.BigIntegerField()
    fingerprint = models.CharField(max_length=64)
    digests = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["generation", "case_number"], name="indexed_once"),
        ]

    def __str__(self) -> str:
        return f"case {self.case_number} in {self.generation}"
