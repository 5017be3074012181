"""A bundle of indicators for partners abroad (STIX 2.1, OASIS standard of 10 June 2021).

One indicator an entry, with an id made from the entry's: the same in every export, so that whoever
takes the next bundle updates and does not double. Marked TLP:AMBER, one of the markings that the
specification itself defines (section 7.2.1.4). What is lifted is left out of a bundle, and revoked
in the delta beside it; an indicator that nobody renews ends with its ``valid_until``.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from blocking.entries import Action, Entry, Scope
from blocking.exporters.format import ExportInfo, Format, in_blocks

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "narcowatch.stix/1")
_AMBER = "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82"
#: When the identities below were first written so: they never change, whenever a bundle is made.
_SINCE = "2026-11-27T00:00:00.000Z"


def leaves_out(entry: Entry, info: ExportInfo) -> str:
    """Everything that a pattern can name."""
    if entry.action is Action.LIFT and info.since is None:
        return "a lifting is the entry's absence"
    return ""


def write(entries: Iterable[Entry], info: ExportInfo) -> Iterator[bytes]:
    """One bundle, an object a line."""
    return in_blocks(_pieces(entries, info))


def _pieces(entries: Iterable[Entry], info: ExportInfo) -> Iterator[str]:
    identity = identity_of(info.unit)
    bundle = id_of("bundle", f"{info.recipient}\n{info.number}")
    if info.since is not None:
        bundle = id_of("bundle", f"{info.recipient}\n{info.number} since {info.since}")
    yield f'{{"type":"bundle","id":"{bundle}","objects":[\n{_json(identity)}'
    for entry in entries:
        indicator = indicator_of(entry, identity["id"])
        if entry.action is Action.LIFT:
            indicator |= {"modified": milliseconds(info.as_of), "revoked": True}
        yield f",\n{_json(indicator)}"
    yield "\n]}\n"


def identity_of(unit: str) -> dict[str, Any]:
    """The identity that all of a unit's indicators are made by."""
    name = unit or "narcowatch"
    return {
        "type": "identity",
        "spec_version": "2.1",
        "id": id_of("identity", name),
        "created": _SINCE,
        "modified": _SINCE,
        "name": name,
        "identity_class": "organization",
        "object_marking_refs": [_AMBER],
    }


def indicator_of(entry: Entry, by: str) -> dict[str, Any]:
    """The indicator of an entry, made by the identity ``by``."""
    made = milliseconds(entry.valid_from)
    return {
        "type": "indicator",
        "spec_version": "2.1",
        "id": id_of("indicator", entry.id),
        "created_by_ref": by,
        "created": made,
        "modified": made,
        "name": f"sale of drugs ({entry.scope})",
        "indicator_types": ["malicious-activity"],
        "pattern": pattern_of(entry),
        "pattern_type": "stix",
        "pattern_version": "2.1",
        "valid_from": made,
        "valid_until": milliseconds(entry.valid_until),
        "external_references": [
            {"source_name": entry.decision.unit or "narcowatch", "external_id": entry.id}
        ],
        "object_marking_refs": [_AMBER],
    }


def pattern_of(entry: Entry) -> str:
    """The entry as a pattern (part 9 of the specification): names below a host only where they
    are blocked with it, a channel by its number and by its name, of a group the messages alone."""
    if (item := entry.telegram) is not None:
        if item.messages_only:
            where = item.username or f"c/{item.numeric_id}"
            return _any(_is("url:value", f"https://t.me/{where}/{post}") for post in item.posts)
        known = []
        if item.numeric_id is not None:
            known.append(_account("user_id", str(item.numeric_id)))
        if item.username:
            known.append(_account("account_login", item.username))
        return _any(known)
    if entry.scope is Scope.URL:
        return _any(_is("url:value", url) for url in entry.values)
    if entry.scope is Scope.ONION:
        return _any([_is("domain-name:value", entry.values[0])])
    if entry.scope is Scope.IP:
        return _any([_is("ipv4-addr:value", entry.values[0])])
    names = [_is("domain-name:value", name) for name in entry.names]
    if entry.subdomains:
        below = rf"\.{re.escape(entry.host)}$"
        names = [
            _is("domain-name:value", entry.host),
            f"domain-name:value MATCHES {_quoted(below)}",
        ]
    return _any(names)


def _any(comparisons: Iterable[str]) -> str:
    return f"[{' OR '.join(comparisons)}]"


def _is(path: str, value: str) -> str:
    return f"{path} = {_quoted(value)}"


def _account(path: str, value: str) -> str:
    telegram = _is("user-account:account_type", "telegram")
    return f"({telegram} AND {_is(f'user-account:{path}', value)})"


def _quoted(text: str) -> str:
    """A string literal of the patterning grammar (section 9.2)."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def id_of(kind: str, of: str) -> str:
    """The id of an object of that kind: the same for the same ``of``, an entry's id say."""
    return f"{kind}--{uuid.uuid5(_NAMESPACE, f'{kind} {of}')}"


def milliseconds(moment: str) -> str:
    """RFC 3339 with the milliseconds that ``created`` and ``modified`` must have (section 3.2)."""
    return moment if "." in moment else f"{moment.removesuffix('Z')}.000Z"


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


FORMAT = Format("stix", "bundle.stix.json", "application/stix+json", leaves_out, write, deltas=True)
