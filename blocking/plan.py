"""What requests and exports need to know, as plain values: entry points make it from settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from blocking.entries import Scope
from blocking.gate import Limits
from blocking.protection import Protection, load_protection
from blocking.scope import MIN_HOST_SHARE
from domain.errors import InputError


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who gets exports: in which formats, of which scopes, for which territory (ISO 3166).
    ``certificates`` is the file of those that vouch for its signed answers, None for none."""

    name: str
    formats: tuple[str, ...]
    territory: str = "KZ"
    scopes: frozenset[Scope] = frozenset(Scope)
    certificates: Path | None = None


@dataclass(frozen=True, slots=True)
class Bounds:
    """The largest file of answers in bytes, and the most rows that are read of one."""

    max_bytes: int = 5_000_000
    max_rows: int = 50_000


@dataclass(frozen=True, slots=True)
class RequestRules:
    """Who asks and on what ground, for how long, from which share of selling pages on a whole host
    is meant, and how long before a request runs out people are asked whether to renew it."""

    unit: str = ""
    contact: str = ""
    territory: str = "KZ"
    law: tuple[str, ...] = ()
    validity_days: int = 90
    min_host_share: float = MIN_HOST_SHARE
    notice_days: int = 14


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """Everything that the two stages of blocking are given. ``folder`` is where exports lie;
    ``platforms`` and ``never_block`` are the list file and the folders of list files."""

    folder: Path
    recipients: tuple[Recipient, ...]
    rules: RequestRules
    limits: Limits
    platforms: Path
    never_block: tuple[Path, ...] = field(default=())

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
