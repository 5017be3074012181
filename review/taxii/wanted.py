"""What a client asks a collection for (sections 3.4 and 5): filters, and where a page goes on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from domain.errors import InputError

#: The most objects of one answer.
MOST = 500
_MOST_GIVEN = 100
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z", re.ASCII)
_CURSOR = re.compile(r"(\d{1,9})-([0-3])-([0-9a-f]{32})", re.ASCII)
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
_NAMED = {"first", "last", "all"}
_MATCHES = ("id", "type", "version", "spec_version")
_SPEC = "2.1"


@dataclass(frozen=True, slots=True)
class Cursor:
    """After which request of which step of which release a page goes on."""

    number: int
    step: int
    after: UUID

    def __str__(self) -> str:
        return f"{self.number}-{self.step}-{self.after.hex}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which versions of which objects: of all ids, types and times where none are named.
    ``versions`` are ``first``, ``last``, ``all`` or values of ``modified``."""

    limit: int = MOST
    cursor: Cursor | None = None
    added_after: datetime | None = None
    ids: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    versions: frozenset[str] = frozenset({"last"})
    specs: frozenset[str] = frozenset()

    def takes_kind(self, kind: str) -> bool:
        """Whether objects of that type can be meant at all."""
        return (not self.kinds or kind in self.kinds) and (not self.specs or _SPEC in self.specs)

    def takes(self, modified: str, *, first: bool, last: bool) -> bool:
        """Whether a version is meant."""
        wanted = self.versions
        named = ("first" in wanted and first) or ("last" in wanted and last)
        return named or "all" in wanted or modified in wanted


def read(query: Mapping[str, str], ids: frozenset[str] = frozenset()) -> Wanted:
    """What the parameters of an address ask for; ``ids`` are what the address itself names.
    Raises InputError naming a parameter that cannot be read."""
    for name in query:
        if name.startswith("match[") and name not in {f"match[{one}]" for one in _MATCHES}:
            raise InputError(f"{name} is no filter of TAXII 2.1")
    given = {name: _listed(query, f"match[{name}]") for name in _MATCHES}
    versions = given["version"] or frozenset({"last"})
    return Wanted(
        limit=_limit(query.get("limit")),
        cursor=_cursor(query.get("next")),
        added_after=_moment(query.get("added_after")),
        ids=ids or given["id"],
        kinds=given["type"],
        versions=frozenset(v if v in _NAMED else _modified(v) for v in versions),
        specs=given["spec_version"],
    )


def _listed(query: Mapping[str, str], name: str) -> frozenset[str]:
    found = frozenset(filter(None, query.get(name, "").split(",")))
    if len(found) > _MOST_GIVEN:
        raise InputError(f"{name} names more than {_MOST_GIVEN}")
    return found


def _limit(text: str | None) -> int:
    if text is None:
        return MOST
    if not _NUMBER.fullmatch(text) or not int(text):
        raise InputError("limit is not a number above 0")
    return min(int(text), MOST)


def _cursor(text: str | None) -> Cursor | None:
    if text is None:
        return None
    found = _CURSOR.fullmatch(text)
    if found is None:
        raise InputError("next is not what an answer ended with")
    return Cursor(int(found[1]), int(found[2]), UUID(found[3]))


def _moment(text: str | None) -> datetime | None:
    """RFC 3339 in UTC with a ``Z``; of a fraction, what the record keeps."""
    if text is None:
        return None
    try:
        return _parsed(text)
    except ValueError as error:
        raise InputError("added_after is not written as 2026-03-01T14:30:00.000000Z") from error


def _modified(text: str) -> str:
    """A version as objects have it: to the millisecond."""
    try:
        moment = _parsed(text)
    except ValueError as error:
        raise InputError("match[version] names neither first, last, all nor a time") from error
    return milliseconds(moment)


def _parsed(text: str) -> datetime:
    if not _STAMP.fullmatch(text):
        raise ValueError(text)
    whole, _, fraction = text.removesuffix("Z").partition(".")
    moment = datetime.fromisoformat(whole).replace(tzinfo=UTC)
    return moment.replace(microsecond=int(fraction[:6].ljust(6, "0")))


def milliseconds(moment: datetime) -> str:
    """A time as STIX objects have it (section 3.2 of that specification)."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def microseconds(moment: datetime) -> str:
    """A time as TAXII has it, with all that the record keeps, so that none is left out after it."""
    text = moment.astimezone(UTC).isoformat(timespec="microseconds")
    return text.replace("+00:00", "Z")
