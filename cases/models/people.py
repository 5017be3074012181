from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models


class Person(AbstractUser):
    """A person who signs in. What one may do follows from the groups (see ``cases.people``).

    ``own_password`` says that nobody else has chosen the password; until then it is asked for at
    the first sign-in. ``recipient`` is whose exports and receipts a person of the regulator's group
    has: without one they have none.
    """

    own_password = models.BooleanField(default=False)
    recipient = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"
