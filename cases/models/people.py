from __future__ import annotations

from django.contrib.auth.models import AbstractUser


class Person(AbstractUser):
    """A person who signs in. What one may do follows from the groups (see ``cases.people``)."""

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"
