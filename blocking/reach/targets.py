"""Which URLs are looked at for a request, and for whom nobody can look. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from blocking.entries import BY_NAME, Scope


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


def urls_of(scope: Scope, values: Sequence[str], most: int) -> tuple[str, ...]:
    """The URLs to look at: the exact ones, ``most`` of them, or the first page of each name over
    HTTPS and HTTP (of a domain, ``www`` as well). Empty for ``UNSEEN``."""
    if scope is Scope.URL:
        return tuple(values[:most])
    if scope not in BY_NAME:
        return ()
    return tuple(
        f"{scheme}://{name}/"
        for name in (values[0], *([f"www.{values[0]}"] if scope is Scope.DOMAIN else []))
        for scheme in ("https", "http")
    )
