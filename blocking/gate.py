"""The export gate: what must hold before a block list may leave the house.

Pure: it looks at the entries, at what is in force, and at the lists. What needs the written files
(zone checks, schema) is in ``filechecks`` and ``zonecheck``. Every finding is told, not the first
alone, and each names the entry.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from blocking.entries import BY_NAME, Entry, Scope
from blocking.findings import Code, Finding
from blocking.names import all_above, is_below, self_and_above
from blocking.protection import Protection
from blocking.values import block_address, block_host, block_url
from domain.errors import KeyFormatError


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may change against the release in force: up to ``max_change_share`` of it, or up to
    ``change_floor`` entries, whichever is more. ``canaries`` are names that no entry may hit;
    ``*.name`` means any name below."""

    max_change_share: float = 0.10
    change_floor: int = 50
    canaries: tuple[str, ...] = ()

    @property
    def canary_names(self) -> frozenset[str]:
        return frozenset(name.removeprefix("*.") for name in self.canaries)


@dataclass(frozen=True, slots=True)
class InForce:
    """The last release: its number and the ids of its entries. ``all_ended`` says of the next one
    that whatever it leaves out was ended in the record: lifted, withdrawn, expired or renewed."""

    number: int
    ids: frozenset[str]
    all_ended: bool = False


@dataclass(frozen=True, slots=True)
class Untouchable:
    """Hosts that a block must not reach although nobody listed them: of cases on hold (nothing
    about these leaves the house) and of cases that people dismissed; and the
    addresses of requests at which others live."""

    held: frozenset[str] = frozenset()
    dismissed: frozenset[str] = frozenset()
    shared_addresses: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Gate:
    """The rules of one moment; ``check`` holds an export against them."""

    protection: Protection
    limits: Limits = field(default_factory=Limits)
    untouchable: Untouchable = field(default_factory=Untouchable)

    def spared(self) -> frozenset[str]:
        """Names that a wildcard must not cover: every name that stands above a protected one."""
        names = self.untouchable.held | self.untouchable.dismissed | self.limits.canary_names
        return all_above(names) | self.protection.never.covering

    def check(self, entries: Sequence[Entry], number: int, before: InForce | None) -> list[Finding]:
        """Everything that speaks against releasing ``entries`` as release ``number``."""
        found = [*_as_a_whole(entries, number, before, self.limits)]
        spared, canaries = self.spared(), self.limits.canary_names
        for entry in entries:
            found.extend(_bad_values(entry))
            if entry.scope in BY_NAME:
                found.extend(self._by_name(entry, spared, canaries))
            elif entry.scope is Scope.URL:
                found.extend(self._by_url(entry))
            elif entry.scope is Scope.IP:
                found.extend(self._by_address(entry.values[0]))
        return found

    def _by_name(
        self, entry: Entry, spared: frozenset[str], canaries: frozenset[str]
    ) -> Iterator[Finding]:
        host = entry.host
        yield from self.protection.host_findings(host)
        if canary := next((name for name in self_and_above(host) if name in canaries), ""):
            yield Finding(Code.CANARY, host, f"would block the canary {canary} or part of it")
        if host in self.untouchable.held:
            yield Finding(Code.HELD, host, "is on hold for an investigation")
        if entry.subdomains and host in spared:
            yield Finding(Code.COVERS_PROTECTED, host, f"would block {self._covered(host)} too")
        imitated = self.protection.never.imitates(host)
        if imitated and not entry.overridden:
            yield Finding(Code.LOOK_ALIKE, host, f"looks like {imitated}; nobody gave a reason")

    def _by_url(self, entry: Entry) -> Iterator[Finding]:
        for url in entry.values:
            host = urlsplit(url).hostname or ""
            yield from self.protection.root_findings(url)
            if host in self.untouchable.held:
                yield Finding(Code.HELD, url, "its host is on hold for an investigation")
            if not entry.overridden:
                for finding in self.protection.reason_findings(host):
                    message = f"{finding.message}; nobody gave a reason"
                    yield Finding(finding.code, url, message)

    def _by_address(self, address: str) -> Iterator[Finding]:
        yield from self.protection.host_findings(address)
        if address in self.limits.canary_names:
            message = f"would block the canary {address} or part of it"
            yield Finding(Code.CANARY, address, message)
        if address in self.untouchable.held:
            yield Finding(Code.HELD, address, "is on hold for an investigation")
        others = self.untouchable.shared_addresses | self.untouchable.dismissed
        if address in others:
            yield Finding(Code.SHARED_ADDRESS, address, "is an address, which others may share")

    def _covered(self, host: str) -> str:
        names = (
            *self.untouchable.held,
            *self.untouchable.dismissed,
            *self.limits.canary_names,
            *self.protection.never.names,
        )
        below = sorted(name for name in names if is_below(name, host))
        more = f" and {len(below) - 3} more" if len(below) > 3 else ""
        return ", ".join(below[:3]) + more


def _as_a_whole(
    entries: Sequence[Entry], number: int, before: InForce | None, limits: Limits
) -> Iterator[Finding]:
    if not entries and not (before and before.ids and before.all_ended):
        message = "nothing to block: an empty list would unblock everything that is in force"
        yield Finding(Code.EMPTY, "export", message)
    if before is None:
        return
    if number <= before.number:
        message = f"{number} does not rise above {before.number}, which is in force"
        yield Finding(Code.SERIAL, "serial", message)
    ids = {entry.id for entry in entries}
    added, removed = len(ids - before.ids), len(before.ids - ids)
    allowed = max(limits.change_floor, int(limits.max_change_share * len(before.ids)))
    if added + removed > allowed:
        message = (
            f"{added} added and {removed} removed against release {before.number} of "
            f"{len(before.ids)} entries: at most {allowed} may change at once "
            f"({limits.max_change_share:.0%}, or {limits.change_floor})"
        )
        yield Finding(Code.CHANGE, "export", message)


def _bad_values(entry: Entry) -> Iterator[Finding]:
    """The values' own rules again, should a request have been stored under older ones."""
    for value in entry.values:
        try:
            if entry.scope is Scope.URL:
                block_url(value)
            elif entry.scope in BY_NAME:
                block_host(value)
            elif entry.scope is Scope.IP:
                block_address(value)
        except KeyFormatError as error:
            yield Finding(Code.BAD_VALUE, value, str(error))
