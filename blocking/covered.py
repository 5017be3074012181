"""What stands requested although the never-block list has come to cover it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlsplit
from uuid import UUID

from django.db.models import Q

from blocking.current import requests_in_force
from blocking.entries import BY_NAME, Scope
from blocking.models import ProtectedName
from blocking.names import above
from blocking.neverblock import Protected, never_block


class Follows(StrEnum):
    """What comes of a request that is covered: the gate refuses every export with it, lets it pass
    for a second person's written reason, or the next export blocks its host alone."""

    REFUSED = "refused"
    EXCUSED = "excused"
    NARROWED = "narrowed"


@dataclass(frozen=True, slots=True)
class Covered:
    """A request in force that reaches a protected name, and what follows."""

    request_id: UUID
    case_id: int
    follows: Follows


def covered_by(row: ProtectedName, now: datetime) -> tuple[Covered, ...]:
    """The requests in force at ``now`` that reach what ``row`` protects, by their addresses.
    Restricted cases have none."""
    entry = Protected(row.name, row.category, row.below, row.source, row.added_at.date())
    never, over = never_block([entry]), frozenset(above(row.name))
    rows = requests_in_force(now).filter(_perhaps(row.name, over, below=row.below))
    found = []
    for pk, case_id, scope, values, overridden in rows.values_list(
        "pk", "case_id", "scope", "values", "overridden"
    ):
        hosts = _hosts(scope, values)
        if any(never.match(host) for host in hosts):
            excused = overridden and scope == Scope.URL
            found.append(Covered(pk, case_id, Follows.EXCUSED if excused else Follows.REFUSED))
        elif scope in BY_NAME and over.intersection(hosts):
            found.append(Covered(pk, case_id, Follows.NARROWED))
    return tuple(found)


def _perhaps(name: str, over: frozenset[str], *, below: bool) -> Q:
    """What the record can tell of addresses without reading each: too much rather than too little.
    All addresses of a request are of its case's host."""
    found = Q(sort_key__in=[name, *over]) | Q(case__target__value=name)
    found |= Q(sort_key__contains=f"://{name}")
    if below:
        found |= Q(sort_key__endswith=f".{name}") | Q(case__target__value__endswith=f".{name}")
        found |= Q(sort_key__contains=f".{name}")
    return found & Q(scope__in=[*BY_NAME, Scope.URL, Scope.IP])


def _hosts(scope: str, values: list[str]) -> list[str]:
    if scope == Scope.URL:
        return [urlsplit(url).hostname or "" for url in values]
    return values[:1]
