"""Verifies an evidence bundle. Needs Python 3.9 or newer and nothing else.

    python3 -I verify.py [DIR] [--manifest-sha256 HEX]

With -I nothing that lies in the bundle can pass for a part of Python; that is why all of this is
one file.

DIR is the bundle's folder; the default is the one that this file lies in. Exit codes: 0 the bundle
holds, 1 it was changed or is not whole, 2 there is nothing that can be verified. What cannot be
told without other programs or the record is named, with the command that tells it.
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
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

SCHEMA = "narcowatch.evidence-manifest/1"
MANIFEST, STAMP, SUMS, CA = "manifest.json", "manifest.tsr", "SHA256SUMS", "timestamp-ca.pem"
OPENSSL = f"openssl ts -verify -in {STAMP} -data {MANIFEST} -CAfile {CA}"
GENESIS = "0" * 64
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)?")
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


def check(folder: Path, manifest_sha256: str = "") -> Found:
    """Check the bundle in ``folder``. Raises OSError when there is no readable manifest."""
    found = Found([], [])
    data = (folder / MANIFEST).read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    if manifest_sha256 and manifest_sha256.strip().lower() != digest:
        found.problems.append(f"{MANIFEST} is not the one that was named: its SHA-256 is {digest}")
    _run(found, MANIFEST, _manifest_problems(folder, data))
    if not found.problems:
        manifest = json.loads(data)
        for name, problems in (
            ("the evidence", _evidence_problems(folder, manifest)),
            ("record/documents.json", _document_problems(folder)),
            ("record/audit.json", _audit_problems(folder, manifest, found.notes)),
            (STAMP, _stamp_problems(folder, data, manifest, found.notes)),
        ):
            _run(found, name, problems)
    return found


def _run(found: Found, what: str, problems: Iterator[str]) -> None:
    try:
        found.problems.extend(problems)
    except (OSError, *_MALFORMED) as error:
        found.problems.append(f"{what} cannot be read: {str(error)!a}")


def _manifest_problems(folder: Path, data: bytes) -> Iterator[str]:
    names, strange = _entries(folder)
    yield from strange
    sums = b"".join(_sum_line(folder, name) for name in (MANIFEST, STAMP) if name in names)
    if SUMS not in names or (folder / SUMS).read_bytes() != sums:
        yield f"{SUMS} is missing or does not fit {MANIFEST} and {STAMP}"
    manifest = parse(data)
    if manifest["schema"] != SCHEMA:
        yield f"{MANIFEST} is not of schema {SCHEMA}"
    listed = [file["name"] for file in manifest["files"]]
    if len(set(listed)) != len(listed):
        yield f"{MANIFEST} names a file twice"
    for name in sorted(names - set(listed) - {MANIFEST, STAMP, SUMS}):
        yield f"{name!a} is not in the manifest"
    for file in manifest["files"]:
        yield from _file_problems(folder, names, file)


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


def _evidence_problems(folder: Path, manifest: Any) -> Iterator[str]:
    """Every range of a WARC file holds what the record says, and there is nothing between them."""
    listed = {file["name"]: file["sha256"] for file in manifest["files"]}
    ends: dict[str, int] = {}
    for what, kinds, place, sha256 in sorted(_wanted(folder), key=_where):
        name, offset = place["file"], place["offset"]
        if name not in ends:
            info = _types(_at(folder, name, 0, offset))
            ends[name] = offset if info == ["warcinfo"] else -1
        records = _at(folder, name, offset, place["length"])
        bodies = [hashlib.sha256(record.payload).hexdigest() for record in records[:1]]
        uris = {record.fields["warc-target-uri"] for record in records}
        if (_types(records), bodies, uris) != (kinds, [sha256], {place["uri"]}):
            yield f"{what}: its records are not those of {place['uri']!a}"
        ends[name] = offset + place["length"] if offset == ends[name] else -1
    for name in sorted(set(ends) | {name for name in listed if name.startswith("warc/")}):
        if ends.get(name) != (folder / name).stat().st_size:
            yield f"{name} holds what the record does not speak of"
    for shot in parse((folder / "record/screenshots.json").read_bytes()):
        for part in (shot["png"], shot["text"]):
            if listed.get(part["file"]) != part["sha256"]:
                yield f"screenshot {shot['id']}: {part['file']!a} is not what was taken"


def _wanted(folder: Path) -> Iterator[tuple[str, list[str], dict[str, Any], str]]:
    for row in parse((folder / "record/captures.json").read_bytes()):
        if row["warc"] is not None:
            what = f"capture {row['id']}"
            plain = ["resource"] if row["egress"] == "telegram" else ["response", "request"]
            records = ["conversion"] if row["rendered"] else plain
            yield what, records, row["warc"], row["sha256"]
    for row in parse((folder / "record/screenshots.json").read_bytes()):
        for part in (row["png"], row["text"]):
            what = f"screenshot {row['id']}"
            yield what, ["resource"], part["warc"], part["sha256"]


def _where(wanted: Any) -> tuple[str, int]:
    return wanted[2]["file"], wanted[2]["offset"]


def _at(folder: Path, file: str, offset: int, length: int) -> list[Record]:
    with (folder / file).open("rb") as stream:
        stream.seek(offset)
        return read_records(stream.read(length))


def _types(records: list[Record]) -> list[str]:
    return [record.fields["warc-type"] for record in records]


def _document_problems(folder: Path) -> Iterator[str]:
    for row in parse((folder / "record/documents.json").read_bytes()):
        text: str | None = row["text"]
        if text is not None and hashlib.sha256(text.encode()).hexdigest() != row["text_sha256"]:
            yield f"document {row['id']}: its text is not the one that was assessed"


# The audit chain


def event_hash(event: dict[str, Any]) -> str:
    keys = ("seq", "at", "actor", "action", "subject", "details")
    content = canonical({key: event[key] for key in keys})
    return hashlib.sha256((event["previous"] + content).encode()).hexdigest()


def _audit_problems(folder: Path, manifest: Any, notes: list[str]) -> Iterator[str]:
    audit = parse((folder / "record/audit.json").read_bytes())
    head, events = audit["head"], audit["events"]
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
    if gaps:
        notes.append(
            f"between the {len(events)} audit events stand {gaps} stretches of other "
            f"events, which this bundle does not hold: whoever keeps the chain compares them with "
            f"`narcowatch verify-evidence DIR`"
        )


# The time-stamp (RFC 3161)


def _stamp_problems(folder: Path, data: bytes, manifest: Any, notes: list[str]) -> Iterator[str]:
    status, there = manifest["timestamp"]["status"], (folder / STAMP).exists()
    if there != (status == "stamped"):
        yield f"{STAMP} is {'there' if there else 'missing'}, the manifest says: {status!a}"
    elif not there:
        why = manifest["timestamp"]["reason"] or "no authority was configured"
        notes.append(f"the manifest bears NO time-stamp: {why!a}")
    else:
        algorithm, imprint, moment = read_stamp((folder / STAMP).read_bytes())
        if hashlib.new(algorithm, data).digest() != imprint:
            yield f"{STAMP} is the time-stamp of something else"
        notes.append(
            f"the time-stamp says {moment}; whether its authority signed it, tell: {OPENSSL} "
            f"(take the authority's certificate from the authority, rather than from here)"
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
    parser = argparse.ArgumentParser(description="Verifies an evidence bundle.")
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
    print(f"bundle BROKEN: {len(found.problems)} problems" if found.problems else "bundle holds")
    print(f"SHA-256 of the manifest: {sha256_of(options.folder / MANIFEST)}")
    return 1 if found.problems else 0


if __name__ == "__main__":
    sys.exit(main())
