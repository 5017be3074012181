"""A recipient's collection: every version of every object that its releases brought.

It is read from the record, release after release: what each added, changed and lifted against the
one before, a page at a time, so that a million entries need no more memory than a page does. An
object of a release is the one of its STIX bundle; partners learn of a lifting by a version that is
``revoked``, added when the release was let out that does not hold the entry any more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, Max, OuterRef, QuerySet

from blocking.current import as_entry
from blocking.exporters import stix
from blocking.hidden import hidden_requests
from blocking.models import BlockingRequest, Export, ExportEntry, Order, OrderMove
from cases.models import Person
from domain.orders import OrderState
from review.recipients import released_to
from review.taxii.history import Version, versions_of
from review.taxii.wanted import Cursor, Wanted, milliseconds

_IDENTITY, _GONE, _COME, _CHANGED = range(4)
_NONE = UUID(int=0)
_AT_ONCE = 500
#: Of so many entries looked at, a page is given with what was found, even if that is nothing.
_MOST_LOOKED_AT = 20_000
_MOST_LIVES = 5
#: Manifests are canonical, so that this is how they have it and nothing else.
_HAS_BUNDLE = f'"format":"{stix.FORMAT.name}"'
_LONG = ("manifest", "findings", "unchecked")


@dataclass(frozen=True, slots=True)
class Release:
    """A release that has a bundle."""

    export: Export
    number: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Added:
    """A version of an object, and when it came into the collection."""

    at: datetime
    content: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """Versions in the order in which they were added; ``next`` is where more begin, None where
    there are none."""

    rows: tuple[Added, ...]
    next: Cursor | None = None


class Collection:
    """What was released for ``recipient`` in bundles, the earliest first; ``unit`` made them."""

    def __init__(self, recipient: str, releases: Sequence[Release], unit: str) -> None:
        self.recipient, self._releases = recipient, releases
        self._identity = stix.identity_of(unit)
        self._places = {release.export.pk: at for at, release in enumerate(releases)}
        self._numbers = [release.number for release in releases]
        self._hidden = hidden_requests()

    @property
    def newest(self) -> Export:
        """The release in force."""
        return self._releases[-1].export

    @property
    def id(self) -> str:
        """A UUID in the form of version 4, as section 1.4 wants it, that stays the same."""
        digest = hashlib.sha256(f"narcowatch.taxii/1\n{self.recipient}".encode()).digest()
        return str(UUID(bytes=digest[:16], version=4))

    def page(self, wanted: Wanted) -> Page:
        """The versions that are meant, at most ``wanted.limit`` of them."""
        rows = list[Added]()
        last: Cursor | None = None
        for looked, (cursor, found) in enumerate(self._found(wanted)):
            if len(rows) == wanted.limit and found is not None:
                return Page(tuple(rows), last)
            if found is not None:
                rows.append(found)
            last = cursor
            if looked >= _MOST_LOOKED_AT:
                return Page(tuple(rows), last)
        return Page(tuple(rows))

    def has(self, object_id: str) -> bool:
        """Whether an object of that id was ever in it."""
        return object_id == self._identity["id"] or bool(self._requests_of(frozenset({object_id})))

    def _found(self, wanted: Wanted) -> Iterator[tuple[Cursor, Added | None]]:
        """All that is looked at from where ``wanted`` goes on, with what is meant of it."""
        cursor = wanted.cursor or Cursor(0, _IDENTITY, _NONE)
        only = self._requests_of(wanted.ids) if wanted.ids else None
        for at, release in enumerate(self._releases):
            if release.number < cursor.number:
                continue
            if wanted.added_after is not None and release.at <= wanted.added_after:
                continue
            begun = cursor.step if release.number == cursor.number else _IDENTITY
            if at == 0 and begun == _IDENTITY:
                yield Cursor(release.number, _GONE, _NONE), self._the_identity(wanted)
            if not wanted.takes_kind("indicator"):
                continue
            for step in range(max(begun, _GONE), _CHANGED + 1):
                after = cursor.after if (release.number, step) == (cursor.number, begun) else _NONE
                for request, added in self._step(at, step, after, only, wanted):
                    yield Cursor(release.number, step, request), added

    def _the_identity(self, wanted: Wanted) -> Added | None:
        own = self._identity
        meant = wanted.takes_kind("identity") and (not wanted.ids or own["id"] in wanted.ids)
        if not meant or not wanted.takes(own["modified"], first=True, last=True):
            return None
        return Added(self._releases[0].at, own)

    def _step(
        self, at: int, step: int, after: UUID, only: Sequence[UUID] | None, wanted: Wanted
    ) -> Iterator[tuple[UUID, Added | None]]:
        rows = self._rows(at, step).exclude(request__in=self._hidden)
        if only is not None:
            rows = rows.filter(request__in=only)
        while batch := list(
            rows.filter(request__gt=after)
            .order_by("request")
            .values_list("request_id", flat=True)[:_AT_ONCE]
        ):
            yield from self._versions(at, batch, wanted)
            after = batch[-1]

    def _rows(self, at: int, step: int) -> QuerySet[ExportEntry]:
        """The entries that a release has lifted, added or changed against the one before."""
        held = ExportEntry.objects.filter(export=self._releases[at].export)
        if at == 0:
            return held if step == _COME else held.none()
        before = ExportEntry.objects.filter(export=self._releases[at - 1].export)
        own = OuterRef("request")
        if step == _GONE:
            return before.filter(~Exists(held.filter(request=own)))
        if step == _COME:
            return held.filter(~Exists(before.filter(request=own)))
        other = before.filter(request=own).exclude(subdomains=OuterRef("subdomains"))
        return held.filter(Exists(other))

    def _versions(
        self, at: int, batch: Sequence[UUID], wanted: Wanted
    ) -> Iterator[tuple[UUID, Added | None]]:
        held = dict[UUID, dict[int, bool]]()
        rows = ExportEntry.objects.filter(request__in=batch, export__in=[*self._places])
        for request, export, subdomains in rows.values_list("request", "export", "subdomains"):
            held.setdefault(request, {})[self._places[export]] = subdomains
        requests = BlockingRequest.objects.in_bulk(batch)
        for request in batch:
            versions = versions_of(held[request], len(self._releases))
            version = next(one for one in versions if one.at == at)
            yield request, self._added(requests[request], version, wanted)

    def _added(self, row: BlockingRequest, version: Version, wanted: Wanted) -> Added | None:
        release = self._releases[version.at]
        content = stix.indicator_of(
            as_entry(row, subdomains=version.subdomains), self._identity["id"]
        )
        if version.life > 1:
            content["id"] = _id_of(str(row.pk), version.life)
            content["created"] = content["modified"] = milliseconds(release.at)
        if not version.first:
            content["modified"] = milliseconds(release.at)
        if version.revoked:
            content["revoked"] = True
        if wanted.ids and content["id"] not in wanted.ids:
            return None
        if not wanted.takes(content["modified"], first=version.first, last=version.last):
            return None
        return Added(release.at, content)

    def _requests_of(self, ids: frozenset[str]) -> list[UUID]:
        """The requests whose indicators have these ids: an id cannot be turned back, so all of the
        recipient's are gone through, one after the other."""
        wanted = {one for one in ids if one.startswith("indicator--")}
        orders = Order.objects.filter(recipient=self.recipient).exclude(request__in=self._hidden)
        again = OrderMove.objects.filter(order__recipient=self.recipient, to=OrderState.SENT)
        lived = set(again.values_list("order__request", flat=True)) if wanted else set()
        found = list[UUID]()
        if not wanted:
            return found
        for request in orders.values_list("request_id", flat=True).iterator(chunk_size=5000):
            lives = _MOST_LIVES if request in lived else 1
            if any(_id_of(str(request), life) in wanted for life in range(1, lives + 1)):
                found.append(request)
        return found


def collection_of(person: Person, unit: str) -> Collection | None:
    """The collection of the person's recipient, None where the release in force has no bundle.

    It begins with the first of the releases that have had one ever since. Raises AccessError.
    """
    rows = released_to(person)
    gap = rows.exclude(manifest__contains=_HAS_BUNDLE).aggregate(last=Max("number"))["last"] or 0
    releases = [
        Release(row, row.number, row.released_at or row.built_at)
        for row in rows.filter(number__gt=gap).order_by("number").defer(*_LONG)
    ]
    return Collection(person.recipient, releases, unit) if releases else None


def _id_of(entry: str, life: int) -> str:
    return stix.id_of("indicator", entry if life == 1 else f"{entry} {life}")
