"""The scope of a block, chosen by rule, narrowest first; the reason goes into the request.

messages of a group → channel → exact URLs → host → domain. A name that many share is never a host
entry. A whole host is blocked when a fair share of its pages sells; otherwise only the pages that
do.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

from blocking.entries import Scope, TelegramItem
from blocking.protection import Protection
from blocking.values import block_host, block_url
from domain.errors import KeyFormatError, RuleError
from domain.targets import TargetKey, TargetKind

#: From this share of selling pages on a host counts as a shop, not as a bigger site with shops on
#: some pages. A shop's rules, contacts and reviews need not sell by themselves.
MIN_HOST_SHARE = 0.2
_MAX_URLS = 100


@dataclass(frozen=True, slots=True)
class Subject:
    """What the rule looks at: the target, the share of its pages that sell, the URLs of the pages
    that carry the verdict (strongest first), the channel, and other known hosts of the same
    registrable domain that nobody has confirmed."""

    key: TargetKey
    selling_share: float
    carriers: tuple[str, ...] = ()
    telegram: TelegramItem | None = None
    neighbours: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Choice:
    """The scope, what it names, and why. ``values`` is empty for a channel."""

    scope: Scope
    values: tuple[str, ...]
    reason: str


def choose(
    subject: Subject, protection: Protection, *, min_host_share: float = MIN_HOST_SHARE
) -> Choice:
    """The narrowest scope that does the job.

    Raises RuleError when nothing narrow enough can be named (a page of a platform without a URL).
    """
    value = subject.key.value
    match subject.key.kind:
        case TargetKind.TELEGRAM:
            if subject.telegram is not None and subject.telegram.messages_only:
                reason = "a group in which others write, too: only messages that advertise"
                return Choice(Scope.TELEGRAM, (), reason)
            return Choice(Scope.TELEGRAM, (), "a channel is taken down by its platform")
        case TargetKind.ONION:
            reason = "an onion cannot be blocked by name or URL: a notice for recipients"
            return Choice(Scope.ONION, (value,), reason)
        case TargetKind.URL:
            return _urls((value,), protection, "the case is about this exact URL")
    return _host(subject, protection, min_host_share)


def _host(subject: Subject, protection: Protection, min_host_share: float) -> Choice:
    host = subject.key.value
    if why := _not_by_name(host, protection):
        return _urls(subject.carriers, protection, f"{why}; only the pages that sell")
    if subject.selling_share < min_host_share:
        reason = (
            f"{subject.selling_share:.0%} of the host's pages sell, less than "
            f"{min_host_share:.0%}: only the pages that do"
        )
        return _urls(subject.carriers, protection, reason)
    share = f"{subject.selling_share:.0%} of the pages seen sell"
    domain = protection.suffixes.registrable(host)
    if host == f"www.{domain}" and not protection.shared(domain) and not subject.neighbours:
        return Choice(Scope.DOMAIN, (domain,), f"{share}; www is another name of the domain")
    return Choice(Scope.HOST, (host,), f"{share}; the host stands for one shop")


def _not_by_name(host: str, protection: Protection) -> str:
    if _is_address(host):
        return f"{host} is an address, which others may share"
    try:
        block_host(host)
    except KeyFormatError as error:
        return str(error)
    finding = protection.shared(host)
    return f"{finding.subject} {finding.message}" if finding else ""


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _urls(urls: Iterable[str], protection: Protection, reason: str) -> Choice:
    given = tuple(dict.fromkeys(urls))
    exact = tuple(url for url in given if _is_exact(url, protection))
    if not exact:
        raise RuleError(f"no exact URL to block ({reason})")
    if left := len(given) - len(exact[:_MAX_URLS]):
        reason = f"{reason}; {left} left out (not exact, or more than {_MAX_URLS})"
    return Choice(Scope.URL, exact[:_MAX_URLS], reason)


def _is_exact(url: str, protection: Protection) -> bool:
    try:
        return not protection.root_findings(block_url(url))
    except KeyFormatError:
        return False
