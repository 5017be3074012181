from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from cases import intake
from cases.committed import committed_ends
from cases.evidence import EvidenceWriter, Pointer, read_body
from cases.models import CandidateRow, Capture, Case, DocumentRow, RunCount, Target
from domain.candidates import Candidate, Why
from domain.captures import CaptureRecord, Egress, Outcome
from domain.documents import Document, Link
from domain.targets import site_key, telegram_key
from tests.records import NOON, new_run, page

pytestmark = pytest.mark.django_db

URL = "http://shop.test/"


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[EvidenceWriter]:
    writer = EvidenceWriter(tmp_path, 1, "test", "pages")
    yield writer
    writer.close()


def test_a_capture_points_to_its_bytes(writer: EvidenceWriter, tmp_path: Path) -> None:
    run = new_run()
    stored = intake.store(run.pk, "crawl", [page(URL, "мефедрон")], writer)
    capture = Capture.objects.get()
    pointer = Pointer(capture.warc_file, capture.warc_offset, capture.warc_length)
    assert read_body(tmp_path, pointer).decode() == "мефедрон"
    assert (stored.captures, stored.documents, stored.doubled) == (1, 1, 0)
    assert capture.content_type == "text/html"
    assert DocumentRow.objects.get().text == "мефедрон"


def test_the_same_capture_twice_changes_nothing_and_is_counted(writer: EvidenceWriter) -> None:
    run = new_run()
    intake.store(run.pk, "crawl", [page(URL), page(URL, "other")], writer)
    stored = intake.store(run.pk, "crawl", [page(URL)], writer)
    assert stored.doubled == 1
    assert Capture.objects.count() == DocumentRow.objects.count() == 1
    assert RunCount.objects.get(name="skipped").n == 2


def test_the_same_candidate_twice_changes_nothing() -> None:
    run = new_run()
    candidate = Candidate(site_key(URL), Why.LINK, URL, parent=site_key("http://other.test/"))
    assert intake.note_candidates(run.pk, [candidate]) == [candidate.target]
    assert intake.note_candidates(run.pk, [candidate, candidate]) == []
    seed = Candidate(site_key(URL), Why.SEED, URL)
    intake.note_candidates(run.pk, [seed])
    intake.note_candidates(run.pk, [seed])
    assert CandidateRow.objects.count() == 2
    assert Target.objects.count() == Case.objects.count() == 2


def test_a_failed_fetch_is_a_capture_without_bytes(writer: EvidenceWriter) -> None:
    record = CaptureRecord(
        site_key(URL), URL, NOON, Egress.DIRECT, Outcome.TIMEOUT, detail="after 30 s", attempts=3
    )
    intake.store(new_run().pk, "crawl", [record], writer)
    capture = Capture.objects.get()
    assert (capture.outcome, capture.requests, capture.warc_file) == ("timeout", 3, "")


def test_what_goes_along_shares_the_transaction(writer: EvidenceWriter) -> None:
    def fails() -> None:
        raise RuntimeError("no")

    run = new_run()
    with pytest.raises(RuntimeError):
        intake.store(run.pk, "crawl", [page(URL)], writer, also=fails)
    assert not Capture.objects.exists()


def test_posts_are_stored_once_and_again_when_edited(writer: EvidenceWriter) -> None:
    def batch(run: int, text: str) -> intake.Stored:
        record = replace(
            page(f"http://t.test/s/a?{run}"),
            site=telegram_key("some_channel"),
            documents=(Document("", text, part="17", links=(Link(URL, "x"),)),),
        )
        return intake.store(run, "channels", [record], writer, retention="posts")

    first, second, third = new_run().pk, new_run().pk, new_run().pk
    assert batch(first, "one").documents == 1
    assert len(batch(second, "one").parts_seen) == 1
    assert batch(third, "one, edited").documents == 1
    assert DocumentRow.objects.count() == 2


def test_text_no_database_can_hold_is_still_kept(writer: EvidenceWriter) -> None:
    record = replace(page(URL), documents=(Document("a\x00b\ud800", "t\x00e\ud800xt"),))
    intake.store(new_run().pk, "crawl", [record], writer)
    assert DocumentRow.objects.get().text == "t�e�xt"


def test_ends_of_files_follow_the_last_capture(writer: EvidenceWriter) -> None:
    run = new_run()
    intake.store(run.pk, "crawl", [page(URL), page(f"{URL}b")], writer)
    last = Capture.objects.order_by("warc_offset").last()
    assert last is not None
    assert committed_ends(run.pk) == {last.warc_file: last.warc_offset + last.warc_length}


def test_a_redacted_capture_is_marked_in_the_record_and_in_the_warc(tmp_path: Path) -> None:
    run = new_run()
    writer = EvidenceWriter(tmp_path, run.pk, "crawl", "posts")
    told = replace(page("http://t.test/"), redacted="authors=2 handles=3")
    intake.store(run.pk, "channels", [told], writer, retention="posts")
    writer.close()
    row = Capture.objects.get()
    assert row.redacted == "authors=2 handles=3"
    with (tmp_path / row.warc_file).open("rb") as stream:
        fields = [
            r.rec_headers.get_header("WARC-Narcowatch-Redacted") for r in ArchiveIterator(stream)
        ]
    assert fields == [None, "authors=2 handles=3", None]
