"""A request by somebody who signed in, as the doorkeeper lets it through."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest

from cases.models import Person


class Asked(HttpRequest):
    """A request whose ``user`` is a person."""

    user: Person


def came_from(request: HttpRequest) -> str:
    """The address that a request came from: of whoever asks, or of the server in front of us.

    Over HTTPS there is one in front, on this machine, and what it says last in ``X-Forwarded-For``
    is where it was asked from (RFC 7239, 7.4); what stands before that, anybody can write.
    """
    there: str = _one_sender(request.META.get("REMOTE_ADDR", ""))
    told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    if not (settings.NARCOWATCH.review.https and there in {"127.0.0.1", "::1", ""}):
        return there
    return _one_sender(told) or there


def _one_sender(address: str) -> str:
    """An address, for counting; of IPv6 the first of its network of 64 bits, which one subscriber
    has whole (RFC 6177). Empty for what is no address."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if found.version == 4 or found.is_loopback:
        return str(found)
    return str(ipaddress.ip_network((found, 64), strict=False).network_address)


def has_second_factor(request: HttpRequest) -> bool:
    """Whether the code of an authenticator was given in this session."""
    verified: bool = request.user.is_verified()  # type: ignore[union-attr]  # set by django_otp
    return verified
