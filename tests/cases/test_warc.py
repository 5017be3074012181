"""What stands in the WARC files, held against ISO 28500:2017 and read by other programs."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator
from warcio.recordloader import ArcWarcRecord

from cases import intake
from cases.evidence import EvidenceWriter, read_resource
from cases.hostclock import UNKNOWN, UNSYNCHRONISED, clock_state, worded
from cases.warc import Resource, software
from domain.captures import Exchange, Outcome
from domain.errors import EvidenceError
from tests.net.test_egress import free_port
from tests.records import NOON, new_run, page

PNG = b"\x89PNG\r\n\x1a\n picture"
#: The `wayback` program of pywb, in an environment of its own: it cannot share ours, since one of
#: its dependencies installs another package under the name `brotli`.
WAYBACK = os.environ.get("TEST_WAYBACK", "")


def exchange(url: str = "http://shop.test/a?b=1", text: str = "привет") -> Exchange:
    value = page(url, text).exchange
    assert value is not None
    return value


def records(path: Path) -> list[ArcWarcRecord]:
    found = []
    with path.open("rb") as stream:
        for record in ArchiveIterator(stream):
            record.body = record.content_stream().read()
            found.append(record)
    return found


def written(folder: Path, value: Exchange, note: str = "") -> dict[str, ArcWarcRecord]:
    writer = EvidenceWriter(folder, 7, "crawl", "pages")
    pointer = writer.write(value, NOON, note)
    writer.close()
    return {record.rec_type: record for record in records(folder / pointer.file)}


def field(record: ArcWarcRecord, name: str) -> str | None:
    return record.rec_headers.get_header(name)


def test_every_record_is_of_version_1_1_and_names_its_warcinfo(tmp_path: Path) -> None:
    found = written(tmp_path, exchange())
    assert {record.rec_headers.protocol for record in found.values()} == {"WARC/1.1"}
    info = field(found["warcinfo"], "WARC-Record-ID")
    assert info is not None
    assert info.startswith("<urn:uuid:")
    assert field(found["request"], "WARC-Warcinfo-ID") == info
    assert field(found["response"], "WARC-Warcinfo-ID") == info
    ids = {field(record, "WARC-Record-ID") for record in found.values()}
    assert len(ids) == 3


def test_request_and_response_are_one_event(tmp_path: Path) -> None:
    found = written(tmp_path, exchange())
    request, response = found["request"], found["response"]
    assert field(request, "WARC-Concurrent-To") == field(response, "WARC-Record-ID")
    for name in ("WARC-Target-URI", "WARC-Date"):
        assert field(request, name) == field(response, name)
    assert field(response, "Content-Type") == "application/http; msgtype=response"
    assert field(request, "Content-Type") == "application/http; msgtype=request"
    assert request.http_headers.get_header("User-Agent") == "test"


def test_digests_are_sha_256_of_block_and_payload(tmp_path: Path) -> None:
    response = written(tmp_path, exchange())["response"]
    body = "привет".encode()
    assert field(response, "WARC-Payload-Digest") == f"sha256:{hashlib.sha256(body).hexdigest()}"
    block = response.http_headers.to_bytes() + body
    assert field(response, "WARC-Block-Digest") == f"sha256:{hashlib.sha256(block).hexdigest()}"


@pytest.mark.parametrize(
    ("given_address", "stored"),
    [("192.0.2.7", "192.0.2.7"), ("2001:DB8::1", "2001:db8::1"), ("", None), ("shop.test", None)],
)
def test_the_servers_address_stands_where_it_is_known(
    tmp_path: Path, given_address: str, stored: str | None
) -> None:
    found = written(tmp_path, replace(exchange(), address=given_address))
    assert field(found["response"], "WARC-IP-Address") == stored


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (Outcome.TRUNCATED, "disconnect"),
        (Outcome.TOO_LARGE, "length"),
        (Outcome.NOT_TEXT, "unspecified"),
        (Outcome.OK, None),
    ],
)
def test_a_body_that_is_not_whole_says_why(
    tmp_path: Path, outcome: Outcome, reason: str | None
) -> None:
    found = written(tmp_path, exchange(), outcome)
    assert field(found["response"], "WARC-Truncated") == reason


def test_the_warcinfo_says_with_what_and_under_which_clock(tmp_path: Path) -> None:
    text = written(tmp_path, exchange())["warcinfo"].body.decode()
    fields = dict(line.split(": ", 1) for line in text.splitlines())
    assert fields["software"].startswith(f"{software()} warcio/")
    assert fields["isPartOf"] == "run-000007"
    assert fields["hostname"] == os.uname().nodename
    assert fields["clock"] == UNSYNCHRONISED or fields["clock"].startswith(("synch", UNKNOWN))


def test_the_kernels_word_on_the_clock() -> None:
    assert worded(0x2001, 21_500) == "synchronised, at most 0.022 s off"
    assert worded(0x0040, 16_000_000) == UNSYNCHRONISED
    assert clock_state() in {UNSYNCHRONISED, UNKNOWN} or clock_state().startswith("synchronised")


@pytest.mark.django_db
def test_a_rendered_page_names_the_page_that_it_was_made_from(tmp_path: Path) -> None:
    """Also one in a file of another worker, and none where nothing came."""
    run, other_run = new_run(), new_run()
    rendered = [replace(page(f"http://shop.test/{n}", "with prices"), rendered=True) for n in "ab"]
    for worker, batch in (
        ("first", [page("http://shop.test/a", "bare")]),
        ("second", [page("http://shop.test/x"), rendered[0], rendered[1]]),
    ):
        writer = EvidenceWriter(tmp_path, run.pk, worker, "pages")
        intake.store(run.pk, "crawl", batch, writer)
        writer.close()
    writer = EvidenceWriter(tmp_path, other_run.pk, "crawl", "pages")
    intake.store(other_run.pk, "crawl", [rendered[0]], writer)
    writer.close()
    (response,) = [
        one
        for one in records(tmp_path / f"pages/run-{run.pk:06d}/first-00001.warc.gz")
        if one.rec_type == "response"
    ]
    made, without = [
        one
        for one in records(tmp_path / f"pages/run-{run.pk:06d}/second-00001.warc.gz")
        if one.rec_type == "conversion"
    ]
    assert field(made, "WARC-Refers-To") == field(response, "WARC-Record-ID")
    assert field(made, "WARC-Target-URI") == field(response, "WARC-Target-URI")
    assert (made.body, response.body) == (b"with prices", b"bare")
    assert field(without, "WARC-Refers-To") is None
    elsewhere = records(tmp_path / f"pages/run-{other_run.pk:06d}/crawl-00001.warc.gz")[-1]
    assert (elsewhere.rec_type, field(elsewhere, "WARC-Refers-To")) == ("conversion", None)


def test_a_picture_and_its_text_are_resources_that_belong_together(tmp_path: Path) -> None:
    writer = EvidenceWriter(tmp_path, 7, "screens", "screens")
    picture, text = writer.write_resources(
        [
            Resource("urn:fullPage:http://shop.test/", "image/png", PNG, "images: blocked"),
            Resource("urn:text:http://shop.test/", "text/plain; charset=utf-8", b"text"),
        ],
        NOON,
    )
    writer.close()
    assert picture.file == text.file == "screens/run-000007/screens-00001.warc.gz"
    assert read_resource(tmp_path, picture) == PNG
    assert read_resource(tmp_path, text) == b"text"
    _, one, two = records(tmp_path / picture.file)
    assert field(one, "Content-Type") == "image/png"
    assert field(one, "WARC-Narcowatch-Note") == "images: blocked"
    assert field(two, "WARC-Concurrent-To") == field(one, "WARC-Record-ID")
    with pytest.raises(EvidenceError, match="no resource"):
        read_resource(tmp_path, replace(text, length=0))


@given(
    body=st.binary(max_size=200),
    value=st.text(st.characters(max_codepoint=255), max_size=40),
    path=st.text(st.characters(codec="ascii", exclude_characters=" \r\n"), max_size=20),
)
@example(body=b"", value="=0;\x80", path="")
def test_whatever_a_server_sends_comes_back_and_passes_the_check(
    tmp_path_factory: pytest.TempPathFactory, body: bytes, value: str, path: str
) -> None:
    folder = tmp_path_factory.mktemp("warc")
    sent = Exchange(f"http://a.test/{path}", "GET", (), 200, "OK", (("X-A", value),), body)
    writer = EvidenceWriter(folder, 1, "crawl", "pages")
    pointer = writer.write(sent, NOON)
    writer.close()
    with (folder / pointer.file).open("rb") as stream:
        for record in ArchiveIterator(stream, check_digests="raise"):
            content = record.content_stream().read()
            if record.rec_type == "response":
                assert content == body


def sample(folder: Path) -> Path:
    writer = EvidenceWriter(folder, 7, "crawl", "pages")
    for number in range(3):
        pointer = writer.write(exchange(f"http://shop.test/{number}", f"page {number}"), NOON)
    writer.write_resources([Resource("urn:fullPage:http://shop.test/0", "image/png", PNG)], NOON)
    writer.close()
    return folder / pointer.file


def test_other_programs_check_and_index_it(tmp_path: Path) -> None:
    path = sample(tmp_path)
    warcio = [sys.executable, "-m", "warcio.cli"]
    assert subprocess.run([*warcio, "check", str(path)], check=False).returncode == 0
    fields = "offset,warc-type,warc-target-uri,http:status"
    out = subprocess.run(
        [*warcio, "index", "-f", fields, str(path)], check=True, capture_output=True, text=True
    ).stdout
    lines = [json.loads(line) for line in out.splitlines()]
    assert [line["warc-type"] for line in lines] == [
        "warcinfo",
        *["response", "request"] * 3,
        "resource",
    ]
    assert lines[1]["warc-target-uri"] == "http://shop.test/0"
    assert lines[1]["http:status"] == "200"


@pytest.mark.skipif(not WAYBACK, reason="TEST_WAYBACK names no replay program")
def test_a_replay_tool_shows_the_page(tmp_path: Path) -> None:
    path, port = sample(tmp_path / "store"), free_port()
    manager = Path(WAYBACK).with_name("wb-manager")
    for arguments in (["init", "case"], ["add", "case", str(path)]):
        subprocess.run([manager, *arguments], cwd=tmp_path, check=True, capture_output=True)
    server = subprocess.Popen([WAYBACK, "-b", "127.0.0.1", "-p", str(port)], cwd=tmp_path)
    try:
        base = f"http://127.0.0.1:{port}/case"
        answer = _once_it_answers(f"{base}/20260301120000id_/http://shop.test/1")
        assert (answer.status_code, answer.text) == (200, "page 1")
        shot = httpx.get(f"{base}/20260301120000id_/urn:fullPage:http://shop.test/0")
        assert (shot.status_code, shot.content) == (200, PNG)
    finally:
        server.terminate()
        server.wait()


def _once_it_answers(url: str) -> httpx.Response:
    for _ in range(600):
        try:
            return httpx.get(url)
        except httpx.ConnectError:
            time.sleep(0.1)
    raise AssertionError(f"{url} does not answer")
