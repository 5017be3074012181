"""Those who are told: a mail server and a server for webhooks, real ones on loopback."""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

from tests.net.certificates import write_certificate

OK = "250 OK"


def tls_of(folder: Path, host: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Contexts of a server called ``host`` and of a client that trusts it."""
    folder.mkdir(exist_ok=True)
    key, chain = write_certificate(folder, host)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(chain, key)
    return server, ssl.create_default_context(cafile=str(chain))


@dataclass
class Mailbox:
    """Mail as it came; ``answer`` says what the server makes of each."""

    mails: list[Message] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    answer: Callable[[Message], str] = lambda mail: OK
    sessions: int = 0
    port: int = 0

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.sessions += 1
        session.host_name = hostname
        return responses

    async def handle_DATA(self, server, session, envelope) -> str:
        mail = message_from_bytes(envelope.content, policy=default)
        answer = await asyncio.to_thread(self.answer, mail)
        if answer == OK:
            self.mails.append(mail)
            self.recipients += envelope.rcpt_tos
        return answer


@contextmanager
def mail_server(tls: ssl.SSLContext | None = None, port: int = 0) -> Iterator[Mailbox]:
    box = Mailbox()
    controller = _Anywhere(
        box, hostname="127.0.0.1", port=port, tls_context=tls, require_starttls=tls is not None
    )
    controller.start()
    box.port = controller.server.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        controller.stop()


class _Anywhere(Controller):
    """On a free port: its own trial connection needs to know which."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@dataclass
class Hook:
    """What was posted: path, headers, body. ``status`` is what is answered."""

    posts: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)
    status: int = 204
    port: int = 0


@contextmanager
def hook_server(tls: ssl.SSLContext) -> Iterator[Hook]:
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.posts.append((self.path, dict(self.headers), json.loads(body)))
            self.send_response(hook.status)
            if 300 <= hook.status < 400:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Tests are quiet."""

    class Server(ThreadingHTTPServer):
        def get_request(self):
            connection, address = self.socket.accept()
            connection.settimeout(10)
            return tls.wrap_socket(connection, server_side=True), address

        def handle_error(self, request, client_address) -> None:
            """A client that trusts nobody hangs up; it is the client that is tested."""

    with Server(("127.0.0.1", 0), Handler) as server:
        hook.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield hook
        finally:
            server.shutdown()
            thread.join()
