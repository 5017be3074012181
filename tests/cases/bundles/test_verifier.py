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
from cases.bundles.verifier import canonical, check, event_hash, parse, read_records, read_stamp
from domain.digests import canonical_json
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
    data = canonical_json(value)
    path.write_bytes(data)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    for file in manifest["files"]:
        if file["name"] == name:
            file.update(size=len(data), sha256=hashlib.sha256(data).hexdigest())
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


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("record/captures.json", lambda rows: rows[-1].update(sha256="0" * 64)),
        ("record/captures.json", lambda rows: rows[-1]["warc"].update(uri="http://x.test/")),
        ("record/captures.json", lambda rows: rows[-1]["warc"].update(offset=0)),
        ("record/captures.json", lambda rows: rows.pop()),
        ("record/screenshots.json", lambda rows: rows.pop()),
        ("record/screenshots.json", lambda rows: rows[0]["png"].update(sha256="0" * 64)),
        ("record/screenshots.json", lambda rows: rows[0]["text"].update(file="custody.txt")),
        ("record/documents.json", lambda rows: rows[0].update(text="other words")),
        ("record/captures.json", lambda rows: rows[-1].pop("warc")),
    ],
)
def test_the_record_and_the_evidence_speak_of_the_same(made: Made, name: str, change) -> None:
    assert rewritten(made().folder, name, change)


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
