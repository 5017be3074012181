"""Authenticators of people: who has one, and taking one away that was lost."""

from __future__ import annotations

from django.db import transaction
from django_otp.plugins.otp_totp.models import TOTPDevice

from cases import audit
from cases.models import Person
from domain.clock import Clock, utc_now


def have_one() -> set[int]:
    """Numbers of the people who have an authenticator."""
    return set(TOTPDevice.objects.filter(confirmed=True).values_list("user_id", flat=True))


def take_away(person: Person, *, actor: str, clock: Clock = utc_now) -> bool:
    """Forget the authenticators of ``person``, who enrols another at the next sign-in. Returns
    whether there was one."""
    with transaction.atomic():
        count, _ = TOTPDevice.objects.filter(user=person).delete()
        if count:
            subject = f"person:{person.username}"
            audit.append("person.second_factor_removed", subject, actor=actor, clock=clock)
    return bool(count)
