"""Abuse reports for hosters (XARF v4, xarf.org, schema 4.2.0): one a line, one for each URL.

The format has no type for the sale of drugs, and one that is made up validates nowhere: a report is
``content``/``fraud`` of the kind ``other``, and says in words and in a tag what it is about. Ids
are made from the entries', so that a hoster who gets a report again knows it. What no hoster can
act on is left out, and what is lifted: a report cannot be taken back.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from blocking.entries import Action, Entry, Scope
from blocking.exporters.format import ExportInfo, Format, in_blocks
from blocking.texts import one_line

VERSION = "4.2.0"
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "narcowatch.xarf/1")
_NO_HOSTER = frozenset({Scope.ONION, Scope.TELEGRAM})
#: An e-mail address as it stands in running text, whose host ends in letters.
_EMAIL = re.compile(
    r"(?<![\w.+-])[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*"
    r"@((?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63})(?![\w-])"
)
#: What the schema takes for a domain; a name with an underscore is none there.
_DOMAIN = re.compile(r"([a-z0-9]+(-[a-z0-9]+)*\.)+[a-z]{2,}\Z")
_MAX_ORG = 200


def leaves_out(entry: Entry, info: ExportInfo) -> str:
    """What a hoster can take down, where the unit can be written to: the schema asks for that."""
    if entry.scope in _NO_HOSTER:
        return f"{entry.scope}: no hoster can take it down"
    if entry.action is not Action.BLOCK:
        return "a report cannot be taken back"
    return "" if _EMAIL.search(info.contact) else "the unit's contact holds no e-mail address"


def write(entries: Iterable[Entry], info: ExportInfo) -> Iterator[bytes]:
    """The reports; of a host or an address the first page is named."""
    return in_blocks(_lines(entries, info))


def _lines(entries: Iterable[Entry], info: ExportInfo) -> Iterator[str]:
    by = reporter(info)
    for entry in entries:
        for url in _urls(entry):
            yield f"{json.dumps(_report(entry, url, by), separators=(',', ':'))}\n"


def _urls(entry: Entry) -> tuple[str, ...]:
    if entry.scope is Scope.URL:
        return entry.values
    if entry.scope is Scope.IP:
        return (f"http://{entry.values[0]}/",)
    return (f"http://{entry.host}/",)


def _report(entry: Entry, url: str, by: dict[str, str]) -> dict[str, Any]:
    host = entry.host or urlsplit(url).hostname or ""
    return {
        "xarf_version": VERSION,
        "report_id": str(uuid.uuid5(_NAMESPACE, f"{entry.id} {url}")),
        "timestamp": entry.seen_at or entry.valid_from,
        "reporter": by,
        "sender": by,
        "source_identifier": host,
        "category": "content",
        "type": "fraud",
        "fraud_type": "other",
        "url": url,
        **({"domain": host} if _DOMAIN.match(host) else {}),
        "verification_method": "manual",
        **({"verified_at": entry.seen_at} if entry.seen_at else {}),
        "evidence_source": "crawler",
        "tags": ["content:drug_sale"],
        "description": _description(entry),
    }


def _description(entry: Entry) -> str:
    decision = entry.decision
    return (
        "Offers narcotic drugs or psychotropic substances for sale. Confirmed by two people; "
        f"decision {_plain(decision.number)} of {_plain(decision.date)}, request {entry.id}. The "
        "evidence is kept and can be asked for."
    )


def reporter(info: ExportInfo) -> dict[str, str]:
    """Who reports: the unit, the first e-mail address of its contact, and that address's domain."""
    found = _EMAIL.search(info.contact)
    contact, domain = (found[0], found[1].lower()) if found else ("", "")
    org = one_line(info.unit)[:_MAX_ORG].strip() or "narcowatch"
    return {"org": org, "contact": contact, "domain": domain}


@lru_cache(4096)
def _plain(text: str) -> str:
    return one_line(text)[:100]


FORMAT = Format("xarf", "reports.xarf.jsonl", "application/jsonl", leaves_out, write)
