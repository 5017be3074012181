"""The client speaks to the server that it is told, and tells of all that it sends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from telethon import errors, events, functions
from telethon.crypto import rsa as known_keys

from channels.mtproto.client import build_client, session_string
from channels.mtproto.failures import Unreachable
from channels.mtproto.gateway import Gateway
from channels.posts import AccountAccess, TelegramServer
from domain.errors import InputError
from tests.channels.mtproto.accounts import build_one
from tests.net.socks_server import socks_server
from tests.world.mtproto.directory import Chat
from tests.world.mtproto.faults import RpcFault
from tests.world.mtproto.server import TelegramDouble

WAIT_S = 60
RESOLVE = functions.contacts.ResolveUsernameRequest("alpha")


@pytest.fixture
def double() -> Iterator[TelegramDouble]:
    before = dict(known_keys._server_keys)
    with TelegramDouble() as running:
        running.directory.add_chat(Chat(1001, "alpha", "Alpha"))
        yield running
    known_keys._server_keys.clear()
    known_keys._server_keys.update(before)


@pytest.fixture
def access(double: TelegramDouble, tmp_path: Path) -> AccountAccess:
    key_file = tmp_path / "server.pem"
    key_file.write_bytes(double.key.pem())
    server = TelegramServer(f"127.0.0.1:{double.port}", key_file)
    account = double.directory.add_account("one", "77010000001")
    return AccountAccess("one", 1, "0" * 32, double.session_of(account), server)


def talk(client: Any, what: Callable[[Any], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        await client.connect()
        try:
            return await what(client)
        finally:
            await client.disconnect()

    return asyncio.run(asyncio.wait_for(run(), WAIT_S))


def test_every_request_that_reaches_the_server_is_told(
    double: TelegramDouble, access: AccountAccess
) -> None:
    sent: list[str] = []

    async def ask(client: Any) -> None:
        await client(RESOLVE)
        with pytest.raises(errors.UsernameNotOccupiedError):
            await client(functions.contacts.ResolveUsernameRequest("nobody"))

    talk(build_client(access, on_request=sent.append), ask)
    connecting = ["GetConfig", "GetUsers", "GetState", "GetDifference"]
    assert sent == [*connecting, "ResolveUsername", "ResolveUsername"]
    assert [call.method for call in double.calls] == sent


def test_a_key_is_made_with_the_server_of_the_key_file_and_with_no_other(
    double: TelegramDouble, access: AccountAccess, tmp_path: Path
) -> None:
    fresh = build_client(replace(access, session=""))
    talk(fresh, lambda client: client(functions.help.GetConfigRequest()))
    assert len(session_string(fresh)) > 300
    other = tmp_path / "other.pem"
    public = generate_private_key(public_exponent=65_537, key_size=2048).public_key()
    other.write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    stranger = replace(access, session="", server=replace(access.server, key_file=other))
    with pytest.raises(ConnectionError):
        talk(build_client(stranger, connection_retries=0), lambda client: client.get_me())


def test_a_session_of_another_port_is_led_to_the_server(
    double: TelegramDouble, access: AccountAccess
) -> None:
    session = access.session
    double.stop()
    double.port = 0
    moved = replace(access.server, address=f"127.0.0.1:{double.start()}")
    client = build_client(replace(access, server=moved, session=session))
    assert talk(client, lambda one: one(RESOLVE)).chats[0].id == 1001


@pytest.mark.parametrize("name", ["FLOOD_WAIT_1", "FLOOD_WAIT_72000"])
def test_no_flood_wait_is_slept_through(
    name: str, double: TelegramDouble, access: AccountAccess
) -> None:
    double.faults.order("ResolveUsername", RpcFault(420, name))
    with pytest.raises(errors.FloodWaitError):
        talk(build_client(access), lambda client: client(RESOLVE))
    assert double.count("ResolveUsername") == 1


def test_a_request_that_the_server_fails_is_sent_once(
    double: TelegramDouble, access: AccountAccess
) -> None:
    double.faults.order("ResolveUsername", RpcFault(500, "INTERNAL"), RpcFault(500, "INTERNAL"))
    with pytest.raises(errors.ServerError):
        talk(build_client(access), lambda client: client(RESOLVE))
    assert double.count("ResolveUsername") == 1
    talk(build_client(access, request_retries=1), lambda client: client(RESOLVE))
    assert double.count("ResolveUsername") == 3


def test_updates_come_where_they_are_asked_for(
    double: TelegramDouble, access: AccountAccess
) -> None:
    async def wait(client: Any) -> int:
        heard: asyncio.Queue[int] = asyncio.Queue()
        client.add_event_handler(lambda event: heard.put(event.id), events.NewMessage)
        await client.get_input_entity("alpha")
        double.directory.post(double.directory.chats[1001], "live")
        return await heard.get()

    assert talk(build_client(access, receive_updates=True), wait) == 1


def test_a_client_gives_up_after_its_tries(double: TelegramDouble, access: AccountAccess) -> None:
    double.stop()
    begun = time.monotonic()
    with pytest.raises(ConnectionError):
        talk(build_client(access, connection_retries=1), lambda client: client(RESOLVE))
    assert time.monotonic() - begun < WAIT_S


def test_what_cannot_be_is_refused_and_no_session_is_shown(
    access: AccountAccess, tmp_path: Path
) -> None:
    text, dsa = tmp_path / "text.pem", tmp_path / "dsa.pem"
    text.write_text("no key")
    dsa.write_bytes(
        Ed25519PrivateKey.generate()
        .public_key()
        .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    for wrong, told in (
        (replace(access, api_id=0), "api_id"),
        (replace(access, api_hash=""), "api_hash"),
        (replace(access, session="secretly"), "log in again"),
        (replace(access, session=access.session[:-8]), "log in again"),
        (replace(access, server=TelegramServer("telegram.test:443")), "IP:PORT"),
        (replace(access, server=TelegramServer("127.0.0.1:")), "IP:PORT"),
        (replace(access, server=TelegramServer("", tmp_path / "gone.pem")), "gone.pem"),
        (replace(access, server=TelegramServer("", text)), "no public key"),
        (replace(access, server=TelegramServer("", dsa)), "no RSA key"),
    ):
        with pytest.raises(InputError, match=told) as refused:
            build_client(wrong)
        assert wrong.session not in f"{refused.value!r}"
        assert refused.value.__cause__ is None or told in {"gone.pem", "no public key"}
    assert access.session not in repr(access)


def test_accounts_go_through_the_proxy(access: AccountAccess, double: TelegramDouble) -> None:
    with socks_server(double.port) as (port, asked):
        through = replace(access, proxy=f"socks5h://unit:pass%20word@127.0.0.1:{port}")
        found = talk(build_client(through), lambda client: client(RESOLVE))
    assert found.chats[0].username == "alpha"
    ((credentials, _, host, to),) = asked.rows
    assert (credentials, host, to) == (("unit", "pass word"), "127.0.0.1", double.port)
    assert "pass" not in repr(through)


def test_a_proxy_that_refuses_is_no_connection(
    access: AccountAccess, double: TelegramDouble
) -> None:
    with socks_server(double.port, reply=2) as (port, _):
        through = replace(access, proxy=f"socks5://127.0.0.1:{port}")
        gateway = Gateway("one", lambda told: build_one(through, told), lambda url: None)
        try:
            with pytest.raises(Unreachable):
                gateway.connect()
        finally:
            gateway.close()
    assert not double.calls


def test_a_proxy_of_another_kind_is_refused(access: AccountAccess) -> None:
    with pytest.raises(InputError, match=r"net\.proxy: accounts go through socks5://"):
        build_client(replace(access, proxy="https://proxy.example:3128"))
