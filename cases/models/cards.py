from __future__ import annotations

from typing import ClassVar

from django.db import models


class CardNumber(models.Model):
    """A card number that a document has: ``mac`` tells it from others, ``sealed`` is the number
    encrypted, ``shown`` is what people and the index see of it (see ``cases.cardkeys``)."""

    document = models.ForeignKey(
        "cases.DocumentRow", on_delete=models.PROTECT, related_name="cards"
    )
    mac = models.CharField(max_length=64, db_index=True)
    sealed = models.BinaryField()
    shown = models.CharField(max_length=19)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["document", "mac"], name="card_once"),
        ]

    def __str__(self) -> str:
        return self.shown
