"""A request by somebody who signed in, as the doorkeeper lets it through."""

from __future__ import annotations

from django.http import HttpRequest

from cases.models import Person


class Asked(HttpRequest):
    """A request whose ``user`` is a person."""

    user: Person


def has_second_factor(request: HttpRequest) -> bool:
    """Whether the code of an authenticator was given in this session."""
    verified: bool = request.user.is_verified()  # type: ignore[union-attr]  # set by django_otp
    return verified
