"""By which ways alerts leave the house, and what may be told where: plain values."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from domain.errors import InputError
from net.addresses import host_matches
from net.client import NetConfig
from net.mailing import MailServer
from review.models import SavedSearch

Way = SavedSearch.Way
LONGEST_ADDRESS = 500


@dataclass(frozen=True, slots=True)
class AlertPlan:
    """``console`` is the address that people reach the console by. Without ``mail`` there are no
    alerts by mail, which go to ``domains``; without ``hosts`` there are none by webhook. ``net`` is
    what the client of webhooks is made from."""

    console: str
    language: str
    net: NetConfig
    mail: MailServer | None = None
    domains: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()

    def ways(self) -> tuple[SavedSearch.Way, ...]:
        """The ways that there are here."""
        there = {Way.OFF: True, Way.MAIL: self.mail is not None, Way.WEBHOOK: bool(self.hosts)}
        return tuple(way for way, is_there in there.items() if is_there)

    def check(self, way: SavedSearch.Way, address: str) -> None:
        """Raise InputError unless alerts may go to ``address`` by ``way``."""
        if way not in self.ways():
            raise InputError(_("Alerts do not go this way here: the operator has not set it up."))
        if way is Way.MAIL:
            self._check_mail(address)
        elif way is Way.WEBHOOK:
            self._check_hook(address)

    def _check_mail(self, address: str) -> None:
        try:
            validate_email(address)
        except ValidationError as error:
            raise InputError(_("This is no e-mail address.")) from error
        if not _any_matches(address.rpartition("@")[2], self.domains):
            raise InputError(_("The operator does not let mail go to this domain."))

    def _check_hook(self, address: str) -> None:
        try:
            parts = urlsplit(address)
            host = parts.hostname or ""
            usable = parts.scheme == "https" and host and parts.port != 0
        except ValueError:
            usable = False
        if not usable or parts.username or parts.fragment or not _plain(address):
            raise InputError(_("A webhook is an https:// address without a name and password."))
        if not _any_matches(host, self.hosts):
            raise InputError(_("The operator does not let webhooks go to this host."))


def destination(way: SavedSearch.Way, address: str) -> str:
    """The domain or host of an address that was checked; empty for no way. It may be logged, the
    address may not: it is a person's, or carries a secret."""
    if way is Way.MAIL:
        return address.rpartition("@")[2]
    return urlsplit(address).netloc if way is Way.WEBHOOK else ""


def _any_matches(host: str, patterns: tuple[str, ...]) -> bool:
    return any(host_matches(host, pattern) for pattern in patterns)


def _plain(address: str) -> bool:
    """Whether it is an address as RFC 3986 has it: no blanks, no other letters."""
    return address.isascii() and address.isprintable() and not set(address) & set(' "<>\\^`{|}')
