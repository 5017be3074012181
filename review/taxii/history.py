"""How the indicator of an entry came, changed and was revoked, from release to release.

STIX 2.1 (section 3.6): a later version of an object has the same id and a later ``modified``; one
that is revoked stays so for good. Where a release holds an entry that an earlier one had lifted,
its indicator is therefore a new object: its next *life*.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the indicator of one entry. ``at`` is the place of the release that brought it
    (from 0), ``life`` counts the objects that the entry has had (from 1), ``first`` and ``last``
    are of the versions of that object."""

    at: int
    life: int
    subdomains: bool
    revoked: bool
    first: bool
    last: bool = True


def versions_of(held: Mapping[int, bool], releases: int) -> list[Version]:
    """The versions by their releases. ``held`` says by place which of so many ``releases`` held
    the entry, and whether with the names below it."""
    found: list[Version] = []
    before: bool | None = None
    life = 0
    for at in range(releases):
        now = held.get(at)
        if now is not None and now != before:
            first = before is None
            life += first
            found.append(Version(at, life, now, revoked=False, first=first))
        elif now is None and before is not None:
            found.append(Version(at, life, before, revoked=True, first=False))
        before = now
    return [
        replace(one, last=following == len(found) or found[following].life != one.life)
        for following, one in enumerate(found, start=1)
    ]
