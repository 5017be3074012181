"""Entries for tests of the pure parts."""

from __future__ import annotations

import json
import uuid

from blocking.entries import Action, Decision, Entry, Scope, TelegramItem
from blocking.exporters.format import ExportInfo

INFO = ExportInfo(
    recipient="regulator",
    number=7,
    as_of="2026-03-01T12:00:00Z",
    previous_at="2026-02-28T12:00:00Z",
    unit="Cyber unit",
    contact="+7 7172 000000, unit@police.example",
    passthru=("gov.kz", "cloudfront.net"),
    passthru_exact=frozenset({"cloudfront.net"}),
)
ONION = "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion"


def entry(
    *values: str,
    scope: Scope = Scope.HOST,
    telegram: TelegramItem | None = None,
    subdomains: bool = True,
    overridden: bool = False,
    unit: str = "Cyber unit",
    number: str = "12/1",
    action: Action = Action.BLOCK,
) -> Entry:
    identity = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{scope}{values}{telegram}"))
    return Entry(
        id=identity,
        action=action,
        scope=scope,
        values=values,
        decision=Decision(number, "2026-03-01", unit),
        valid_from="2026-03-01T12:00:00Z",
        valid_until="2026-05-30T12:00:00Z",
        document=json.dumps({"id": identity}),
        telegram=telegram,
        subdomains=subdomains,
        overridden=overridden,
        seen_at="2026-02-28T03:00:00Z",
    )


def channel(
    username: str = "", numeric_id: int | None = None, *posts: int, messages_only: bool = False
) -> Entry:
    item = TelegramItem(username, numeric_id, posts, messages_only)
    return entry(scope=Scope.TELEGRAM, telegram=item)


def sample() -> list[Entry]:
    """One entry of every kind, in the order of an export."""
    return [
        entry("alpha.test"),
        entry("beta.test", subdomains=False),
        entry("gamma.kz", scope=Scope.DOMAIN),
        entry("9.9.9.9", scope=Scope.IP),
        entry(ONION, scope=Scope.ONION),
        entry("http://forum.kz/t/1", "http://forum.kz/t/2?p=1&q=2", scope=Scope.URL),
        channel("sklad_kz", 1234567890, 5, 9),
        channel("", 42),
    ]
