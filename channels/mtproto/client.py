"""A Telegram client as this project uses one: it never sleeps on its own and never hides a try."""

from __future__ import annotations

import struct
from collections.abc import Callable
from importlib.metadata import version
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from telethon import TelegramClient
from telethon.crypto import rsa as known_keys
from telethon.sessions import StringSession
from telethon.tl import functions

from channels.posts import AccountAccess, TelegramServer
from domain.errors import InputError

#: The data centre that a server given by address stands for; what Telethon begins with, too.
_DC = 2
_PROXY_PORTS = {"socks5": 1080, "http": 80}


def build_client(
    access: AccountAccess,
    *,
    receive_updates: bool = False,
    request_retries: int = 0,
    reconnects: bool = True,
    connection_retries: int = 5,
    timeout_s: int = 10,
    on_request: Callable[[str], None] | None = None,
    on_update: Callable[[Any], None] | None = None,
) -> Any:
    """A ``TelegramClient`` for ``access``, not connected; without a session it can sign in.

    Flood waits are raised, never slept through. With ``request_retries`` 0 a request that the
    server fails (RPC 500) is sent once and raised, so that whoever counts requests counts them
    all; ``reconnects`` has it get over lost connections by itself, at most
    ``connection_retries`` times in a row, and send again what was not answered.

    ``on_request`` is called on the client's loop with the name of each request just before it is
    sent (``GetHistory``), but not for what a reconnect sends again. Connecting sends GetConfig,
    GetUsers and, where the session is signed in, GetState and GetDifference.

    ``on_update`` has updates sent and is called on the client's loop with each as it comes; the
    client then neither puts them in order nor asks for what is missing among them.

    Where ``access.server`` names a key file, that key is from now on the only one that this
    process takes for a server's. Raises InputError for a key file, an address, an API id, a proxy
    or a session that is none.
    """
    if not access.api_id or not access.api_hash:
        raise InputError("channels.telegram.api_id and api_hash are not set: my.telegram.org")
    session = _session(access.session)
    if access.server.address:
        _lead_to(session, access.server.address)
    _trust(access.server)
    client = TelegramClient(
        session,
        access.api_id,
        access.api_hash,
        use_ipv6=":" in (session.server_address or ""),
        proxy=_through(access.proxy),
        timeout=timeout_s,
        request_retries=request_retries,
        connection_retries=connection_retries,
        retry_delay=1,
        auto_reconnect=reconnects,
        flood_sleep_threshold=0,
        raise_last_call_error=True,
        device_model="narcowatch",
        system_version="Linux",
        app_version=version("narcowatch"),
        receive_updates=receive_updates or on_update is not None,
    )
    if on_update is not None:
        _hand_on(client, on_update)
    if on_request is not None:
        _tell(client, on_request)
    return client


def session_string(client: Any) -> str:
    """The client's session: a credential. Empty before the first connection."""
    text: str = client.session.save()
    return text


def _session(text: str) -> Any:
    try:
        return StringSession(text)
    except (ValueError, struct.error):
        raise InputError("the session is none that this version can read: log in again") from None


def _lead_to(session: Any, address: str) -> None:
    """Have the session connect to ``address``, unless it belongs to another data centre."""
    host, _, port = address.rpartition(":")
    try:
        ip = ip_address(host.strip("[]"))  # sessions hold addresses, no names
        number = int(port)
    except ValueError:
        raise InputError(f"channels.telegram.server = {address!r}: must be IP:PORT") from None
    if session.dc_id in (0, None, _DC):
        session.set_dc(_DC, ip.compressed, number)


def _through(proxy: str) -> dict[str, Any] | None:
    """A proxy's URL as Telethon takes it; names are the proxy's to look up."""
    if not proxy:
        return None
    parts = urlsplit(proxy)
    scheme = parts.scheme.removesuffix("h")
    if scheme not in {"socks5", "http"}:
        raise InputError(f"net.proxy: accounts go through socks5:// or http://, not {scheme}://")
    return {
        "proxy_type": scheme,
        "addr": parts.hostname,
        "port": parts.port or _PROXY_PORTS[scheme],
        "username": unquote(parts.username) if parts.username else None,
        "password": unquote(parts.password) if parts.password else None,
        "rdns": True,
    }


def _trust(server: TelegramServer) -> None:
    """Telethon keeps the keys of servers in a table of the process."""
    if server.key_file is None:
        return
    key = _public_key(server.key_file)
    known_keys._server_keys.clear()
    known_keys._server_keys[known_keys._compute_fingerprint(key)] = (key, False)


def _public_key(path: Path) -> Any:
    try:
        key = load_pem_public_key(path.read_bytes())
    except OSError as error:
        raise InputError(f"channels.telegram.key_file {path}: {error.strerror}") from error
    except ValueError as error:
        raise InputError(f"channels.telegram.key_file {path} is no public key, PEM") from error
    if not isinstance(key, RSAPublicKey):
        raise InputError(f"channels.telegram.key_file {path} is no RSA key")
    numbers = key.public_numbers()
    return rsa.PublicKey(numbers.n, numbers.e)


def _tell(client: Any, on_request: Callable[[str], None]) -> None:
    """All requests of a client go through its sender, each wrapped in what all have around."""
    sender = client._sender
    send = sender.send

    def telling(request: Any, ordered: bool = False) -> Any:
        for one in request if isinstance(request, list | tuple) else (request,):
            while hasattr(one, "query"):
                one = one.query
            if not isinstance(one, functions.PingRequest):  # keeps the connection, asks nothing
                on_request(type(one).__name__.removesuffix("Request"))
        return send(request, ordered=ordered)

    sender.send = telling


def _hand_on(client: Any, on_update: Callable[[Any], None]) -> None:
    """In place of the client's own loop over updates, which asks for what it misses uncounted."""

    async def handing_on() -> None:
        while True:
            on_update(await client._updates_queue.get())

    client._update_loop = handing_on
