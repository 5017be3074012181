"""Alerts by mail: one connection for all of them, through Django's mail."""

from __future__ import annotations

import smtplib
import ssl
from types import TracebackType

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from domain.errors import TransportError
from review.alerts.plan import MailServer


class Mailer:
    """Hands mail in at ``server``; connects with the first one.

    After a failure the next one connects anew.
    """

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._backend = EmailBackend(
            host=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            use_tls=server.tls == "starttls",
            use_ssl=server.tls == "tls",
            timeout=server.timeout_s,
            fail_silently=False,
        )
        if server.context is not None:
            self._backend.ssl_context = server.context

    def __enter__(self) -> Mailer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._backend.close()

    def send(self, to: str, subject: str, text: str, key: str) -> None:
        """Hand a mail in; one that is handed in again has the same Message-ID, made from ``key``.

        Raises TransportError: ``refused`` concerns this mail alone, every other reason
        (``login``, ``tls``, ``timeout``, ``connection``, ``protocol``) the server.
        """
        domain = self._server.sender.rpartition("@")[2].rstrip(">")
        headers = {"Message-ID": f"<{key}@{domain}>", "Auto-Submitted": "auto-generated"}
        mail = EmailMessage(subject, text, self._server.sender, [to], headers=headers)
        try:
            self._backend.open()
            self._backend.send_messages([mail])
        except (OSError, smtplib.SMTPException) as error:
            self._backend.close()
            message = f"handing mail in at {self._server.host}: {error}"
            raise TransportError(message, reason=_reason(error)) from error


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
