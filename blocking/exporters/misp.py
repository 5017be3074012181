"""An event of MISP (core format, draft-dulaunoy-misp-core-format) for partners abroad.

Hosts, addresses and URLs are attributes, onions and channels objects of MISP's templates
``tor-hiddenservice`` and ``telegram-account``. Ids are made from the entries', and the event's from
the recipient: taking the next export updates the event. Tags are of the taxonomies TLP and
``dark-web``. What is lifted is left out of an event, and deleted (softly) by the delta beside it.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any

from blocking.entries import Action, Entry, Scope
from blocking.exporters.format import ExportInfo, Format, in_blocks
from blocking.texts import one_line

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "narcowatch.misp/1")
_TAGS = ("tlp:amber", 'dark-web:topic="drugs-narcotics"')
#: Templates of MISP objects: their ids and the versions that this follows.
_ONION = ("tor-hiddenservice", "cbac07d6-fbe9-43b8-8d91-d515812ce330", "2")
_TELEGRAM = ("telegram-account", "06f02ecf-5afb-42c5-9cb0-b362e222f52c", "2")
_HIGH, _ONGOING, _OWN_ORGANISATION = "1", "1", "0"


def leaves_out(entry: Entry, info: ExportInfo) -> str:
    """Everything that is blocked."""
    if entry.action is Action.LIFT and info.since is None:
        return "a lifting is the entry's absence"
    return ""


def write(entries: Iterable[Entry], info: ExportInfo) -> Iterator[bytes]:
    """One event, an attribute or an object a line. Attributes and objects are lists of their own
    in an event, so the objects are gathered until the attributes are written: they are few."""
    return in_blocks(_pieces(entries, info))


def _pieces(entries: Iterable[Entry], info: ExportInfo) -> Iterator[str]:
    unit = one_line(info.unit) or "narcowatch"
    about = {
        "uuid": _id("event", info.recipient),
        "info": f"Sale of drugs: release {info.number} for {info.recipient}",
        "date": info.as_of[:10],
        "timestamp": _epoch(info.as_of),
        "threat_level_id": _HIGH,
        "analysis": _ONGOING,
        "distribution": _OWN_ORGANISATION,
        "published": False,
        "Orgc": {"name": unit, "uuid": _id("organisation", unit)},
        "Tag": [{"name": tag} for tag in _TAGS],
    }
    yield f'{{"Event":{_json(about)[:-1]},"Attribute":['
    objects = list[str]()
    comma = "\n"
    for entry in entries:
        if entry.scope in {Scope.ONION, Scope.TELEGRAM}:
            objects.append(_json(_object(entry, info)))
            continue
        for attribute in _attributes(entry, info):
            yield comma + _json(attribute)
            comma = ",\n"
    yield '\n],"Object":[\n' + ",\n".join(objects) + "\n]}}\n"


def _attributes(entry: Entry, info: ExportInfo) -> Iterator[dict[str, Any]]:
    if entry.scope is Scope.URL:
        named = [("url", url) for url in entry.values]
    elif entry.scope is Scope.IP:
        named = [("ip-dst", entry.values[0])]
    elif entry.subdomains:
        named = [("domain", entry.host)]
    else:
        named = [("hostname", name) for name in entry.names]
    for kind, value in named:
        yield _attribute(entry, info, kind, value)


def _object(entry: Entry, info: ExportInfo) -> dict[str, Any]:
    item = entry.telegram
    if item is None:
        name, template, version = _ONION
        parts = [_attribute(entry, info, "onion-address", entry.values[0], "address")]
    else:
        name, template, version = _TELEGRAM
        known = (("username", item.username), ("id", str(item.numeric_id or "")))
        parts = [_attribute(entry, info, "text", value, part) for part, value in known if value]
    return {
        "name": name,
        "meta-category": "misc",
        "template_uuid": template,
        "template_version": version,
        "uuid": _id("object", entry.id),
        "timestamp": _changed(entry, info),
        "distribution": _OWN_ORGANISATION,
        "comment": _comment(entry),
        "Attribute": parts,
        **_lifted(entry),
    }


def _attribute(
    entry: Entry, info: ExportInfo, kind: str, value: str, relation: str = ""
) -> dict[str, Any]:
    return {
        "uuid": _id("attribute", f"{entry.id} {kind} {relation} {value}"),
        "type": kind,
        "category": "Network activity" if kind != "text" else "Social network",
        "value": value,
        "to_ids": kind != "text",
        "timestamp": _changed(entry, info),
        "distribution": _OWN_ORGANISATION,
        "comment": _comment(entry),
        **({"object_relation": relation} if relation else {}),
        **_lifted(entry),
    }


def _changed(entry: Entry, info: ExportInfo) -> str:
    """MISP takes what is newer than what it has."""
    return _epoch(info.as_of if entry.action is Action.LIFT else entry.valid_from)


def _lifted(entry: Entry) -> dict[str, bool]:
    """What is lifted is deleted softly: the next synchronisation takes it back."""
    return {"deleted": True} if entry.action is Action.LIFT else {}


def _comment(entry: Entry) -> str:
    posts = entry.telegram.posts if entry.telegram else ()
    messages = f"; messages {' '.join(map(str, posts))}" if posts else ""
    only = " alone" if entry.telegram and entry.telegram.messages_only else ""
    return f"request {entry.id}, until {entry.valid_until[:10]}{messages}{only}"


@lru_cache(4096)
def _epoch(moment: str) -> str:
    return str(int(datetime.fromisoformat(moment).timestamp()))


def _id(kind: str, of: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, f"{kind} {of}"))


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


FORMAT = Format("misp", "event.misp.json", "application/json", leaves_out, write, deltas=True)
