"""The scope of a block, chosen by rule, narrowest first; the reason goes into the request.

messages of a group → channel → exact URLs → host → domain. A name that many share is never a host
entry. A whole host is blocked when a fair share of its pages sells; otherwise only the pages that
do. A site that has a name is never blocked by its address; one that has none is where the unit has
switched that on, and nothing says that others live at the address, too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from blocking.entries import Scope, TelegramItem
from blocking.protection import Protection
from blocking.values import block_address, block_host, block_url, is_address
from domain.errors import KeyFormatError, RuleError
from domain.targets import TargetKey, TargetKind

#: From this share of selling pages on a host counts as a shop, not as a bigger site with shops on
#: some pages. A shop's rules, contacts and reviews need not sell by themselves.
MIN_HOST_SHARE = 0.2
_MAX_URLS = 100


@dataclass(frozen=True, slots=True)
class Server:
    """What is known of the address of a site without a name: the number of the autonomous system
    that announces it (None where no table tells), the network of caches that its answers came
    through ("" for none), whether others live at it as far as the record can tell, and whether
    every recipient that is to block the site can block an address."""

    asn: int | None = None
    cdn: str = ""
    alone: bool = False
    taken: bool = True


@dataclass(frozen=True, slots=True)
class Subject:
    """What the rule looks at: the target, the share of its pages that sell, the URLs of the pages
    that carry the verdict (strongest first), the channel, other known hosts of the same
    registrable domain that nobody has confirmed, and the server of a site without a name."""

    key: TargetKey
    selling_share: float
    carriers: tuple[str, ...] = ()
    telegram: TelegramItem | None = None
    neighbours: frozenset[str] = frozenset()
    server: Server = Server()


@dataclass(frozen=True, slots=True)
class Choice:
    """The scope, what it names, and why. ``values`` is empty for a channel."""

    scope: Scope
    values: tuple[str, ...]
    reason: str


def choose(
    subject: Subject,
    protection: Protection,
    *,
    min_host_share: float = MIN_HOST_SHARE,
    networks: Collection[int] = (),
) -> Choice:
    """The narrowest scope that does the job; ``networks`` are the autonomous systems in which a
    site without a name may be blocked by its address.

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
    return _host(subject, protection, min_host_share, networks)


def _host(
    subject: Subject, protection: Protection, min_host_share: float, networks: Collection[int]
) -> Choice:
    host = subject.key.value
    nameless = is_address(host)
    why = (
        not_by_address(host, subject.server, networks)
        if nameless
        else _not_by_name(host, protection)
    )
    if why:
        return _urls(subject.carriers, protection, f"{why}; only the pages that sell")
    if subject.selling_share < min_host_share:
        reason = (
            f"{subject.selling_share:.0%} of the host's pages sell, less than "
            f"{min_host_share:.0%}: only the pages that do"
        )
        return _urls(subject.carriers, protection, reason)
    share = f"{subject.selling_share:.0%} of the pages seen sell"
    if nameless:
        reason = (
            f"{share}; the site has no name, and nobody else is known at its address in AS "
            f"{subject.server.asn}"
        )
        return Choice(Scope.IP, (host,), reason)
    domain = protection.suffixes.registrable(host)
    if host == f"www.{domain}" and not protection.shared(domain) and not subject.neighbours:
        return Choice(Scope.DOMAIN, (domain,), f"{share}; www is another name of the domain")
    return Choice(Scope.HOST, (host,), f"{share}; the host stands for one shop")


def _not_by_name(host: str, protection: Protection) -> str:
    try:
        block_host(host)
    except KeyFormatError as error:
        return str(error)
    finding = protection.shared(host)
    return f"{finding.subject} {finding.message}" if finding else ""


def not_by_address(host: str, server: Server, networks: Collection[int]) -> str:
    """Why the address ``host`` of a site without a name is not blocked, "" when it is. Whether
    others were seen at it is not told: recipients read it, and a case on hold may be among them."""
    try:
        block_address(host)
    except KeyFormatError as error:
        return str(error)
    if server.cdn:
        return f"{host} answers through {server.cdn}, behind which many live"
    if server.asn not in networks or not server.alone:
        return f"{host} is an address, which others may share"
    return "" if server.taken else f"{host} is an address, which not every recipient can block"


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
