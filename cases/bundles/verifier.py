"""Verifies an evidence bundle, or a dossier with the bundles in it. Needs Python 3.9 or newer and
nothing else.

    python3 -I verify.py [DIR] [--manifest-sha256 HEX]

With -I nothing that lies in the bundle can pass for a part of Python; that is why all of this is
one file.

DIR is the bundle's folder, or the dossier's; the default is the one that this file lies in. Exit
codes: 0 the bundle holds, 1 it was changed or is not whole, 2 there is nothing that can be
verified. What cannot be told without other programs or the record is named, with the command that
tells it.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import re
import stat
import sys
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

SCHEMA = "narcowatch.evidence-manifest/1"
DOSSIER_SCHEMA = "narcowatch.dossier-manifest/1"
STAMPED = "stamped"
MANIFEST, STAMP, SUMS, CA = "manifest.json", "manifest.tsr", "SHA256SUMS", "timestamp-ca.pem"
OPENSSL = f"openssl ts -verify -in {STAMP} -data {MANIFEST} -CAfile"
GENESIS = "0" * 64
#: What the record says of a case: the files ``record/NAME.json``.
RECORD = (
    "assessments",
    "audit",
    "candidates",
    "captures",
    "case",
    "custody",
    "decisions",
    "documents",
    "screenshots",
)
#: Files that every bundle has, beside the manifest and its sums.
ALWAYS = frozenset(
    {
        "custody.txt",
        "verify.py",
        "README.en.txt",
        "README.kk.txt",
        "README.ru.txt",
        *(f"record/{name}.json" for name in RECORD),
    }
)
#: Files that every dossier has, beside the manifest, its sums and the bundles in it.
OF_A_DOSSIER = frozenset(
    {
        "dossier.json",
        "dossier.pdf",
        "dossier.schema.json",
        "verify.py",
        "README.en.txt",
        "README.kk.txt",
        "README.ru.txt",
    }
)
EVIDENCE = "evidence/"
_COUNTED = ("assessments", "candidates", "captures", "decisions", "documents", "screenshots")
_FULL_PAGE, _TEXT = "urn:fullPage:", "urn:text:"
_IN_A_DOSSIER = re.compile(r"evidence/case-[0-9]{6,19}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)?")
_ASKS = frozenset({"case.requested", "request.renewed"})
_CHUNK = 1 << 20
_EXACT = 2**53 - 1  # RFC 8785, 3.2.2.3: beyond it numbers are doubles
_MALFORMED = (
    ValueError,
    ArithmeticError,
    LookupError,
    TypeError,
    AttributeError,
    RecursionError,
    zlib.error,
)


class Found(NamedTuple):
    """What is wrong, and what this program cannot tell."""

    problems: list[str]
    notes: list[str]


class Record(NamedTuple):
    """One WARC record: its fields (names in lower case), block and payload."""

    fields: dict[str, str]
    block: bytes
    payload: bytes


class Claim(NamedTuple):
    """What the record says of WARC records that belong together: their types in order, URI and
    date; SHA-256 and size of the first one's payload, and the HTTP status if it is a response."""

    what: str
    types: tuple[str, ...]
    uri: str
    at: str
    sha256: str
    size: int
    status: int = 0


def check(folder: Path, manifest_sha256: str = "") -> Found:
    """Check the bundle in ``folder``. Raises OSError when there is no readable manifest."""
    found = Found([], [])
    data = (folder / MANIFEST).read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    if manifest_sha256 and manifest_sha256.strip().lower() != digest:
        found.problems.append(f"{MANIFEST} is not the one that was named: its SHA-256 is {digest}")
    dossier = is_dossier(data)
    _run(found, MANIFEST, (_dossier_files if dossier else _manifest_problems)(folder, data))
    if not found.problems:
        manifest = json.loads(data)
        inside = (check_dossier_contents if dossier else check_contents)(folder, manifest)
        found.problems.extend(inside.problems)
        found.notes.extend(inside.notes)
        _run(found, STAMP, _stamp_problems(folder, data, manifest, found.notes))
    return found


def is_dossier(data: bytes) -> bool:
    """Whether a manifest's bytes say that it is a dossier's."""
    try:
        return bool(json.loads(data)["schema"] == DOSSIER_SCHEMA)
    except _MALFORMED:
        return False


def check_contents(folder: Path, manifest: Any) -> Found:
    """Check that the files in ``folder``, which are those of ``manifest``, speak of the same."""
    found = Found([], [])
    record: dict[str, Any] = {}
    for name in RECORD:
        _run(found, f"record/{name}.json", _read(folder, name, record))
    if found.problems:
        return found
    for name, problems in (
        (MANIFEST, _head_problems(manifest, record)),
        ("the evidence", _evidence_problems(folder, manifest, record)),
        ("record/documents.json", _document_problems(record)),
        ("record/audit.json", _audit_problems(manifest, record, found.notes)),
        ("record/decisions.json", _decision_problems(record)),
        ("record/custody.json", _custody_problems(record)),
        ("the requests", _request_problems(record, found.notes)),
    ):
        _run(found, name, problems)
    return found


def _read(folder: Path, name: str, into: dict[str, Any]) -> Iterator[str]:
    into[name] = parse((folder / f"record/{name}.json").read_bytes())
    yield from ()


def _run(found: Found, what: str, problems: Iterator[str]) -> None:
    try:
        found.problems.extend(problems)
    except (OSError, *_MALFORMED) as error:
        found.problems.append(f"{what} cannot be read: {str(error)!a}")


def _manifest_problems(folder: Path, data: bytes) -> Iterator[str]:
    names, strange = _entries(folder)
    yield from strange
    manifest = parse(data)
    yield from _listed_problems(folder, data, manifest, names, SCHEMA, ALWAYS)
    for name in sorted({file["name"] for file in manifest["files"]} - ALWAYS - {CA}):
        if not name.startswith(("warc/", "screens/")):
            yield f"{name!a} is no part of a bundle"


def _listed_problems(
    folder: Path, data: bytes, manifest: Any, names: set[str], schema: str, always: frozenset[str]
) -> Iterator[str]:
    """The files called ``names`` are those that the manifest lists, and its sums fit."""
    sums = [_sum_line(folder, name) for name in (MANIFEST, STAMP) if name in names]
    fitting = {b"".join(sums)}
    if manifest["timestamp"]["status"] != STAMPED:
        fitting.add(sums[0])  # a time-stamp that is being added
    if SUMS not in names or (folder / SUMS).read_bytes() not in fitting:
        yield f"{SUMS} is missing or does not fit {MANIFEST} and {STAMP}"
    if manifest["schema"] != schema:
        yield f"{MANIFEST} is not of schema {schema}"
    listed = [file["name"] for file in manifest["files"]]
    if len(set(listed)) != len(listed):
        yield f"{MANIFEST} names a file twice"
    for name in sorted(names - set(listed) - {MANIFEST, STAMP, SUMS}):
        yield f"{name!a} is not in the manifest"
    for file in manifest["files"]:
        yield from _file_problems(folder, names, file)
    for name in sorted(always - set(listed)):
        yield f"{name} is not in the manifest, and no bundle is without it"


def _entries(folder: Path) -> tuple[set[str], list[str]]:
    """Names of the plain files in ``folder``, and what is wrong with its other entries."""
    names: set[str] = set()
    strange: list[str] = []
    for root, folders, files in os.walk(folder):
        for entry in (*folders, *files):
            path = Path(root) / entry
            name = path.relative_to(folder).as_posix()
            mode = path.lstat().st_mode
            if stat.S_ISREG(mode):
                names.add(name)
            elif not stat.S_ISDIR(mode) or not any(path.iterdir()):
                strange.append(f"{name!a} is neither a file nor a folder of files")
    return names, strange


def _sum_line(folder: Path, name: str) -> bytes:
    return f"{sha256_of(folder / name)}  {name}\n".encode()


def _file_problems(folder: Path, names: set[str], file: dict[str, Any]) -> Iterator[str]:
    name = file["name"]
    if not _NAME.fullmatch(name) or name not in names:
        yield f"{name!a} is missing"
    elif (folder / name).stat().st_size != file["size"]:
        yield f"{name} has {(folder / name).stat().st_size} bytes, the manifest says {file['size']}"
    elif sha256_of(folder / name) != file["sha256"]:
        yield f"{name} was changed: its SHA-256 is not the manifest's"


def sha256_of(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as stream:
        for chunk in iter(lambda: stream.read(_CHUNK), b""):
            found.update(chunk)
    return found.hexdigest()


# Canonical JSON (RFC 8785)


def parse(data: bytes) -> Any:
    """The JSON value in ``data``. Raises ValueError unless it is in canonical form."""
    value = json.loads(data.decode())
    if canonical(value).encode() != data:
        raise ValueError("it is not canonical JSON (RFC 8785)")
    return value


def canonical(value: Any) -> str:
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return "{" + ",".join(f"{canonical(key)}:{canonical(value[key])}" for key in keys) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, float) or (type(value) is int and abs(value) > _EXACT):
        return _number(float(value))
    return json.dumps(value, ensure_ascii=False)


def _number(value: float) -> str:
    """A double as ECMAScript writes it (ECMA-262, Number::toString)."""
    if value != value or abs(value) == float("inf"):
        raise ValueError("a number that is none")
    if value == 0:
        return "0"
    sign, digits, exponent = Decimal(repr(value)).as_tuple()
    text = "".join(map(str, digits)).rstrip("0")
    point = len(digits) + int(exponent)
    if len(text) <= point <= 21:
        text += "0" * (point - len(text))
    elif 0 < point <= 21:
        text = f"{text[:point]}.{text[point:]}"
    elif -6 < point <= 0:
        text = f"0.{'0' * -point}{text}"
    else:
        tail = f".{text[1:]}" if len(text) > 1 else ""
        text = f"{text[0]}{tail}e{point - 1:+d}"
    return f"-{text}" if sign else text


# WARC (ISO 28500:2017)


def read_records(data: bytes) -> list[Record]:
    """The records in ``data``, each a gzip member, checked against their own lengths and digests.

    Raises ValueError or zlib.error for what is none.
    """
    found = []
    while data:
        member = zlib.decompressobj(31)  # 16 + 15: gzip, whose CRC-32 zlib checks
        content = member.decompress(data) + member.flush()
        if not member.eof:
            raise ValueError("a gzip member is cut off")
        found.append(_record(content))
        data = member.unused_data
    return found


def _record(content: bytes) -> Record:
    head, _, rest = content.partition(b"\r\n\r\n")
    version, *lines = head.decode().split("\r\n")
    pairs = (line.partition(":") for line in lines)
    fields = {name.strip().lower(): value.strip() for name, _, value in pairs}
    length = int(fields["content-length"])
    block = rest[:length]
    if version not in ("WARC/1.0", "WARC/1.1") or rest[length:] != b"\r\n\r\n":
        raise ValueError("a record's length or version is wrong")
    http = fields.get("content-type", "").startswith("application/http")
    payload = block.partition(b"\r\n\r\n")[2] if http else block
    for name, part in (("warc-block-digest", block), ("warc-payload-digest", payload)):
        if name in fields and not _digest_fits(fields[name], part):
            raise ValueError(f"{name} does not fit")
    return Record(fields, block, payload)


def _digest_fits(labelled: str, data: bytes) -> bool:
    algorithm, _, value = labelled.partition(":")
    if algorithm not in ("sha1", "sha256"):
        raise ValueError(f"digest algorithm {algorithm}")
    digest = hashlib.new(algorithm, data).digest()
    return value in (digest.hex(), base64.b32encode(digest).decode())


def contradiction(claim: Claim, records: Sequence[Record]) -> str:
    """In what ``records`` are not those that ``claim`` speaks of; empty where they are."""
    if tuple(_types(records)) != claim.types:
        return f"its records are {', '.join(_types(records)) or 'none'}"
    for record in records:
        kind, fields = record.fields["warc-type"], record.fields
        http = f"application/http;msgtype={kind}"
        if kind in ("response", "request") and fields["content-type"].replace(" ", "") != http:
            return f"its {kind} record holds no HTTP {kind}"
        if fields["warc-target-uri"] != claim.uri:
            return f"its {kind} record is of {fields['warc-target-uri']!a}"
        if fields["warc-date"] != claim.at:
            return f"its {kind} record was taken at {fields['warc-date']!a}"
    first = records[0]
    if hashlib.sha256(first.payload).hexdigest() != claim.sha256:
        return "its bytes have another SHA-256"
    if len(first.payload) != claim.size:
        return f"it has {len(first.payload)} bytes"
    if claim.types[0] == "response" and _status(first) != claim.status:
        return f"it was answered with status {_status(first)}"
    return ""


def _status(response: Record) -> int:
    """The status code of an HTTP response (RFC 9112, 4)."""
    line = response.block.partition(b"\r\n")[0]
    code = line.split(b" ")[1]
    if not line.startswith(b"HTTP/") or len(code) != 3 or not code.isdigit():
        raise ValueError(f"no status line of HTTP: {line[:80]!r}")
    return int(code)


def _evidence_problems(folder: Path, manifest: Any, record: Any) -> Iterator[str]:
    """Every range of a WARC file holds what the record says, and there is nothing between them."""
    listed = {file["name"]: file["sha256"] for file in manifest["files"]}
    ends: dict[str, int] = {}
    pages: dict[str, str] = {}
    rendered: list[tuple[str, str, str]] = []
    for claim, place in sorted(_wanted(record), key=_where):
        name, offset = place["file"], place["offset"]
        if name not in ends:
            info = _types(_at(folder, name, 0, offset))
            ends[name] = offset if info == ["warcinfo"] else -1
        records = _at(folder, name, offset, place["length"])
        why = contradiction(claim, records) or ("" if place["uri"] == claim.uri else "its URI")
        if why:
            yield f"{claim.what} is not what the record says: {why}"
        if claim.types == ("conversion",):
            rendered.append((claim.what, claim.uri, records[0].fields.get("warc-refers-to", "")))
        elif claim.types[0] == "response":
            pages[records[0].fields["warc-record-id"]] = claim.uri
        ends[name] = offset + place["length"] if offset == ends[name] else -1
    for what, uri, page in rendered:
        if page and pages.get(page) != uri:
            yield f"{what} was made from a page that is not here: {page!a}"
    for name in sorted(set(ends) | {name for name in listed if name.startswith("warc/")}):
        if ends.get(name) != (folder / name).stat().st_size:
            yield f"{name} holds what the record does not speak of"
    yield from _screen_problems(listed, record)


def _screen_problems(listed: dict[str, str], record: Any) -> Iterator[str]:
    """Each screenshot lies beside its records, and no other."""
    shown = set()
    for shot in record["screenshots"]:
        for part in (shot["png"], shot["text"]):
            shown.add(part["file"])
            if listed.get(part["file"]) != part["sha256"]:
                yield f"screenshot {shot['id']}: {part['file']!a} is not what was taken"
    for name in sorted({name for name in listed if name.startswith("screens/")} - shown):
        yield f"{name} is of no screenshot that the record speaks of"


def _wanted(record: Any) -> Iterator[tuple[Claim, dict[str, Any]]]:
    """What must be in the WARC files, and where."""
    for row in record["captures"]:
        if row["warc"] is not None:
            yield capture_claim(row), row["warc"]
    for row in record["screenshots"]:
        picture, text = screenshot_claims(row)
        yield picture, row["png"]["warc"]
        yield text, row["text"]["warc"]


def capture_claim(row: Any) -> Claim:
    """What a row of ``captures.json`` says of its WARC records."""
    plain = ("resource",) if row["egress"] == "telegram" else ("response", "request")
    types = ("conversion",) if row["rendered"] else plain
    at, sha256, size = row["fetched_at"], row["sha256"], row["size"]
    return Claim(f"capture {row['id']}", types, row["url"], at, sha256, size, row["status"])


def screenshot_claims(row: Any) -> tuple[Claim, Claim]:
    """What a row of ``screenshots.json`` says of its picture and its text."""
    picture, text = (
        Claim(
            f"{name} of screenshot {row['id']}",
            ("resource",),
            f"{prefix}{row['final_url']}",
            row["taken_at"],
            row[part]["sha256"],
            row[part]["size"],
        )
        for name, prefix, part in (("picture", _FULL_PAGE, "png"), ("text", _TEXT, "text"))
    )
    return picture, text


#: What tells a capture and a screenshot apart from every other.
_OF_A_ROW = ("id", "url", "fetched_at", "taken_at", "egress", "size", "sha256", "png", "text")


def rows_digest(rows: Iterable[Any]) -> str:
    """SHA-256 over captures or over screenshots, by their ids, in canonical JSON: what a request
    points to, and what every bundle that holds them gives again."""
    told = []
    for row in sorted(rows, key=lambda row: int(row["id"])):
        facts = {name: row[name] for name in _OF_A_ROW if name in row}
        for name in ("png", "text"):
            if name in facts:
                facts[name] = facts[name]["sha256"]
        told.append(facts)
    return hashlib.sha256(canonical(told).encode()).hexdigest()


def _request_problems(record: Any, notes: list[str]) -> Iterator[str]:
    """The requests that were made for the case rest on what is here."""
    for event in record["audit"]["events"]:
        if event["action"] not in _ASKS or "evidence" not in event["details"]:
            continue
        request, basis = event["details"]["request"], event["details"]["evidence"]
        for kind in ("captures", "screenshots"):
            here = {row["id"]: row for row in record[kind]}
            missing = [number for number in basis[kind] if number not in here]
            if missing and kind == "screenshots":
                notes.append(
                    f"request {request!a} rests on {_counted(len(missing), 'screenshot')} more, "
                    "left out here or erased by age"
                )
            elif missing:
                yield f"request {request!a} rests on capture {missing[0]}, which is not here"
            elif rows_digest(here[number] for number in basis[kind]) != basis[f"{kind}_sha256"]:
                yield f"the {kind} that request {request!a} rests on are not those that are here"


def _where(wanted: Any) -> tuple[str, int]:
    return wanted[1]["file"], wanted[1]["offset"]


def _at(folder: Path, file: str, offset: int, length: int) -> list[Record]:
    with (folder / file).open("rb") as stream:
        stream.seek(offset)
        return read_records(stream.read(length))


def _types(records: Sequence[Record]) -> list[str]:
    return [record.fields["warc-type"] for record in records]


# The record


def _head_problems(manifest: Any, record: Any) -> Iterator[str]:
    """The manifest speaks of the case that the record speaks of."""
    case = record["case"]
    held = "on_hold" in (case["state"], case["came_from"]) or case["hold"] is not None
    said = {
        "case": case["id"],
        "target": case["target"]["key"],
        "state": case["state"],
        "on_hold": held,
    }
    for name, value in said.items():
        if manifest[name] != value:
            yield f"{MANIFEST} says {name} {manifest[name]!a}, the record says {value!a}"
    if case["target"]["key"] != f"{case['target']['kind']}:{case['target']['value']}":
        yield f"the target is called {case['target']['key']!a}, which is not its kind and value"
    there = {name: len(record[name]) for name in _COUNTED}
    there["audit_events"] = len(record["audit"]["events"])
    for name, count in there.items():
        if manifest["counts"][name] != count:
            yield f"{MANIFEST} counts {manifest['counts'][name]!a} {name}, there are {count}"
    for row in record["captures"]:
        if not _belongs(row["url"], case["target"]):
            yield f"capture {row['id']} is of {row['url']!a}, which is not on the target"


def _belongs(url: str, target: Any) -> bool:
    """Whether ``url`` is on a target that is a host or an onion; others are not called so."""
    host = urlsplit(url).hostname or ""
    if target["kind"] == "onion":
        host = ".".join(host.split(".")[-2:])
    return target["kind"] not in ("host", "onion") or bool(host == target["value"])


def _document_problems(record: Any) -> Iterator[str]:
    captures = {row["id"] for row in record["captures"]}
    documents = {row["id"] for row in record["documents"]}
    for row in record["documents"]:
        text: str | None = row["text"]
        if text is not None and hashlib.sha256(text.encode()).hexdigest() != row["text_sha256"]:
            yield f"document {row['id']}: its text is not the one that was assessed"
        if row["capture"] not in captures:
            yield f"document {row['id']} is of capture {row['capture']}, which is not here"
    for row in record["assessments"]:
        if row["document"] not in documents:
            yield f"assessment {row['id']} is of document {row['document']}, which is not here"
    for carrier in record["case"]["carriers"]:
        if carrier not in documents:
            yield f"document {carrier}, which carries the verdict, is not here"


def _decision_problems(record: Any) -> Iterator[str]:
    """What people decided stands in the audit events, and the other way round."""
    made = Counter(
        (row["person"], row["verdict"], row["review_round"], row["jurisdiction"], row["seconds"])
        for row in record["decisions"]
    )
    told: Counter[tuple[Any, ...]] = Counter()
    for event in record["audit"]["events"]:
        kind, _, verdict = event["action"].partition(".")
        if kind == "decision" and verdict != "hold":  # a hold is no verdict
            details = event["details"]
            about = (details["round"], details["jurisdiction"], details["seconds"])
            told[event["actor"], verdict, *about] += 1
    for person, verdict, *_ in (made - told).elements():
        yield f"{person!a} decided {verdict!a}, and no audit event says so"
    for person, verdict, *_ in (told - made).elements():
        yield f"the audit events say that {person!a} decided {verdict!a}, the record does not"


def _custody_problems(record: Any) -> Iterator[str]:
    """The custody record names each item of evidence, its file's seal, and who had it."""
    custody, events = record["custody"], record["audit"]["events"]
    keys = ("name", "url", "sha256", "size", "taken_at", "kept_in")
    named = {tuple(item[key] for key in keys) for item in custody["items"]}
    items = set(_items(record))
    for item in sorted(items ^ named, key=repr):
        yield f"{item[0]!a} does not stand in the custody record as in the record"
    if {origin["file"] for origin in custody["origins"]} != {item[5] for item in items}:
        yield "the custody record speaks of other WARC files"
    # what took over from a file that went by its age is sealed by the event that says so
    sealing = {"evidence.sealed": "files", "evidence.erased": "kept"}
    seals = {
        (name, f"sha256 {sha256} of {size} bytes, audit event {event['seq']}")
        for event in events
        if event["action"] in sealing
        for name, (size, sha256) in event["details"][sealing[event["action"]]].items()
    }
    for origin in custody["origins"]:
        if origin["sealed"] and (origin["source"], origin["sealed"]) not in seals:
            yield f"no audit event holds the seal of {origin['source']!a}"
    known = {(event["seq"], event["at"], event["actor"], event["action"]) for event in events}
    for one in custody["accesses"]:
        if (one["seq"], one["at"], one["who"], one["what"]) not in known:
            yield f"the custody record names audit event {one['seq']}, which says something else"


def _items(record: Any) -> Iterator[tuple[Any, ...]]:
    for claim, place in _wanted(record):
        url = claim.uri
        for prefix in (_FULL_PAGE, _TEXT) if claim.types == ("resource",) else ():
            url = url[len(prefix) :] if url.startswith(prefix) else url
        yield claim.what, url, claim.sha256, claim.size, claim.at, place["file"]


# The audit chain


def event_hash(event: dict[str, Any]) -> str:
    keys = ("seq", "at", "actor", "action", "subject", "details")
    content = canonical({key: event[key] for key in keys})
    return hashlib.sha256((event["previous"] + content).encode()).hexdigest()


def _audit_problems(manifest: Any, record: Any, notes: list[str]) -> Iterator[str]:
    head, events = record["audit"]["head"], record["audit"]["events"]
    if head != manifest["audit_head"]:
        yield "the audit slice does not end in the head that the manifest names"
    before, hashed, gaps = 0, GENESIS, 0
    links = [(event["seq"], event["previous"], event["hash"]) for event in events]
    for seq, previous, its_hash in [*links, (head["seq"] + 1, head["hash"], "")]:
        if seq <= before:
            yield f"audit event {seq} is out of order"
        elif seq > before + 1:
            gaps += 1
        elif previous != hashed:
            yield f"audit event {seq} does not carry the hash of the one before"
        before, hashed = seq, its_hash
    for event in events:
        if event["hash"] != event_hash(event):
            yield f"audit event {event['seq']} was changed after it was written"
    yield from _told_problems(manifest, record)
    if gaps:
        notes.append(
            f"between the {_counted(len(events), 'audit event')} of the case other events stand in "
            f"{_counted(gaps, 'place')}, which this bundle does not hold: whoever keeps the chain "
            f"compares them with `narcowatch verify-evidence DIR`"
        )


def _told_problems(manifest: Any, record: Any) -> Iterator[str]:
    """The events are of this case, and lead to what the record says of it."""
    case, events = record["case"], record["audit"]["events"]
    mine, targets, last = f"case:{case['id']}", set(), "new"
    for event in events:
        kind, _, what = event["action"].partition(".")
        if event["subject"] != mine and not event["subject"].startswith(("target:", "run:")):
            yield f"audit event {event['seq']} is about {event['subject']!a}"
        if kind == "case":
            last = what
            targets.add(event["details"]["target"])
        elif kind == "target" and "to" in event["details"]:
            targets.add(event["details"]["to"])
    if not manifest["counts"]["withheld"]:  # an event that names another case may be left out
        if last != case["state"]:
            yield f"the case is {case['state']!a}, the audit events say {last!a}"
        if targets and case["target"]["key"] not in targets:
            yield f"no audit event is about the target {case['target']['key']!a}"
    taken = {
        (details["screenshot"], details["png_sha256"], details["text_sha256"])
        for details in (e["details"] for e in events if e["action"] == "screenshot.taken")
    }
    for shot in record["screenshots"]:
        if (shot["id"], shot["png"]["sha256"], shot["text"]["sha256"]) not in taken:
            yield f"no audit event says that screenshot {shot['id']} was taken"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


# A dossier: a report on some cases, with their bundles


def _dossier_files(folder: Path, data: bytes) -> Iterator[str]:
    names, strange = _entries(folder)
    yield from strange
    manifest = parse(data)
    own = {name for name in names if not name.startswith(EVIDENCE)}
    yield from _listed_problems(folder, data, manifest, own, DOSSIER_SCHEMA, OF_A_DOSSIER)
    for name in sorted({file["name"] for file in manifest["files"]} - OF_A_DOSSIER - {CA}):
        yield f"{name!a} is no part of a dossier"
    there = {"/".join(name.split("/")[:2]) for name in names - own}
    listed = [one["folder"] for one in manifest["evidence"]]
    if len(set(listed)) != len(listed):
        yield f"{MANIFEST} names a bundle twice"
    for name in sorted(there - set(listed)):
        yield f"{name!a} is not in the manifest"
    for name in sorted(set(listed)):
        if not _IN_A_DOSSIER.fullmatch(name) or name not in there:
            yield f"{name!a} is missing"


def check_dossier_contents(folder: Path, manifest: Any) -> Found:
    """Check each bundle in the dossier in ``folder``, and that the dossier says what they say."""
    found = Found([], [])
    for one in manifest["evidence"]:
        below = folder / one["folder"]
        if is_dossier((below / MANIFEST).read_bytes()):
            found.problems.append(f"{one['folder']} is no bundle of a case")
            continue
        inside = check(below, one["manifest_sha256"])
        found.problems.extend(f"{one['folder']}: {problem}" for problem in inside.problems)
    if not found.problems:
        _run(found, "dossier.json", _dossier_problems(folder, manifest))
        bundles = _counted(len(manifest["evidence"]), "bundle")
        found.notes.append(f"what {bundles} of evidence leave open, each bundle's verify.py tells")
    return found


def _dossier_problems(folder: Path, manifest: Any) -> Iterator[str]:
    dossier = parse((folder / "dossier.json").read_bytes())
    for name in ("number", "made_at", "made_by", "handed_to"):
        if dossier["cover"][name] != manifest[name]:
            yield f"dossier.json says {name} {dossier['cover'][name]!a}, {MANIFEST} does not"
    folders = {one["case"]: one["folder"] for one in manifest["evidence"]}
    if sorted(folders) != sorted(case["case"] for case in dossier["cases"]):
        yield "dossier.json speaks of other cases than there are bundles"
        return
    for case in dossier["cases"]:
        record = {
            name: parse((folder / folders[case["case"]] / f"record/{name}.json").read_bytes())
            for name in ("case", "decisions", "captures", "screenshots", "audit")
        }
        for problem in _case_problems(case, record):
            yield f"dossier.json, case {case['case']}: {problem}"


_OF_A_DECISION = ("person", "verdict", "review_round", "reason", "jurisdiction", "decided_at")


def _case_problems(case: Any, record: Any) -> Iterator[str]:
    """The dossier says of a case what its bundle says."""
    about = record["case"]
    said = {"case": about["id"], "target": about["target"]["key"], "state": about["state"]}
    for name, value in said.items():
        if case[name] != value:
            yield f"{name} is {case[name]!a}, in the bundle {value!a}"
    told, made = (
        Counter(tuple(row[key] for key in _OF_A_DECISION) for row in rows)
        for rows in (case["decisions"], record["decisions"])
    )
    if told != made:
        yield "its decisions are not those of the bundle"
    captures = {(row["id"], row["url"], row["sha256"]) for row in record["captures"]}
    captures |= {(row["id"], row["url"], row["png"]["sha256"]) for row in record["screenshots"]}
    for row in [*case["captures"], *case["screenshots"]]:
        if (row["id"], row["url"], row["sha256"]) not in captures:
            yield f"capture or screenshot {row['id']} is not in the bundle"
    events = {(row["seq"], row["hash"]) for row in record["audit"]["events"]}
    for row in case["audit"]:
        if (row["seq"], row["hash"]) not in events:
            yield f"audit event {row['seq']} is not in the bundle"


# The time-stamp (RFC 3161)


def _stamp_problems(folder: Path, data: bytes, manifest: Any, notes: list[str]) -> Iterator[str]:
    status, there = manifest["timestamp"]["status"], (folder / STAMP).exists()
    if not there and status == STAMPED:
        yield f"{STAMP} is missing, the manifest says: {status!a}"
    elif not there:
        why = manifest["timestamp"]["reason"] or "no authority was configured"
        notes.append(f"the manifest bears NO time-stamp: {why!a}")
    else:
        algorithm, imprint, moment = read_stamp((folder / STAMP).read_bytes())
        if hashlib.new(algorithm, data).digest() != imprint:
            yield f"{STAMP} is the time-stamp of something else"
        if status != STAMPED:
            notes.append("the time-stamp was added after the bundle was made")
        given = CA if (folder / CA).exists() else "CERTIFICATE"
        notes.append(
            f"the time-stamp says {moment}; whether its authority signed it, tell: {OPENSSL} "
            f"{given} (take the authority's certificate from the authority, rather than from here)"
        )


_TST_INFO = bytes.fromhex("2a864886f70d0109100104")  # id-ct-TSTInfo, RFC 3161 2.4.2
_SHA2 = bytes.fromhex("6086480165030402")  # 2.16.840.1.101.3.4.2, RFC 5754
_ALGORITHMS = {
    _SHA2 + bytes([n]): name for n, name in ((1, "sha256"), (2, "sha384"), (3, "sha512"))
}


def read_stamp(data: bytes) -> tuple[str, bytes, str]:
    """Hash algorithm, imprint and time of a TimeStampResp in DER. Raises ValueError or LookupError
    for what is none, or a refusal."""
    (response,) = _inside(data)
    status, token = _inside(response)
    if int.from_bytes(_inside(status)[0], "big") > 1:
        raise ValueError("the authority refused it")
    signed = _inside(_inside(_inside(token)[1])[0])
    kind, content = _inside(signed[2])
    if kind != _TST_INFO:
        raise ValueError("it holds no time-stamp")
    info = _inside(_inside(_inside(content)[0])[0])
    algorithm, imprint = _inside(info[2])
    return _ALGORITHMS[_inside(algorithm)[0]], imprint, info[4].decode("ascii")


def _inside(data: bytes) -> list[bytes]:
    """The contents of the DER elements (X.690, 10.1) in ``data``, one after the other."""
    found, at = [], 0
    while at < len(data):
        length, at = data[at + 1], at + 2
        if length >= 0x80:
            size = length & 0x7F
            length, at = int.from_bytes(data[at : at + size], "big"), at + size
        if at + length > len(data):
            raise ValueError("an element is cut off")
        found.append(data[at : at + length])
        at += length
    return found


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Verifies an evidence bundle or a dossier.")
    here = Path(__file__).resolve().parent
    parser.add_argument("folder", nargs="?", type=Path, default=here, metavar="DIR")
    parser.add_argument(
        "--manifest-sha256", default="", metavar="HEX", help="what the manifest must be"
    )
    options = parser.parse_args(arguments)
    try:
        found = check(options.folder, options.manifest_sha256)
    except OSError as error:
        print(f"no bundle in {str(options.folder)!a}: {error.strerror}", file=sys.stderr)
        return 2
    for problem in found.problems:
        print(f"problem: {problem}")
    for note in found.notes:
        print(f"note: {note}")
    broken = f"bundle BROKEN: {_counted(len(found.problems), 'problem')}"
    print(broken if found.problems else "bundle holds")
    print(f"SHA-256 of the manifest: {sha256_of(options.folder / MANIFEST)}")
    return 1 if found.problems else 0


if __name__ == "__main__":
    sys.exit(main())
