"""A browser behind the guard proxy, and a web for it: real sockets on loopback."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from domain.onion import onion_from_public_key
from net.client import NetConfig
from net.guardproxy.certificate import server_context
from net.guardproxy.doors import Door, own_door
from net.guardproxy.onward import Onward
from net.guardproxy.reach import Allowance, Reach
from net.guardproxy.session import Figures, Session
from tests.net.servers import Answer, config, raw_server, response

ONION, OTHER = (onion_from_public_key(bytes([n]) * 32) for n in (3, 4))
SCRIPT = "let a = 'мёд';".encode() * 50
PLENTY = Allowance(requests=50, received=1_000_000, seconds=20)


@dataclass
class Browser:
    """Speaks to the door as a browser does; ``sent`` is what the session told."""

    session: Session
    door: Door
    sent: list[str] = field(default_factory=list)

    def authorised(self) -> str:
        return f"Proxy-Authorization: {self.session.authorisation}\r\n"

    async def raw(self, *texts: str | bytes) -> bytes:
        """Everything that comes back for what is written, until the door closes."""
        host, port = self.door.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        for text in texts:
            writer.write(text.encode() if isinstance(text, str) else text)
        try:
            writer.write_eof()
            async with asyncio.timeout(20):
                return await reader.read()
        except ConnectionError:
            return b""
        finally:
            writer.close()

    async def get(self, url: str, *headers: str, method: str = "GET", body: str = "") -> bytes:
        lines = "".join(f"{line}\r\n" for line in (*headers, "Connection: close"))
        host = url.split("/")[2]
        return await self.raw(
            f"{method} {url} HTTP/1.1\r\nHost: {host}\r\n{self.authorised()}{lines}\r\n{body}"
        )

    async def get_tls(self, authority: str, path: str) -> bytes:
        """Through a tunnel, as browsers fetch https."""
        host, port = self.door.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(
            f"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n{self.authorised()}\r\n".encode()
        )
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head:
            writer.close()
            return head
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        await writer.start_tls(trusting, server_hostname=authority.split(":")[0])
        name = authority.split(":")[0]
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n".encode())
        async with asyncio.timeout(20):
            back = await reader.read()
        writer.close()
        return back


Work = Callable[[Browser], Awaitable[None]]


def behind(net: NetConfig, reach: Reach, work: Work, allowance: Allowance = PLENTY) -> Figures:
    """Do ``work`` with a browser whose page has ``reach``. Returns what it came to."""

    async def run() -> Figures:
        sent: list[str] = []
        session = Session(reach, allowance, sent.append)
        onward = Onward(net, "test")
        with ThreadPoolExecutor(8) as threads:
            door = own_door(onward, server_context(), threads)
            await door.start()
            try:
                async with door.open_to(session):
                    await work(Browser(session, door, sent))
                figures = session.close()
                assert sorted(figures.sent.elements()) == sorted(sent)
                return figures
            finally:
                await door.close()
                onward.close()

    return asyncio.run(run())


@contextmanager
def web(answer: Answer | None = None) -> Iterator[tuple[NetConfig, list[tuple[str, str]]]]:
    def fine(path: str, write: Callable[[bytes], None]) -> None:
        write(response(b"hello", "200 OK", "Content-Type: text/html"))

    with raw_server(answer or fine) as (port, seen):
        yield config(port), seen.requests


CLEARNET = Reach("shop.test")
