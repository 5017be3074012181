"""What requests and exports need to know, as plain values: entry points make it from settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from blocking.entries import Scope
from blocking.gate import Limits
from blocking.protection import Protection, load_protection
from blocking.scope import MIN_HOST_SHARE
from domain.errors import InputError

#: The languages of letters and of the texts that stand in them.
LANGUAGES = ("kk", "ru", "en")


#: Formats that an address can stand in, and those that an exact page can.
_OF_ADDRESSES = frozenset({"json", "csv", "xml", "stix", "misp", "xarf"})
_OF_PAGES = _OF_ADDRESSES | {"urls"}


class Kind(StrEnum):
    """What a recipient is to a request."""

    REGULATOR = "regulator"
    OPERATOR = "operator"
    HOST = "host"
    REGISTRAR = "registrar"
    PLATFORM = "platform"
    PARTNER = "partner"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who gets exports: in which formats, of which scopes, for which territory (ISO 3166). Letters
    are addressed to its ``title`` at its ``address``. ``certificates`` is the file of those that
    vouch for its signed answers, None for none. Nights build a release on ``days`` of the week
    (0 is Monday)."""

    name: str
    formats: tuple[str, ...]
    territory: str = "KZ"
    scopes: frozenset[Scope] = frozenset(Scope)
    kind: Kind = Kind.REGULATOR
    title: str = ""
    address: str = ""
    certificates: Path | None = None
    days: frozenset[int] = frozenset(range(7))

    def can_block(self, scope: Scope) -> bool:
        """Whether it is sent what has this scope, exact pages or addresses, in a format that can
        hold it."""
        formats = _OF_ADDRESSES if scope is Scope.IP else _OF_PAGES
        return scope in self.scopes and not formats.isdisjoint(self.formats)

    @property
    def called(self) -> str:
        """How people outside call it."""
        return self.title or self.name


@dataclass(frozen=True, slots=True)
class Addressees:
    """Recipients that a request concerns, by what they are to it; partners abroad are told of it
    and not asked."""

    regulators: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    registrars: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bounds:
    """The largest file of answers in bytes, and the most rows that are read of one."""

    max_bytes: int = 5_000_000
    max_rows: int = 50_000


@dataclass(frozen=True, slots=True)
class RequestRules:
    """Who asks and on what ground, for how long, and from which share of selling pages on a
    whole host is meant. ``law_in`` are the provisions by language, where others than ``law`` are
    given; ``explanation`` and ``good_faith`` are texts by language; ``appeal_url`` is
    where anybody can appeal, decided within ``appeal_days``; ``store`` is the folder of evidence,
    None where digests of what is stored in it cannot be taken; ``notice_days`` before a request
    runs out people are asked whether to renew it. ``networks`` is the file of the table of
    networks; ``address_networks`` are the autonomous systems in which a site without a name may be
    blocked by its address."""

    unit: str = ""
    contact: str = ""
    territory: str = "KZ"
    law: tuple[str, ...] = ()
    law_in: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    validity_days: int = 90
    min_host_share: float = MIN_HOST_SHARE
    address_networks: frozenset[int] = frozenset()
    explanation: Mapping[str, str] = field(default_factory=dict)
    good_faith: Mapping[str, str] = field(default_factory=dict)
    recheck_days: float = 7
    appeal_url: str = ""
    appeal_days: int = 15
    recipients: tuple[Recipient, ...] = ()
    store: Path | None = None
    notice_days: int = 14
    networks: Path | None = None

    def concerned(self, scope: Scope) -> Iterator[Recipient]:
        """The recipients that get a request of this scope, by its territory."""
        for one in self.recipients:
            near = one.territory in within(self.territory)
            near = near or one.territory.startswith(f"{self.territory}-")
            if scope in one.scopes and near:
                yield one

    def block_addresses(self) -> bool:
        """Whether every recipient that is to block a site's pages can block its address, too."""
        pages = [one for one in self.concerned(Scope.URL) if one.can_block(Scope.URL)]
        return bool(pages) and all(one.can_block(Scope.IP) for one in pages)

    def addressees(self, scope: Scope) -> Addressees:
        """The recipients that a request of this scope concerns."""
        by_kind = {kind: list[str]() for kind in Kind}
        for one in self.concerned(scope):
            by_kind[one.kind].append(one.called)
        return Addressees(
            regulators=tuple(by_kind[Kind.REGULATOR]),
            operators=tuple(by_kind[Kind.OPERATOR]),
            hosts=tuple(by_kind[Kind.HOST]),
            registrars=tuple(by_kind[Kind.REGISTRAR]),
            platforms=tuple(by_kind[Kind.PLATFORM]),
        )


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """Everything that the two stages of blocking are given. ``folder`` is where exports lie;
    ``platforms`` and ``never_block`` are the list file and the folders of list files. A unit's own
    templates of letters lie in ``letters``."""

    folder: Path
    recipients: tuple[Recipient, ...]
    rules: RequestRules
    limits: Limits
    platforms: Path
    never_block: tuple[Path, ...] = field(default=())
    letters: Path | None = None

    def recipient(self, name: str) -> Recipient:
        """The recipient called ``name``. Raises InputError naming those that there are."""
        for recipient in self.recipients:
            if recipient.name == name:
                return recipient
        names = ", ".join(recipient.name for recipient in self.recipients) or "none"
        raise InputError(f"no recipient is called {name!r}: {names}")

    def lists(self) -> Protection:
        """Read the list files. Raises InputError naming one that is missing or wrong."""
        return load_protection(self.platforms, self.never_block)

    def protection(self) -> Protection:
        """The list files with the names that people have put on the never-block list: what requests
        and exports are held against. Raises as ``lists``."""
        from blocking.protected import in_force  # it needs the record's tables

        return self.lists().with_names(in_force())


def within(territory: str) -> tuple[str, ...]:
    """A territory of ISO 3166 and the one that it lies in: KZ-75 gives KZ-75 and KZ."""
    country, dash, _ = territory.partition("-")
    return (territory, country) if dash else (territory,)
