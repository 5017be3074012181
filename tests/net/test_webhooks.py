"""What webhooks are told and what is refused; whole stories stand with the alerts."""

from __future__ import annotations

import ssl
import time
from contextlib import suppress
from pathlib import Path

import pytest

from domain.errors import AddressRefused, TransportError
from net.webhooks import tell
from tests.net.certificates import write_certificate
from tests.net.servers import config, raw_server, response


def failure(url: str, port: int, tls: ssl.SSLContext | None = None, **values: float):
    with pytest.raises(TransportError) as caught:
        tell(config(port, tls=tls, **values), url, b"{}", {"Content-Type": "application/json"})
    assert "secret" not in str(caught.value)
    return caught.value


@pytest.fixture
def contexts(tmp_path: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    key, chain = write_certificate(tmp_path, "hook.test")
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(chain, key)
    return server, ssl.create_default_context(cafile=str(chain))


def test_only_https_is_spoken() -> None:
    with raw_server(lambda path, write: write(response())) as (port, seen):
        for url in ("http://hook.test/secret", "ftp://hook.test/secret"):
            assert failure(url, port).reason == "not_https"
    assert seen.connections == 0


def test_private_addresses_are_refused_by_name_and_by_number() -> None:
    for url in ("https://127.0.0.1/secret", "https://10.0.0.1/secret", "https://[::1]/secret"):
        assert isinstance(failure(url, 1).__cause__, AddressRefused)


def test_onion_names_are_for_tor_alone() -> None:
    assert failure(f"https://{'a' * 56}.onion/secret", 1).reason == "onion_refused"


def test_what_is_no_url_is_refused() -> None:
    assert failure("https://hook.test/secret\x00", 1).reason == "bad_url"


def test_a_server_that_drips_is_left(contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    server, client = contexts

    def drip(path: str, write) -> None:
        with suppress(OSError):  # the client leaves, which is what is tested
            for _ in range(50):
                write(b"H")
                time.sleep(0.1)

    with raw_server(drip, server) as (port, _):
        url = "https://hook.test/secret"
        assert failure(url, port, client, timeout_s=0.5).reason == "timeout"
