"""The hostile sites do what they say, lazily and within bounds."""

from __future__ import annotations

import itertools
import re
import socket
import time
import zlib
from collections.abc import Callable
from urllib.parse import urljoin

import brotli
import httpx
import pytest
from backports import zstd

from domain.seeds import EXPECTATIONS
from tests.world.content import Truth
from tests.world.hostile import bombs
from tests.world.hostile.catalogue import hostile_sites
from tests.world.visiting import Visitor
from tests.world.world import World

MIB = 1024 * 1024
_HREF = re.compile(r'href="([^"]+)"')


def test_there_are_enough_and_each_is_named_once() -> None:
    hostiles = hostile_sites(1)
    assert len(hostiles) >= 20
    assert len({hostile.host for hostile in hostiles}) == len(hostiles)
    assert {hostile.expect for hostile in hostiles} <= set(EXPECTATIONS)
    assert Truth.SHOP not in {hostile.truth for hostile in hostiles}


@pytest.mark.parametrize(
    ("host", "decode"),
    [
        ("gzip-bomb.test", zlib.decompressobj(31).decompress),
        ("brotli-bomb.test", brotli.Decompressor().process),
        ("zstd-bomb.test", zstd.ZstdDecompressor().decompress),
    ],
)
def test_a_bomb_explodes(visitor: Visitor, host: str, decode: Callable[[bytes], bytes]) -> None:
    """A few kilobytes become 64 MiB and more, while the server is still sending."""
    sent = decoded = 0
    answer = visitor.client.send(visitor.request(f"http://{host}/"), stream=True)
    try:
        for piece in answer.iter_raw(4096):
            sent += len(piece)
            decoded += len(decode(piece))
            if decoded > 64 * MIB:
                break
    finally:
        answer.close()
    assert decoded > 64 * MIB
    assert decoded > 300 * sent


def test_the_gzip_bomb_is_valid_to_its_end() -> None:
    """A decoder that checks everything takes it: a small one, built the same way."""
    decoder = zlib.decompressobj(31)
    size = sum(len(decoder.decompress(piece)) for piece in bombs.gzip_pieces(32 * MIB))
    assert size == 32 * MIB
    assert decoder.eof, "the checksum at its end must be right"


def test_the_huge_page_goes_on_until_the_reader_hangs_up(world: World, visitor: Visitor) -> None:
    before = world.served().get("huge-page.test")
    answer = visitor.client.send(visitor.request("http://huge-page.test/"), stream=True)
    assert "content-length" not in answer.headers
    taken = 0
    for piece in answer.iter_raw():
        taken += len(piece)
        if taken > 10 * MIB:
            break
    answer.close()
    line = wait_for_line(world, "huge-page.test")
    assert line.completed is False
    assert line.bytes < bombs.HUGE
    assert world.served()["huge-page.test"].served == (before.served if before else 0) + 1


def wait_for_line(world: World, host: str, limit_s: float = 5.0):
    """The last log line of ``host``, once its response has ended."""
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        lines = [access for access in world.accesses() if access.host == host]
        if lines:
            return lines[-1]
        time.sleep(0.02)
    return pytest.fail(f"no log line of {host} after {limit_s} s")


def test_the_calendar_has_no_end(visitor: Visitor) -> None:
    url, seen = "http://calendar-trap.test/", set()
    for _ in range(60):
        page = visitor.get(url)
        assert page.status_code == 200
        seen.add(url)
        url = urljoin(url, _HREF.findall(page.text)[-1])
    assert len(seen) == 60
    assert visitor.get("http://calendar-trap.test/2025/13/").status_code == 404


def test_every_link_carries_a_new_session(visitor: Visitor) -> None:
    url, seen = "http://session-trap.test/", set()
    for _ in range(30):
        page = visitor.get(url)
        seen.add(url)
        url = urljoin(url, _HREF.findall(page.text)[0])
        assert page.status_code == 200
    assert len(seen) == 30
    about = [visitor.get(f"http://session-trap.test/about.php?PHPSESSID={n}") for n in "12"]
    texts = {re.sub(r"<[^>]+>", "", page.text) for page in about}
    assert len(texts) == 1, "only the session differs"


def test_any_name_below_the_wildcard_answers(visitor: Visitor) -> None:
    url, seen = "http://trap-wild.test/", set()
    for _ in range(30):
        page = visitor.get(url)
        assert page.status_code == 200
        seen.add(url)
        url = _HREF.findall(page.text)[0]
    assert len(seen) == 30


def test_redirects_lead_where_they_must_not(world: World, visitor: Visitor) -> None:
    assert location(visitor, "http://redirect-metadata.test/").startswith("http://169.254.169.254/")
    assert location(visitor, "http://redirect-intranet.test/") == "http://10.0.0.1/"
    own = f"http://127.0.0.1:{world.port}/"
    assert location(visitor, "http://redirect-loopback.test/").startswith(own)
    hops = {location(visitor, f"http://redirect-loop.test{path}") for path in ("/", "/a", "/b")}
    assert hops == {"/a", "/b"}


def location(visitor: Visitor, url: str) -> str:
    answer = visitor.get(url)
    assert answer.is_redirect
    return answer.headers["location"]


def test_meta_refreshes_form_a_long_chain(visitor: Visitor) -> None:
    step = 0
    for _ in itertools.repeat(None, 100):
        page = visitor.get(f"http://meta-refresh.test/{step}")
        onward = re.search(r"url=/(\d+)", page.text)
        if onward is None:
            break
        step = int(onward[1])
    assert step == 40


def test_the_drip_is_slow_and_ends_with_the_reader(world: World, visitor: Visitor) -> None:
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", world.port), timeout=5) as link:
        link.sendall(b"GET / HTTP/1.1\r\nHost: slow-drip.test\r\n\r\n")
        received = 0
        while time.monotonic() - began < 1.8:
            received += len(link.recv(4096))
    assert 100 < received < 1000
    assert wait_for_line(world, "slow-drip.test").completed is False


def test_the_cut_off_page_promises_more_than_it_sends(world: World, visitor: Visitor) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        visitor.get("http://cut-off.test/")
    assert wait_for_line(world, "cut-off.test").completed is False


def test_headers_lie(visitor: Visitor) -> None:
    charset = visitor.get("http://wrong-charset.test/")
    assert "utf-8" in charset.headers["content-type"]
    assert "Ярмарка" in charset.content.decode("cp1251")
    with pytest.raises(UnicodeDecodeError):
        charset.content.decode("utf-8")
    assert "klingon" in visitor.get("http://wrong-charset.test/2").headers["content-type"]
    picture = visitor.get("http://liar-picture.test/")
    assert picture.headers["content-type"].startswith("text/html")
    assert picture.content.startswith(b"\x89PNG")
    page = visitor.get("http://liar-html.test/")
    assert page.headers["content-type"] == "image/png"
    assert b"<html>" in page.content


def test_the_header_flood_is_four_hundred_kilobytes(world: World) -> None:
    with socket.create_connection(("127.0.0.1", world.port), timeout=5) as link:
        link.sendall(b"GET / HTTP/1.0\r\nHost: header-flood.test\r\n\r\n")
        answer = b"".join(iter(lambda: link.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert len(head) > 400_000
    assert b"<html>" in body


def test_titles_and_links_carry_poison(visitor: Visitor) -> None:
    page = visitor.get("http://poisoned-title.test/").text
    assert "<script>" in page.partition("</title>")[0]
    assert "\0" in page
    assert "\u202e" in page
    links = visitor.get("http://odd-links.test/").text
    for scheme in ("javascript:", "data:", "file:", "ftp:", "http://[::1"):
        assert scheme in links


def test_binary_files_are_large_and_said_to_be_binary(visitor: Visitor) -> None:
    page = visitor.get("http://binary-links.test/")
    links = _HREF.findall(page.text)
    assert len(links) >= 8
    file = visitor.get(urljoin("http://binary-links.test/", links[0]))
    assert file.headers["content-type"] == "application/octet-stream"
    assert len(file.content) == 8 * MIB


def test_pages_with_nothing_for_a_reader(visitor: Visitor) -> None:
    assert visitor.get("http://empty-page.test/").content == b""
    assert visitor.get("http://error-500.test/").status_code == 500
    login = visitor.get("http://login-wall.test/").text
    assert 'type="password"' in login
