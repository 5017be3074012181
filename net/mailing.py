"""Handing mail in at the server that the operator named: one connection for all of it."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import Message
from types import TracebackType

from domain.errors import TransportError


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in. ``tls`` is ``off``, ``starttls`` or ``tls``; the server's
    certificate is verified, against ``context`` where that is given."""

    host: str
    port: int
    sender: str
    tls: str
    user: str = ""
    password: str = field(default="", repr=False)
    timeout_s: float = 30.0
    context: ssl.SSLContext | None = field(default=None, repr=False)

    def message_id(self, key: str) -> str:
        """The Message-ID (RFC 5322) of what ``key`` names: the same however often it is sent."""
        domain = self.sender.rpartition("@")[2].rstrip(">")
        return f"<{key}@{domain}>"


class Mailer:
    """Hands mail in at ``server``; connects with the first one. After a failure the next one
    connects anew."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._connection: smtplib.SMTP | None = None

    def __enter__(self) -> Mailer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()

    def send(self, to: str, mail: Message) -> None:
        """Hand ``mail`` in for ``to``.

        Raises TransportError: ``refused`` concerns this mail alone, every other reason
        (``login``, ``tls``, ``timeout``, ``connection``, ``protocol``) the server.
        """
        try:
            if self._connection is None:
                self._connection = self._connected()
            self._connection.send_message(mail, self._server.sender, [to])
        except (OSError, smtplib.SMTPException) as error:
            self._close()
            message = f"handing mail in at {self._server.host}: {error}"
            raise TransportError(message, reason=_reason(error)) from error

    def _connected(self) -> smtplib.SMTP:
        server = self._server
        context = server.context or ssl.create_default_context()
        connection: smtplib.SMTP
        if server.tls == "tls":
            connection = smtplib.SMTP_SSL(
                server.host, server.port, timeout=server.timeout_s, context=context
            )
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=server.timeout_s)
        try:
            if server.tls == "starttls":
                connection.starttls(context=context)
            if server.user:
                connection.login(server.user, server.password)
        except BaseException:
            connection.close()
            raise
        return connection

    def _close(self) -> None:
        if self._connection is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._connection.quit()
            self._connection = None


def _reason(error: Exception) -> str:
    if isinstance(error.__context__, TimeoutError):  # smtplib calls it a lost connection
        return "timeout"
    names: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
        (smtplib.SMTPAuthenticationError, "login"),
        ((smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused), "refused"),
        (smtplib.SMTPDataError, "refused"),
        (smtplib.SMTPServerDisconnected, "connection"),
        (smtplib.SMTPException, "protocol"),
        (ssl.SSLError, "tls"),
        (TimeoutError, "timeout"),
    )
    return next((name for kinds, name in names if isinstance(error, kinds)), "connection")
