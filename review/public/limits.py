"""How often a sender may do something. Addresses are not kept: a sender is a digest under a key
that is made for the day and forgotten with it."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import router, transaction
from django.db.models import F
from django.http import HttpRequest

from domain.clock import Clock, utc_now
from review.public.keys import keyed
from review.public.models import Key, Refused, Use

_EVERYBODY = "everybody"
_DAY_KEY = "day "
_IPV6_NETWORK = 64


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``most`` in an hour or, with ``daily``, in a day; ``together`` by all senders."""

    most: int
    daily: bool = False
    together: bool = False


def sender_of(request: HttpRequest) -> str:
    """Who asks, for this request alone: an address, or the network of an IPv6 one.

    A server in front of this one on the same machine appends whom it speaks for.
    """
    address = str(request.META.get("REMOTE_ADDR", ""))
    if _is_here(address):
        told = str(request.META.get("HTTP_X_FORWARDED_FOR", ""))
        address = told.rpartition(",")[2].strip() or address
    try:
        read = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(read, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((int(read), _IPV6_NETWORK), strict=False))
    return str(read)


def wait_of(what: str, sender: str, limits: Sequence[Limit], *, clock: Clock = utc_now) -> int:
    """Count one more of ``what``. Returns the seconds to wait where that is too much, else 0."""
    now = clock()
    day = f"{now:%Y-%m-%d}"
    with transaction.atomic(using=router.db_for_write(Use)):
        _forget_before(day)
        uses, longest = [], 0
        for limit in limits:
            window = day if limit.daily else f"{now:%Y-%m-%dT%H}"
            who = _EVERYBODY if limit.together else keyed(_DAY_KEY + day, sender).hex()
            use, _ = Use.objects.get_or_create(window=window, what=what, who=who)
            uses.append(use.pk)
            if use.n >= limit.most:
                longest = max(longest, _until_end(now, daily=limit.daily))
        if not longest:
            Use.objects.filter(pk__in=uses).update(n=F("n") + 1)
    return longest


def count_refused(reason: str, *, clock: Clock = utc_now) -> None:
    """One sending more was refused today, and why."""
    with transaction.atomic(using=router.db_for_write(Refused)):
        row, _ = Refused.objects.get_or_create(day=clock().date(), reason=reason)
        Refused.objects.filter(pk=row.pk).update(n=F("n") + 1)


def _is_here(address: str) -> bool:
    try:
        return address == "" or ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _until_end(now: datetime, *, daily: bool) -> int:
    begins = now.replace(minute=0, second=0, microsecond=0)
    ends = begins.replace(hour=0) + timedelta(days=1) if daily else begins + timedelta(hours=1)
    return max(1, int((ends - now).total_seconds()) + 1)


def _forget_before(day: str) -> None:
    if Key.objects.filter(name=_DAY_KEY + day).exists():
        return
    Key.objects.filter(name__startswith=_DAY_KEY, name__lt=_DAY_KEY + day).delete()
    Use.objects.filter(window__lt=day).delete()
