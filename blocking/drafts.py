"""An export before anything is written: what it holds, and what changes against the last one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from blocking.current import entries_of, requests_for, requests_in_force
from blocking.delta import Delta, delta_against
from blocking.entries import Entry
from blocking.exporters import formats_of
from blocking.exporters.format import ExportInfo, Format
from blocking.gate import Gate, InForce
from blocking.manifest import parse
from blocking.models import BlockingRequest, Export, ExportEntry
from blocking.plan import Recipient, RequestRules
from blocking.states import ExportState
from domain.clock import Clock, iso
from domain.errors import InputError

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Diff:
    """What changes against the release in force, by the entries' labels."""

    before: int | None
    added: tuple[str, ...]
    removed: tuple[str, ...]
    kept: int


@dataclass(frozen=True, slots=True)
class Draft:
    """All that an export is made of, before anything is written; ``issued_at`` is now."""

    recipient: Recipient
    number: int
    last: Export | None
    entries: Sequence[Entry]
    formats: tuple[Format, ...]
    info: ExportInfo
    content_sha256: str
    issued_at: str
    before: InForce | None = None
    delta: Delta | None = None

    @property
    def kept(self) -> frozenset[str]:
        """Formats whose file the release in force has, and that are written also when nothing is
        left for them, since all of it was ended: a recipient must learn that it is empty."""
        if self.last is None or self.before is None or not self.before.all_ended:
            return frozenset()
        manifest = parse(self.last.manifest.encode(), f"export {self.last}")
        return frozenset(file.format for file in manifest.files)


def last_release(recipient: str) -> Export | None:
    """The release that is in force at ``recipient``."""
    released = Export.objects.filter(recipient=recipient, state=ExportState.RELEASED)
    return released.order_by("-number").first()


def in_force(export: Export | None, held: Iterable[str], now: datetime) -> InForce | None:
    """What the gate compares a release with that holds ``held``, ids of requests."""
    if export is None:
        return None
    rows = ExportEntry.objects.filter(export=export).values_list("request_id", flat=True)
    ids = frozenset(str(pk) for pk in rows.iterator(chunk_size=5000))
    return InForce(export.number, ids, _all_ended(sorted(ids - frozenset(held)), now))


def _all_ended(gone: Sequence[str], now: datetime) -> bool:
    """Whether none of ``gone`` is a request in force: what only settings leave out would be."""
    standing = requests_in_force(now)
    parts = (gone[start : start + _AT_ONCE] for start in range(0, len(gone), _AT_ONCE))
    return not any(standing.filter(pk__in=part).exists() for part in parts)


def make_draft(
    recipient: Recipient, rules: RequestRules, gate: Gate, like: int | None, clock: Clock
) -> Draft:
    """Read what is in force for ``recipient``; with ``like``, of that only what the release of
    that number held. Raises InputError for an unknown format or release."""
    now = clock()
    formats = formats_of(recipient.formats)
    rows = requests_for(recipient, now)
    if like is not None:
        rows = rows.filter(exports__export=_released(recipient.name, like))
    entries = entries_of(rows.iterator(chunk_size=2000), gate.spared())
    newest = Export.objects.filter(recipient=recipient.name).order_by("-number").first()
    last = last_release(recipient.name)
    previous_at = _state_of(last) if last else ""
    never = gate.protection.never.names
    info = ExportInfo(
        recipient=recipient.name,
        number=newest.number + 1 if newest else 1,
        as_of=as_of(entries, previous_at),
        previous_at=previous_at,
        unit=rules.unit,
        contact=rules.contact,
        passthru=tuple(sorted(never)),
        passthru_exact=frozenset(name for name, entry in never.items() if not entry.below),
    )
    content = _content_digest(entries, formats, info)
    delta = delta_against(last, entries, now)
    before = in_force(last, (entry.id for entry in entries), now)
    return Draft(
        recipient, info.number, last, entries, formats, info, content, iso(now), before, delta
    )


def as_of(entries: Sequence[Entry], previous_at: str) -> str:
    """The time of the state that ``entries`` are, in RFC 3339: that from which the newest of them
    is valid, and in any case after ``previous_at``, the state of the release before.

    No clock is in it, so that the same entries after the same release give the same files; and it
    rises with every release, also with one that only takes entries away, since readers of a
    register or an event pass by what is not newer than what they have.
    """
    newest = max((entry.valid_from for entry in entries), default="")
    if not previous_at:
        return newest
    after = datetime.fromisoformat(previous_at) + timedelta(seconds=1)
    return max(newest, iso(after))


def _state_of(last: Export) -> str:
    """The state that a release shows; of one whose manifest does not say so, when it was built."""
    return parse(last.manifest.encode(), f"export {last}").as_of or iso(last.built_at)


def _released(recipient: str, number: int) -> Export:
    released = Export.objects.filter(recipient=recipient, state=ExportState.RELEASED)
    found = released.filter(number=number).first()
    if found is None:
        raise InputError(f"{recipient} has no release {number}")
    return found


def _content_digest(entries: Sequence[Entry], formats: tuple[Format, ...], info: ExportInfo) -> str:
    """The SHA-256 over what an export holds, whatever its number and date."""
    digest = hashlib.sha256()
    for part in (
        info.recipient,
        info.unit,
        info.contact,
        info.zone,
        *(fmt.name for fmt in formats),
    ):
        digest.update(f"{part}\n".encode())
    for name in info.passthru:
        digest.update(f"{name} {name in info.passthru_exact}\n".encode())
    for entry in entries:
        digest.update(f"{entry.subdomains} {entry.overridden} {entry.document}\n".encode())
    return digest.hexdigest()


def diff_of(draft: Draft) -> Diff:
    """What ``draft`` changes against the release in force."""
    before = draft.before
    ids = before.ids if before else frozenset()
    gone = ids - {entry.id for entry in draft.entries}
    rows = BlockingRequest.objects.filter(pk__in=gone).order_by("sort_key", "pk")
    added = tuple(entry.label for entry in draft.entries if entry.id not in ids)
    return Diff(
        draft.last.number if draft.last else None,
        added,
        tuple(f"{row.scope}:{row.sort_key}" for row in rows),
        len(draft.entries) - len(added),
    )
