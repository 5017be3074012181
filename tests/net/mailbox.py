"""A mail server on loopback that keeps what it is handed."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.policy import default

from aiosmtpd.controller import Controller

OK = "250 OK"


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
