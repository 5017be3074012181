"""Which URLs are looked at for a request, and for whom nobody can look. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from blocking.entries import Scope


class NotApplicable(StrEnum):
    """Why nobody looks at an order, as it is counted."""

    ONION = "onion: no operator can block it"
    TELEGRAM = "Telegram: its platform alone can block it"


class Tie(StrEnum):
    """What makes another address a neighbour of a blocked one."""

    HOST = "same_host"
    DOMAIN = "same_domain"
    ADDRESS = "same_address"


#: Scopes that no operator's network can show.
UNSEEN = {Scope.ONION: NotApplicable.ONION, Scope.TELEGRAM: NotApplicable.TELEGRAM}


def parts_of(scope: Scope, values: Sequence[str], most: int) -> tuple[tuple[str, ...], ...]:
    """The URLs to look at, in the parts that one look each takes: the exact ones, ``most`` a look,
    or the first page of each name or address over HTTPS and HTTP (of a domain, ``www`` as well),
    which are one part. Empty for ``UNSEEN``."""
    if scope is Scope.URL:
        return tuple(tuple(values[at : at + most]) for at in range(0, len(values), most))
    if scope in UNSEEN:
        return ()
    pages = tuple(
        f"{scheme}://{name}/"
        for name in (values[0], *([f"www.{values[0]}"] if scope is Scope.DOMAIN else []))
        for scheme in ("https", "http")
    )
    return (pages,)


def next_part(
    parts: Sequence[tuple[str, ...]], last: Sequence[str], *, again: bool
) -> tuple[str, ...]:
    """The part that comes after the ``last`` URLs, or is to be seen ``again``; the first where
    these are none of the parts."""
    if not parts:
        return ()
    if tuple(last) not in parts:
        return parts[0]
    return parts[(parts.index(tuple(last)) + (not again)) % len(parts)]
