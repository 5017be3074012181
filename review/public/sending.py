"""What somebody sends becomes a sending under a number. Nothing here knows of pages."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, router, transaction
from django.db.models import F

from domain.clock import Clock, utc_now
from domain.digests import digest, sha256_hex
from domain.errors import RuleError
from domain.references import read_reference, reference
from domain.told import FINAL, Asks, Told
from review.public.keys import FORMS, keyed
from review.public.models import Item, ReportedTarget, Sending, Token
from review.public.reading import Link

_OPENING, _SIGNATURE = 16, 32


@dataclass(frozen=True, slots=True)
class Report:
    """A report as it was given."""

    links: Sequence[Link]
    text: str = ""


@dataclass(frozen=True, slots=True)
class Appeal:
    """An appeal as it was given: what it is about, in the sender's words."""

    target: str
    asks: Asks
    grounds: str
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """The number of a sending; ``again`` says that it had come before."""

    number: str
    again: bool = False


class SentOtherwise(RuleError):
    """The same opening of a form, or the same idempotency key, came before with another content."""


def opening() -> str:
    """A form's own secret, made when it is opened: the same form sent twice is one sending."""
    random = secrets.token_hex(_OPENING)
    return f"{random}.{_signed(random)}"


def is_opening(text: str) -> bool:
    """Whether ``text`` was made by ``opening``: what somebody made up would be a number that
    others could guess."""
    random, _, signature = text.partition(".")
    return hmac.compare_digest(_signed(random).encode(), signature.encode())


def send_report(
    report: Report, once: str, *, token: Token | None = None, clock: Clock = utc_now
) -> Sent:
    """Take a report. ``once`` is an opening, or the token's idempotency key.

    Raises SentOtherwise where it came before with another content.
    """
    content = [[str(link.target), link.url] for link in report.links]
    body = digest({"links": content, "text": report.text})
    row = _row(Sending.Kind.TIP, once, body, token, clock)
    row.text = report.text
    return _kept(row, once, token, report.links)


def send_appeal(appeal: Appeal, once: str, *, clock: Clock = utc_now) -> Sent:
    """Take an appeal; see ``send_report``."""
    content = [appeal.target, appeal.asks.value, appeal.grounds, appeal.contact]
    row = _row(Sending.Kind.APPEAL, once, digest(content), None, clock)
    row.target, row.asks = appeal.target, appeal.asks
    row.text, row.contact = appeal.grounds, appeal.contact
    return _kept(row, once, None, ())


def sending_of(number: str, *, token: Token | None = None) -> Sending | None:
    """What was sent under ``number``; with a ``token``, by that one alone. Raises InputError for
    what cannot be a number."""
    rows = Sending.objects.filter(number_hash=_hash_of(read_reference(number)))
    if token is not None:
        rows = rows.filter(token=token)
    return rows.prefetch_related("items__target").first()


def told_together(sending: Sending) -> Told:
    """One word for a whole sending: an outcome once every target has one."""
    if sending.kind == Sending.Kind.APPEAL:
        return Told(sending.told)
    each = {Told(item.target.told) for item in sending.items.all()}
    if each <= FINAL:
        return Told.ACTED if Told.ACTED in each else Told.CLOSED
    return Told.RECEIVED if each == {Told.RECEIVED} else Told.LOOKING


def _row(kind: str, once: str, body: str, token: Token | None, clock: Clock) -> Sending:
    hour = _hour(clock())
    via = Sending.Via.API if token else Sending.Via.PAGE
    return Sending(kind=kind, via=via, token=token, body=body, sent_at=hour, told_at=hour)


def _kept(row: Sending, once: str, token: Token | None, links: Sequence[Link]) -> Sent:
    whose = str(token.pk) if token else ""
    random = keyed(FORMS, "number", row.kind, whose, once)
    number = reference(random)
    row.number_hash = _hash_of(read_reference(number))
    row.once = keyed(FORMS, "once", row.kind, whose, once).hex()
    try:
        with transaction.atomic(using=router.db_for_write(Sending)):
            row.save(force_insert=True)
            for link in links:
                target = _target(link, row.sent_at)
                Item.objects.create(sending=row, target=target, url=link.url)
    except IntegrityError:
        before = Sending.objects.filter(once=row.once).first()
        if before is None:
            raise
        if before.body != row.body:
            raise SentOtherwise("this was sent before with another content") from None
        return Sent(number, again=True)
    return Sent(number)


def _target(link: Link, at: datetime) -> ReportedTarget:
    key = link.target
    row, _ = ReportedTarget.objects.get_or_create(
        kind=key.kind, value=key.value, defaults={"url": link.url, "told_at": at}
    )
    ReportedTarget.objects.filter(pk=row.pk).update(senders=F("senders") + 1)
    return row


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _hash_of(symbols: str) -> str:
    return sha256_hex(symbols.encode())


def _signed(random: str) -> str:
    return keyed(FORMS, "opening", random).hex()[:_SIGNATURE]
