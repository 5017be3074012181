"""An alert as a mail."""

from __future__ import annotations

from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime

from net.mailing import MailServer


def written(
    server: MailServer, to: str, subject: str, text: str, key: str, at: datetime
) -> EmailMessage:
    """The mail; one that is handed in again has the same Message-ID, made from ``key``."""
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"], mail["To"], mail["Subject"] = server.sender, to, subject
    mail["Date"], mail["Message-ID"] = format_datetime(at), server.message_id(key)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(text)
    return mail
