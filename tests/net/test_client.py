from __future__ import annotations

import gzip
import itertools
import ssl
import threading
import time
import zlib
from pathlib import Path
from typing import Any

import brotli
import httpx
import pytest

from domain.errors import AddressRefused, TransportError
from net.client import build_client, fetch
from net.decoding import zstd
from net.egress import Fetcher
from tests.net.servers import config, raw_server, redirect, response

PAGE = "Привет, мир. ".encode() * 50


def told(url: str, port: int, max_bytes: int = 100_000, **values: Any) -> TransportError:
    with (
        build_client(config(port, **values)) as client,
        pytest.raises(TransportError) as caught,
    ):
        fetch(client, url, max_bytes)
    return caught.value


def test_a_page_comes_back_whole_with_what_is_needed_as_evidence() -> None:
    def answer(path: str, write: Any) -> None:
        write(response(PAGE, "200 Fine", "Set-Cookie: a=1", "Set-Cookie: b=2", "X-Raw: é"))

    with raw_server(answer) as (port, seen), build_client(config(port)) as client:
        got = fetch(client, "http://shop.test/page?x=1", 10_000, headers={"X-Own": "1"})
    assert (got.status, got.reason, got.body, got.truncated) == (200, "Fine", PAGE, False)
    assert got.url == "http://shop.test/page?x=1"
    assert got.address == "127.0.0.1"
    assert [value for name, value in got.headers if name == "Set-Cookie"] == ["a=1", "b=2"]
    assert got.header("set-cookie") == "a=1"
    assert got.header("missing", "none") == "none"
    assert ("X-Own", "1") in got.request_headers
    assert seen.requests == [("shop.test", "/page?x=1")]
    assert seen.headers[0]["user-agent"] == "tester"


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("gzip", gzip.compress(PAGE, mtime=0)),
        ("x-gzip", gzip.compress(PAGE[:100], mtime=0) + gzip.compress(PAGE[100:], mtime=0)),
        ("gzip", gzip.compress(PAGE, mtime=0) + b"padding"),
        ("deflate", zlib.compress(PAGE)),
        ("deflate", zlib.compress(PAGE, wbits=-15)),
        ("br", brotli.compress(PAGE)),
        ("zstd", zstd.compress(PAGE)),
        ("zstd", zstd.compress(PAGE[:100]) + zstd.compress(PAGE[100:])),
        ("deflate, gzip", gzip.compress(zlib.compress(PAGE), mtime=0)),
        ("identity", PAGE),
        ("", PAGE),
    ],
)
def test_content_codings_are_undone(coding: str, packed: bytes) -> None:
    def answer(path: str, write: Any) -> None:
        head = response(b"", "200 OK", f"Content-Encoding: {coding}", length=len(packed))
        write(head)
        for number in range(0, len(packed), 7):
            write(packed[number : number + 7])

    with raw_server(answer) as (port, _), build_client(config(port)) as client:
        assert fetch(client, "http://shop.test/", 10_000).body == PAGE


def _bomb(coding: str) -> bytes:
    zeros = b"\0" * 50_000_000
    match coding:
        case "gzip":
            return gzip.compress(zeros, mtime=0)
        case "deflate":
            return zlib.compress(zeros)
        case "br":
            return bytes(brotli.compress(zeros, quality=3))
        case "zstd":
            return zstd.compress(zeros)
        case _:
            return gzip.compress(gzip.compress(zeros, mtime=0))


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "gzip, gzip"])
def test_a_bomb_is_stopped_before_it_fills_the_memory(coding: str) -> None:
    packed = _bomb(coding)

    def answer(path: str, write: Any) -> None:
        write(response(packed, "200 OK", f"Content-Encoding: {coding}"))

    with raw_server(answer) as (port, _):
        error = told("http://shop.test/", port, max_bytes=10_000_000)
    assert error.reason == "bomb"
    assert error.permanent


def test_a_body_that_is_simply_too_large_is_called_so() -> None:
    sent = threading.Event()

    def answer(path: str, write: Any) -> None:
        if path == "/announced":
            write(response(b"", length=10**12))
            return
        if path == "/packed":
            packed = gzip.compress(bytes(range(256)) * 8, 0)
            write(response(packed, "200 OK", "Content-Encoding: gzip"))
            return
        write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(10_000):
            write(b"4000\r\n" + b"x" * 0x4000 + b"\r\n")
        sent.set()

    with raw_server(answer) as (port, _):
        for path in ("announced", "endless", "packed"):
            error = told(f"http://shop.test/{path}", port, max_bytes=1000)
            assert error.reason == "too_large", path
        assert not sent.is_set()


@pytest.mark.parametrize(
    ("coding", "body"),
    [("gzip", b"not gzip"), ("br", b"\xff\xff"), ("zstd", b"plain"), ("lzma", b"x")],
)
def test_a_broken_or_unknown_coding_is_named(coding: str, body: bytes) -> None:
    def answer(path: str, write: Any) -> None:
        write(response(body, "200 OK", f"Content-Encoding: {coding}"))

    with raw_server(answer) as (port, _):
        assert told("http://shop.test/", port).reason == "undecodable"


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_is_cut_off_is_kept_and_marked(chunked: bool) -> None:
    def answer(path: str, write: Any) -> None:
        if chunked:
            write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
        else:
            write(response(b"first", length=500))

    with raw_server(answer) as (port, _), build_client(config(port)) as client:
        got = fetch(client, "http://shop.test/", 1000)
    assert (got.body, got.truncated) == (b"first", True)


def test_a_slow_drip_ends_with_the_time_for_the_whole_fetch() -> None:
    def answer(path: str, write: Any) -> None:
        write(b"HTTP/1.1 200 OK\r\n" if path == "/head" else response(b"", length=10_000))
        for _ in range(200):
            write(b"X-A: b\r\n" if path == "/head" else b"x")
            time.sleep(0.05)

    with raw_server(answer) as (port, _):
        for path in ("head", "body"):
            started = time.monotonic()
            error = told(f"http://shop.test/{path}", port, timeout_s=0.5)
            assert error.reason == "timeout"
            assert not error.permanent
            assert time.monotonic() - started < 2


def test_redirects_are_followed_and_told() -> None:
    def answer(path: str, write: Any) -> None:
        write(
            {"/1": redirect("/2"), "/2": redirect("//other.test/3")}.get(path) or response(b"end")
        )

    with raw_server(answer) as (port, seen), build_client(config(port)) as client:
        got = fetch(client, "http://shop.test/1", 1000)
    assert (got.url, got.body) == ("http://other.test/3", b"end")
    assert got.hops == ("http://shop.test/1", "http://shop.test/2")
    assert seen.requests[-1] == ("other.test", "/3")


def test_a_redirect_to_itself_that_sets_a_cookie_is_followed_once() -> None:
    answers = iter(
        [response(b"", "302 Found", "Location: /", "Set-Cookie: seen=1"), response(b"in")]
    )

    with (
        raw_server(lambda path, write: write(next(answers))) as (port, seen),
        build_client(config(port)) as client,
    ):
        assert fetch(client, "http://shop.test/", 1000).body == b"in"
    assert seen.headers[1]["cookie"] == "seen=1"


def test_redirects_without_end_are_stopped() -> None:
    numbers = itertools.count()

    def answer(path: str, write: Any) -> None:
        write(redirect("/loop" if path == "/loop" else f"/{next(numbers)}"))

    with raw_server(answer) as (port, seen):
        assert told("http://shop.test/loop", port).reason == "redirects"
        assert len(seen.requests) == 2
        assert told("http://shop.test/chain", port, max_redirects=5).reason == "redirects"
        assert len(seen.requests) == 2 + 6


@pytest.mark.parametrize(
    "target",
    [
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1:{port}/secret",
        "http://2130706433:{port}/secret",
        "http://0x7f.1:{port}/secret",
        "http://[::1]:{port}/secret",
        "http://[::ffff:127.0.0.1]:{port}/secret",
        "http://localhost:{port}/secret",
    ],
)
def test_private_addresses_are_refused_at_once_and_after_a_redirect(target: str) -> None:
    def answer(path: str, write: Any) -> None:
        write(redirect(target.format(port=port)) if path == "/out" else response(b"secret"))

    with raw_server(answer) as (port, seen):
        for url in (target.format(port=port), "http://shop.test/out"):
            error = told(url, port)
            assert isinstance(error, AddressRefused), error
        assert seen.requests == [("shop.test", "/out")]


@pytest.mark.parametrize("target", ["tg://resolve?domain=x", "http://{onion}/", "ftp://shop.test/"])
def test_a_redirect_to_another_network_or_scheme_is_what_comes_back(target: str) -> None:
    onion = "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion"
    target = target.format(onion=onion)

    with (
        raw_server(lambda path, write: write(redirect(target))) as (port, _),
        build_client(config(port)) as client,
    ):
        got = fetch(client, "http://shop.test/", 1000)
    assert (got.status, got.header("Location")) == (302, target)


@pytest.mark.parametrize(
    "url",
    ["ftp://shop.test/", "http://", "shop.test", "http://[::1", "http://a b/", "", "http://\0/"],
)
def test_what_is_no_url_is_refused(url: str) -> None:
    with Fetcher(config(9)) as fetcher, pytest.raises(TransportError) as caught:
        fetcher.fetch(url)
    assert caught.value.reason in ("bad_url", "dns")
    assert caught.value.permanent


def test_failures_of_the_connection_have_short_reasons() -> None:
    def answer(path: str, write: Any) -> None:
        if path == "/junk":
            write(b"SSH-2.0-OpenSSH_9.2\r\n")
        if path == "/flood":
            write(b"HTTP/1.1 200 OK\r\n" + b"X-Header: value\r\n" * 50_000)

    with raw_server(answer) as (port, _):
        assert told("http://shop.test/nothing", port).reason == "protocol"
        assert told("http://shop.test/junk", port).reason == "protocol"
        assert told("http://shop.test/flood", port).reason == "protocol"
        assert told("https://shop.test/", port).reason == "tls"
    error = told("http://shop.test/", port)
    assert (error.reason, error.permanent) == ("connection", False)


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """TLS set-ups of a server called ``shop.test`` and of a client that trusts it."""
    from tests.net.certificates import write_certificate

    key, chain = write_certificate(tmp_path, "shop.test")
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(chain, key)
    return server, ssl.create_default_context(cafile=str(chain))


def test_tls_is_spoken_with_the_name_although_the_address_was_looked_up_here(
    certificate: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    server, client_side = certificate
    names: list[str | None] = []
    server.sni_callback = lambda sock, name, context: names.append(name)
    with (
        raw_server(lambda path, write: write(response(b"over TLS")), server) as (port, _),
        build_client(config(port, tls=client_side)) as client,
    ):
        assert fetch(client, "https://shop.test/", 100).body == b"over TLS"
        with pytest.raises(TransportError) as caught:
            fetch(client, "https://other.test/", 100)
    assert names == ["shop.test", "other.test"]
    assert caught.value.reason == "tls"


def test_certificates_are_checked(certificate: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    server, _ = certificate
    with raw_server(lambda path, write: write(response(b"x")), server) as (port, _):
        assert told("https://shop.test/", port).reason == "tls"


def test_the_environment_does_not_choose_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with (
        raw_server(lambda path, write: write(response(b"direct"))) as (port, _),
        build_client(config(port)) as client,
    ):
        assert fetch(client, "http://shop.test/", 100).body == b"direct"


def test_a_name_that_changes_its_address_is_connected_where_it_was_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """DNS rebinding: the first answer is checked, a second one would lead inside."""
    import socket

    answers = iter(["1.1.1.1", "127.0.0.1", "127.0.0.1"])
    connected: list[str] = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", (next(answers), 0))])

    def connection(address: tuple[str, int], *_: Any, **__: Any) -> socket.socket:
        connected.append(address[0])
        raise OSError("no way out of here")

    monkeypatch.setattr(socket, "create_connection", connection)
    with build_client(config(1)) as client, pytest.raises(TransportError):
        fetch(client, "http://rebinding.example/", 100)
    assert connected == ["1.1.1.1"]


def test_httpx_itself_is_guarded_however_it_is_called() -> None:
    with (
        raw_server(lambda path, write: write(response(b"x"))) as (port, seen),
        build_client(config(port)) as client,
    ):
        with pytest.raises(AddressRefused):
            client.get(f"http://127.0.0.1:{port}/")
        assert client.get("http://shop.test/").text == "x"
        assert isinstance(client, httpx.Client)
    assert len(seen.requests) == 1
