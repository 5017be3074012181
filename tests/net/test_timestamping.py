from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.errors import InputError, TransportError
from net.stamp_order import certificates_sorted
from net.timestamping import Authority, stamp, verify
from tests.net import authority as tsa
from tests.net.test_egress import free_port
from tests.stamps import granted

pytestmark = tsa.needs_openssl
DATA = b"the manifest"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("authority")


@pytest.fixture(scope="module")
def made(folder: Path) -> tsa.Authority:
    return tsa.make(folder / "tsa")


@pytest.fixture
def server(made: tsa.Authority) -> Iterator[tsa.Authority]:
    made.answer, made.status, made.media_type, made.queries = made.sign, 200, tsa.REPLY, 0
    with tsa.serving(made):
        yield made


def trusted(server: tsa.Authority, **options: float) -> Authority:
    return Authority(server.url, server.ca.read_bytes(), **options)


def failure(server: tsa.Authority, **options: float) -> TransportError:
    with pytest.raises(TransportError) as caught:
        stamp(DATA, trusted(server, **options))
    return caught.value


def test_a_real_authority_stamps_and_openssl_agrees(server: tsa.Authority, tmp_path: Path) -> None:
    reply = stamp(DATA, trusted(server))
    verify(DATA, reply, trusted(server))
    (tmp_path / "data").write_bytes(DATA)
    (tmp_path / "reply").write_bytes(reply)
    out = tsa.openssl(
        *("ts", "-verify", "-in", str(tmp_path / "reply"), "-data", str(tmp_path / "data")),
        *("-CAfile", str(server.ca)),
    )
    assert "Verification: OK" in out
    assert server.queries == 1


def test_only_the_digest_is_sent(server: tsa.Authority) -> None:
    seen: list[bytes] = []

    def listen(query: bytes) -> bytes:
        seen.append(query)
        return server.sign(query)

    server.answer = listen
    stamp(DATA, trusted(server))
    assert DATA not in seen[0]


def test_a_reply_to_an_earlier_question_is_refused(server: tsa.Authority) -> None:
    earlier = stamp(DATA, trusted(server))
    server.answer = lambda query: earlier
    found = failure(server)
    assert (found.reason, "Nonce" in str(found)) == ("bad_stamp", True)


def test_a_stamp_of_something_else_is_refused(server: tsa.Authority) -> None:
    reply = stamp(DATA, trusted(server))
    with pytest.raises(TransportError, match="Mismatch"):
        verify(b"another manifest", reply, trusted(server))


def test_an_authority_that_nobody_vouches_for_is_refused(
    server: tsa.Authority, folder: Path
) -> None:
    stranger = tsa.make(folder / "stranger")
    server.answer = stranger.sign
    assert failure(server).reason == "bad_stamp"


def test_a_reply_that_nobody_signed_is_refused(server: tsa.Authority) -> None:
    server.answer = lambda query: granted(DATA)
    assert failure(server).reason == "bad_stamp"


def test_a_refusal_says_why(server: tsa.Authority) -> None:
    server.answer = lambda query: server.sign(b"\x30\x03\x02\x01\x01")
    found = failure(server)
    assert found.reason == "bad_stamp"
    assert "refused" in str(found)


def test_a_signature_that_was_changed_is_refused(server: tsa.Authority) -> None:
    def forge(query: bytes) -> bytes:
        reply = bytearray(server.sign(query))
        reply[-3] ^= 1
        return bytes(reply)

    server.answer = forge
    assert failure(server).reason == "bad_stamp"


@pytest.mark.parametrize(
    ("status", "media_type", "body", "reason"),
    [
        (500, tsa.REPLY, b"", "http_status"),
        (302, tsa.REPLY, b"", "http_status"),
        (200, "text/html", b"<p>", "content_type"),
        (200, tsa.REPLY, b"", "bad_stamp"),
        (200, tsa.REPLY, bytes(2_000_000), "too_large"),
    ],
)
def test_an_authority_that_answers_wrongly_is_named(
    server: tsa.Authority, status: int, media_type: str, body: bytes, reason: str
) -> None:
    server.status, server.media_type, server.answer = status, media_type, lambda query: body
    assert failure(server).reason == reason


def test_silence_and_absence_end_in_time(server: tsa.Authority) -> None:
    over = threading.Event()

    def wait(query: bytes) -> bytes:
        over.wait(60)
        return b""

    server.answer = wait
    assert failure(server, timeout_s=0.3).reason == "timeout"
    over.set()
    with pytest.raises(TransportError) as caught:
        stamp(DATA, Authority(f"http://127.0.0.1:{free_port()}/", server.ca.read_bytes()))
    assert caught.value.reason == "connection"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300) | st.integers(0, 200).map(lambda n: granted(DATA)[:n]))
def test_whatever_comes_as_a_stamp_is_refused_with_a_name(made: tsa.Authority, reply) -> None:
    with pytest.raises(TransportError) as caught:
        verify(DATA, reply, Authority("http://tsa.test/", made.ca.read_bytes()))
    assert caught.value.reason == "bad_stamp"


@pytest.mark.parametrize("pem", ["", "no certificate", "tsa.pem"])
def test_certificates_without_a_root_are_refused(made: tsa.Authority, pem: str) -> None:
    text = (made.folder / pem).read_bytes() if pem.endswith(".pem") else pem.encode()
    with pytest.raises(InputError, match="certificates of the time-stamp authority"):
        Authority("http://tsa.test/", text).certificates()


@given(st.binary(max_size=300) | st.integers(0, 200).map(lambda n: granted(DATA)[:n]))
def test_what_is_no_reply_stays_as_it_is(data: bytes) -> None:
    assert certificates_sorted(data) == data


def test_certificates_are_put_in_order_and_the_rest_stays(server: tsa.Authority) -> None:
    reply = stamp(DATA, trusted(server))
    ordered = certificates_sorted(reply)
    assert certificates_sorted(ordered) == ordered
    assert sorted(ordered) == sorted(reply)
