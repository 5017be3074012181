"""Answers of the API in the evidence store: one resource record each, in bundles too."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from cases.bundles.building import build
from cases.bundles.verifier import check
from cases.evidence import Pointer, read_body
from cases.models import Capture, DocumentRow, Target
from domain.digests import sha256_hex
from tests.channels.mtproto.accounts import Readers
from tests.channels.mtproto.visits import Visits
from tests.people import analyst
from tests.world.mtproto.directory import Chat

pytestmark = pytest.mark.django_db


def test_a_batch_is_one_record_with_its_sha256(
    readers: Readers, shop: Chat, visits: Visits, tmp_path: Path
) -> None:
    visits.visit(readers.of())
    row = DocumentRow.objects.get(part="151").capture
    assert (row.egress, row.status, row.content_type) == ("telegram", 200, "application/json")
    assert row.retention == "posts"
    root = tmp_path / "evidence"
    body = read_body(root, Pointer(row.warc_file, row.warc_offset, row.warc_length))
    assert sha256_hex(body) == row.sha256
    assert [one["id"] for one in json.loads(body)["messages"]] == [*range(250, 150, -1)]
    with (root / row.warc_file).open("rb") as stream:
        kinds = [record.rec_type for record in ArchiveIterator(stream)]
    assert kinds == ["warcinfo", *["resource"] * Capture.objects.count()]
    with (root / row.warc_file).open("rb") as stream:
        stream.seek(row.warc_offset)
        (record, *_) = ArchiveIterator(stream)
        assert record.rec_headers.get_header("WARC-Target-URI") == row.url
        assert record.rec_headers.get_header("WARC-Payload-Digest") == f"sha256:{row.sha256}"


def test_a_bundle_of_the_channels_case_verifies(
    readers: Readers, shop: Chat, visits: Visits, tmp_path: Path
) -> None:
    visits.visit(readers.of())
    case = Target.objects.get(value="1001").case
    made = build(case.pk, analyst("one"), tmp_path / "bundle", evidence_root=tmp_path / "evidence")
    captures = json.loads((made.folder / "record/captures.json").read_bytes())
    assert len(captures) == Capture.objects.count() == 5
    assert {one["egress"] for one in captures} == {"telegram"}
    assert check(made.folder).problems == []
