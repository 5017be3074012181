"""Tokens of the API: made and withdrawn on the command line, kept as digests."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum

from domain.clock import Clock, utc_now
from domain.digests import sha256_hex
from domain.errors import AccessError, InputError
from review.public.models import Token

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,59}")
_PREFIX = "nwt_"


class Scope(StrEnum):
    """What a token may do."""

    WRITE = "tips:write"
    READ = "tips:read"


def add(
    name: str, scopes: Iterable[Scope], days: int, *, clock: Clock = utc_now
) -> tuple[Token, str]:
    """A token and its secret, which is told this once. Raises InputError."""
    if not _NAME.fullmatch(name):
        raise InputError(f"a token's name is 2 to 60 of a-z, 0-9 and . _ -: {name!r}")
    if Token.objects.filter(name=name).exists():
        raise InputError(f"there is a token called {name!r} already")
    if not 1 <= days <= 3_650:
        raise InputError(f"a token holds 1 to 3650 days, not {days}")
    secret = _PREFIX + secrets.token_urlsafe(32)
    row = Token.objects.create(
        name=name,
        secret_hash=sha256_hex(secret.encode()),
        scopes=sorted(set(scopes)),
        made_at=clock(),
        expires_at=clock() + timedelta(days=days),
    )
    return row, secret


def withdraw(name: str, *, clock: Clock = utc_now) -> Token:
    """Have a token let nobody in any more. Raises InputError where there is none."""
    row = Token.objects.filter(name=name).first()
    if row is None:
        raise InputError(f"there is no token called {name!r}")
    if row.withdrawn_at is None:
        row.withdrawn_at = clock()
        row.save(update_fields=["withdrawn_at"])
    return row


def of_secret(secret: str, *, clock: Clock = utc_now) -> Token:
    """The token whose secret this is. Raises AccessError, the same for every cause."""
    row = Token.objects.filter(secret_hash=sha256_hex(secret.encode())).first()
    if row is None or row.withdrawn_at is not None or row.expires_at <= clock():
        raise AccessError("no such token, or it is withdrawn or has expired")
    return row
