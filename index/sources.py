"""An entry as JSON and back: what both engines keep beside their terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

from index.engine import Entry, bounded
from index.masking import indexable


def cleaned(entry: Entry) -> Entry:
    """``entry`` as an index may hold it: texts masked, the date bounded and in UTC."""
    return replace(
        entry,
        url=indexable(entry.url),
        title=indexable(entry.title),
        text=indexable(entry.text),
        date=bounded(entry.date).astimezone(UTC),
    )


def to_source(entry: Entry) -> dict[str, Any]:
    """The JSON object of an entry; its date in ISO 8601."""
    return {**asdict(entry), "date": entry.date.isoformat()}


def from_source(source: Mapping[str, Any]) -> Entry:
    """The entry that ``to_source`` made the object from; other keys are left out."""
    fields = {name: source[name] for name in Entry.__slots__}
    return Entry(
        **{
            **fields,
            "date": datetime.fromisoformat(source["date"]),
            "regions": tuple(source["regions"]),
            "substances": tuple(source["substances"]),
        }
    )
