from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from cases.bundles.building import Stamping
from cases.bundles.manifest import sums
from cases.bundles.verifier import (
    ALWAYS,
    SCHEMA,
    Claim,
    canonical,
    check,
    contradiction,
    event_hash,
    parse,
    read_records,
    read_stamp,
)
from domain.digests import canonical_json, sha256_hex
from domain.errors import TransportError
from tests.cases.bundles.conftest import Made
from tests.stamps import der, granted

EXACT = 2**53 - 1
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-EXACT, EXACT)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_json_is_as_canonical_as_that_of_the_record(value: object) -> None:
    data = canonical_json(value)
    assert canonical(value).encode() == data
    assert canonical(parse(data)).encode() == data


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_are_written_as_the_standard_says(value: float) -> None:
    assert canonical(value).encode() == rfc8785.dumps(value)


@pytest.mark.parametrize(
    "text", ['{"a": 1}', '{"b":1,"a":2}', '{"a":1,"a":1}', '"\\u0041"', "1.0", "NaN", "1e999"]
)
def test_other_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"canonical|a number that is none"):
        parse(text.encode())


def record(fields: str, block: bytes, end: bytes = b"\r\n\r\n") -> bytes:
    head = f"WARC/1.1\r\nWARC-Type: resource\r\n{fields}Content-Length: {len(block)}\r\n\r\n"
    return gzip.compress(head.encode() + block + end)


def test_records_are_held_against_their_own_length_and_digest() -> None:
    digest = f"WARC-Payload-Digest: sha256:{hashlib.sha256(b'body').hexdigest()}\r\n"
    good = record(digest, b"body")
    assert [one.payload for one in read_records(good + good)] == [b"body", b"body"]
    assert read_records(record("", b"body"))[0].payload == b"body"
    sha1 = "WARC-Block-Digest: sha1:AL6PEJHHDSAK77EXQQP7ZFH4S7TNFWN3\r\n"
    for bad in (
        record(digest, b"b0dy"),
        record("", b"body", end=b""),
        record("WARC-Block-Digest: md5:00\r\n", b"body"),
        record(sha1, b"body"),
        good[:-1],
        good + b"x",
    ):
        with pytest.raises(Exception, match=r".") as caught:
            read_records(bad)
        assert type(caught.value).__name__ in {"ValueError", "error"}


@pytest.mark.parametrize("algorithm", [1, 2, 3])
def test_a_time_stamp_is_read(algorithm: int) -> None:
    name, imprint, moment = read_stamp(granted(b"data", algorithm=algorithm))
    assert imprint == hashlib.new(name, b"data").digest()
    assert moment == "20260301120000Z"


@given(st.binary(max_size=60) | st.integers(0, 400).map(lambda n: granted(b"data")[:n]))
def test_what_is_no_time_stamp_is_refused(data: bytes) -> None:
    if data == granted(b"data"):
        return
    with pytest.raises((ValueError, LookupError)):
        read_stamp(data)


def test_a_refusal_is_no_time_stamp() -> None:
    with pytest.raises(ValueError, match="refused"):
        read_stamp(granted(b"data", status=2))
    with pytest.raises(ValueError, match="not enough values"):
        read_stamp(der(0x30, der(0x30, der(2, b"\2"))))


def rewritten(folder: Path, name: str, change) -> list[str]:
    """What the verifier says when a file was changed and the manifest made anew over it."""
    path = folder / name
    value = json.loads(path.read_bytes())
    change(value)
    path.write_bytes(canonical_json(value))
    return made_anew(folder)


def made_anew(folder: Path, change=lambda manifest: None) -> list[str]:
    """What the verifier says when the manifest was made anew over what is in the folder."""
    manifest = json.loads((folder / "manifest.json").read_bytes())
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    manifest["files"] = [
        {
            "name": path.relative_to(folder).as_posix(),
            "size": path.stat().st_size,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for path in files
        if path.name not in {"manifest.json", "manifest.tsr", "SHA256SUMS"}
    ]
    change(manifest)
    made = canonical_json(manifest)
    (folder / "manifest.json").write_bytes(made)
    stamp = folder / "manifest.tsr"
    (folder / "SHA256SUMS").write_bytes(sums(made, stamp.read_bytes() if stamp.exists() else None))
    return check(folder).problems


def test_an_audit_event_is_held_against_its_hash(made: Made) -> None:
    def forge(audit: dict) -> None:
        audit["events"][1]["actor"] = "somebody"

    (problem,) = rewritten(made().folder, "record/audit.json", forge)
    assert "was changed after it was written" in problem


def test_an_audit_event_that_was_made_anew_breaks_the_next_link(made: Made) -> None:
    def forge(audit: dict) -> None:
        event = audit["events"][1]
        event["actor"] = "somebody"
        event["hash"] = event_hash(event)

    (problem,) = rewritten(made().folder, "record/audit.json", forge)
    assert "does not carry the hash of the one before" in problem


def test_the_slice_ends_in_the_head(made: Made) -> None:
    def forge(audit: dict) -> None:
        audit["head"]["hash"] = "0" * 64

    (problem,) = rewritten(made().folder, "record/audit.json", forge)
    assert problem == "the audit slice does not end in the head that the manifest names"


def test_events_out_of_order_are_named(made: Made) -> None:
    problems = rewritten(
        made().folder, "record/audit.json", lambda audit: audit["events"].reverse()
    )
    assert any("out of order" in problem for problem in problems)


def first(rows: list, **changed: object) -> None:
    """Change the first row that has bytes."""
    next(row for row in rows if row.get("warc")).update(changed)


@pytest.mark.parametrize(
    ("name", "change", "told"),
    [
        ("captures", lambda rows: first(rows, sha256="0" * 64), "another SHA-256"),
        ("captures", lambda rows: first(rows, url="http://shop.test/x"), "http://shop.test/goods"),
        ("captures", lambda rows: first(rows, size=999), "bytes"),
        ("captures", lambda rows: first(rows, status=404), "answered with status 200"),
        ("captures", lambda rows: first(rows, fetched_at="2020-01-01T00:00:00Z"), "was taken at"),
        ("captures", lambda rows: first(rows, rendered=True), "records are response, request"),
        ("captures", lambda rows: first(rows, warc=None), "does not speak of"),
        ("captures", lambda rows: rows[-1]["warc"].update(uri="http://x.test/"), "its URI"),
        ("captures", lambda rows: rows[-1]["warc"].update(offset=0), "cannot be read"),
        ("captures", lambda rows: rows.pop(), "does not speak of"),
        ("captures", lambda rows: rows[-1].pop("warc"), "cannot be read"),
        ("captures", lambda rows: rows.reverse() or rows.append(rows[0]), "does not speak of"),
        ("screenshots", lambda rows: rows.pop(), "is of no screenshot"),
        ("screenshots", lambda rows: rows[0]["png"].update(sha256="0" * 64), "not what was taken"),
        ("screenshots", lambda rows: rows[0]["text"].update(file="custody.txt"), "not what was"),
        ("screenshots", lambda rows: rows[0].update(id=77), "no audit event says that screenshot"),
        ("screenshots", lambda rows: rows[0].update(final_url="http://x.test/"), "urn:fullPage:"),
        ("documents", lambda rows: rows[0].update(text="other words"), "that was assessed"),
        ("documents", lambda rows: rows[0].update(capture=4711), "capture 4711, which is not here"),
        ("documents", lambda rows: rows.clear(), "which carries the verdict, is not here"),
        ("assessments", lambda rows: rows[0].update(document=4711), "which is not here"),
        ("assessments", lambda rows: rows.clear(), "counts 1 assessments, there are 0"),
        ("candidates", lambda rows: rows.pop(), "counts 2 candidates, there are 1"),
        ("decisions", lambda rows: rows.pop(), "audit events say that 'two' decided 'confirm'"),
        ("decisions", lambda rows: rows[0].update(person="nobody"), "'nobody' decided 'confirm'"),
        ("decisions", lambda rows: rows[0].update(verdict="dismiss"), "'one' decided 'dismiss'"),
        ("decisions", lambda rows: rows[0].update(seconds=1), "no audit event says so"),
        ("decisions", lambda rows: rows[0].update(jurisdiction="ships_to"), "no audit event says"),
        ("case", lambda case: case.update(id=7), "says case 1, the record says 7"),
        ("case", lambda case: case.update(state="requested"), "the audit events say 'confirmed'"),
        ("case", lambda case: case.update(came_from="on_hold"), "says on_hold False"),
        ("case", lambda case: case["target"].update(value="a.test"), "not its kind and value"),
        ("custody", lambda value: value["items"].pop(), "does not stand in the custody record"),
        ("custody", lambda value: value["items"][0].update(url="http://a.test/"), "does not stand"),
        ("custody", lambda value: value["origins"].pop(), "speaks of other WARC files"),
        ("custody", lambda value: value["origins"][0].update(sealed="sha256 0"), "holds the seal"),
        ("custody", lambda value: value["accesses"][0].update(who="nobody"), "something else"),
    ],
)
def test_the_record_and_the_evidence_speak_of_the_same(
    made: Made, name: str, change, told: str
) -> None:
    problems = rewritten(made().folder, f"record/{name}.json", change)
    assert any(told in problem for problem in problems), problems


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"target": "host:innocent.kz"}, "says target 'host:innocent.kz', the record says"),
        ({"case": 7}, "says case 7, the record says 1"),
        ({"state": "requested"}, "says state 'requested'"),
        ({"on_hold": True}, "says on_hold True"),
        ({"audit_head": {"seq": 0, "hash": "0" * 64}}, "does not end in the head"),
        ({"counts": {}}, "cannot be read"),
    ],
)
def test_the_manifest_speaks_of_what_is_there(made: Made, changed: dict, told: str) -> None:
    problems = made_anew(made().folder, lambda manifest: manifest.update(changed))
    assert any(told in problem for problem in problems), problems


def test_a_case_of_another_target_is_told_by_its_pages_and_its_events(made: Made) -> None:
    """Whoever changes the target in record and manifest alike."""
    folder = made().folder

    def forge(case: dict) -> None:
        case["target"].update(value="innocent.kz", key="host:innocent.kz", name="innocent.kz")

    rewritten(folder, "record/case.json", forge)
    problems = made_anew(folder, lambda manifest: manifest.update(target="host:innocent.kz"))
    assert any("is not on the target" in problem for problem in problems)
    assert "no audit event is about the target 'host:innocent.kz'" in problems


@pytest.mark.parametrize("name", sorted(ALWAYS))
def test_no_bundle_is_without_its_fixed_files(made: Made, name: str) -> None:
    folder = made().folder
    (folder / name).unlink()
    assert f"{name} is not in the manifest, and no bundle is without it" in made_anew(folder)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("more.txt", "is no part of a bundle"),
        ("record/more.json", "is no part of a bundle"),
        ("screens/000099.png", "is of no screenshot that the record speaks of"),
        ("warc/more.warc.gz", "holds what the record does not speak of"),
    ],
)
def test_a_file_that_was_added_to_the_manifest_too(made: Made, name: str, told: str) -> None:
    folder = made().folder
    (folder / name).write_bytes(b"more")
    (problem,) = made_anew(folder)
    assert told in problem


def forged(head: str, kind: str, content_type: str, block: bytes) -> bytes:
    fields = f"WARC-Type: {kind}\r\nWARC-Target-URI: {head}\r\nWARC-Record-ID: <urn:x>\r\n"
    date = "WARC-Date: 2026-03-01T12:00:00Z\r\n"
    lines = f"{fields}{date}Content-Type: {content_type}\r\nContent-Length: {len(block)}\r\n\r\n"
    return gzip.compress(f"WARC/1.1\r\n{lines}".encode() + block + b"\r\n\r\n")


PAGE = b"<p>honest page"
HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"


@pytest.mark.parametrize(
    ("uri", "content_type", "block", "told"),
    [
        ("http://shop.test/a", "text/plain", PAGE, "its response record holds no HTTP response"),
        ("http://victim.kz/", "application/http;msgtype=response", HTTP + PAGE, "victim.kz"),
        ("http://shop.test/a", "application/http;msgtype=response", b"\r\n\r\n" + PAGE, "read"),
        ("http://shop.test/a", "application/http; msgtype=response", HTTP + PAGE, ""),
    ],
)
def test_records_of_another_hand(uri: str, content_type: str, block: bytes, told: str) -> None:
    response = forged(uri, "response", content_type, block)
    request = forged(uri, "request", "application/http;msgtype=request", b"GET / HTTP/1.1\r\n\r\n")
    digest = hashlib.sha256(PAGE).hexdigest()
    claim = Claim(
        *("capture 1", ("response", "request"), "http://shop.test/a", "2026-03-01T12:00:00Z"),
        *(digest, len(PAGE), 200),
    )
    try:
        found = contradiction(claim, read_records(response + request))
    except (ValueError, LookupError):
        found = "cannot be read"
    assert told in found
    assert bool(told) == bool(found)


def test_a_bundle_made_by_hand_of_what_was_never_captured(tmp_path: Path) -> None:
    """The least that could pass for a bundle: no case, no custody record, somebody else's page."""
    (tmp_path / "warc").mkdir()
    (tmp_path / "record").mkdir()
    info = forged("", "warcinfo", "application/warc-fields", b"")
    page = forged("http://victim.kz/", "response", "text/plain", PAGE)
    (tmp_path / "warc" / "a.warc.gz").write_bytes(info + page)
    place = {"file": "warc/a.warc.gz", "offset": len(info), "length": len(page)}
    row = {"id": 1, "url": "http://other.kz/", "size": 999, "status": 200, "rendered": False}
    row |= {"warc": {**place, "uri": "http://victim.kz/"}, "sha256": sha256_hex(PAGE)}
    head = {"seq": 0, "hash": "0" * 64}
    record = {"captures": [row], "screenshots": [], "documents": []}
    record |= {"decisions": [], "audit": {"events": [], "head": head}}
    for name, value in record.items():
        (tmp_path / "record" / f"{name}.json").write_bytes(canonical_json(value))
    manifest = {"schema": SCHEMA, "case": 7, "target": "host:innocent.kz", "audit_head": head}
    manifest |= {"timestamp": {"status": "no authority", "reason": ""}}
    (tmp_path / "manifest.json").write_bytes(canonical_json(manifest))
    problems = made_anew(tmp_path)
    missing = "is not in the manifest, and no bundle is without it"
    for name in ("case", "assessments", "candidates", "custody"):
        assert f"record/{name}.json {missing}" in problems


def test_a_stamp_of_something_else_is_noticed(made: Made) -> None:
    stamping = Stamping("a", b"certificates", lambda data: granted(b"another manifest"))
    (problem,) = check(made(stamping=stamping).folder).problems
    assert problem == "manifest.tsr is the time-stamp of something else"


def test_a_stamp_is_told_with_the_command_that_checks_its_signature(made: Made) -> None:
    found = check(made(stamping=Stamping("a", b"certificates", granted)).folder)
    assert found.problems == []
    assert any("openssl ts -verify -in manifest.tsr" in note for note in found.notes)


def test_a_stamp_that_was_taken_away_is_missed(made: Made) -> None:
    folder = made(stamping=Stamping("a", b"certificates", granted)).folder
    (folder / "manifest.tsr").unlink()
    (folder / "SHA256SUMS").write_bytes(sums((folder / "manifest.json").read_bytes(), None))
    assert check(folder).problems == ["manifest.tsr is missing, the manifest says: 'stamped'"]


def test_an_authority_that_fails_is_named_in_the_manifest(made: Made) -> None:
    def down(data: bytes) -> bytes:
        raise TransportError("asking tsa.test: refused", reason="connection")

    bundle = made(stamping=Stamping("tsa.test", b"certificates", down))
    assert (bundle.status, bundle.reason) == ("not stamped", "asking tsa.test: refused")
    found = check(bundle.folder)
    assert found.problems == []
    assert "the manifest bears NO time-stamp: 'asking tsa.test: refused'" in found.notes
