"""The notice batch for Telegram: channels with the posts that carry the verdict, as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from blocking.entries import Entry, TelegramItem
from blocking.exporters.format import ExportInfo, Format, in_blocks

SCHEMA = "narcowatch.telegram-notices/1"


def leaves_out(entry: Entry, info: ExportInfo) -> str:
    """Only channels."""
    return "" if entry.telegram is not None else f"{entry.scope}: no Telegram channel"


def write(entries: Iterable[Entry], info: ExportInfo) -> Iterator[bytes]:
    """One JSON object; its list ``notices`` has one notice a line."""
    return in_blocks(_pieces(entries, info))


def _pieces(entries: Iterable[Entry], info: ExportInfo) -> Iterator[str]:
    about = {
        "schema": SCHEMA,
        "recipient": info.recipient,
        "number": info.number,
        "as_of": info.as_of,
        "unit": info.unit,
        **({"since": info.since} if info.since is not None else {}),
    }
    yield f'{_json(about)[:-1]},"notices":['
    comma = "\n"
    for entry in entries:
        if entry.telegram is not None:
            yield comma + _json(_notice(entry, entry.telegram))
            comma = ",\n"
    yield "\n]}\n"


def _notice(entry: Entry, item: TelegramItem) -> dict[str, Any]:
    """A notice names the channel, or of a group the messages alone."""
    return {
        "id": entry.id,
        "action": entry.action.value,
        "category": entry.category,
        **(_messages(item) if item.messages_only else _channel(item)),
        "message_ids": list(item.posts),
        "decision": {"number": entry.decision.number, "date": entry.decision.date},
        "valid_until": entry.valid_until,
    }


def _channel(item: TelegramItem) -> dict[str, Any]:
    link = f"https://t.me/{item.username}" if item.username else None
    return {"username": item.username or None, "numeric_id": item.numeric_id, "link": link}


def _messages(item: TelegramItem) -> dict[str, Any]:
    """Whoever reads only the action and whom a notice names must find nobody here to block: the
    group stands under a key of its own."""
    name = item.username
    return {
        "username": None,
        "numeric_id": None,
        "link": None,
        "messages_only": True,
        "message_links": [f"https://t.me/{name}/{post}" for post in item.posts] if name else [],
        "group": {"username": name or None, "numeric_id": item.numeric_id},
    }


def _json(value: dict[str, Any]) -> str:
    """ASCII only, so that no format character reaches whoever reads the file."""
    return json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"))


FORMAT = Format("telegram", "telegram.json", "application/json", leaves_out, write, deltas=True)
