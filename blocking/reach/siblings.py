"""The innocent neighbours of a blocked target that the record knows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.db.models import Q, QuerySet

from blocking.entries import BY_NAME, Scope
from blocking.models import BlockingRequest, ExportEntry, Order
from blocking.reach.targets import Tie, parts_of
from blocking.states import ExportState
from blocking.suffixes import Suffixes
from blocking.values import is_address
from cases.models import Capture, Target
from domain.captures import Outcome
from domain.orders import STANDING
from domain.states import CaseState
from domain.targets import TargetKind, host_of

_CAPTURES_A_HOST = 20


@dataclass(frozen=True, slots=True)
class Sibling:
    """A neighbour: its ``name`` (a URL or a host), the URLs to look at, what ties it."""

    name: str
    urls: tuple[str, ...]
    tie: Tie


def siblings_of(
    order: Order,
    addresses: Collection[str],
    hosts_at: Mapping[str, Collection[str]],
    suffixes: Suffixes,
    most: int,
) -> list[Sibling]:
    """Up to ``most`` neighbours of what ``order`` blocks, which its recipient was not ordered to
    block: other URLs of the same host where URLs are blocked, other hosts of the registered domain
    that the block does not cover where a name is, and hosts at one of ``addresses``
    (``hosts_at`` tells them). Cases on hold and restricted ones are left alone.
    """
    if not most:
        return []
    found: dict[str, Sibling] = {}
    if order.request.scope == Scope.URL:
        for url in _other_urls(order):
            found.setdefault(url, Sibling(url, (url,), Tie.HOST))
    named = [(host, Tie.DOMAIN) for host in _same_domain(order, suffixes)]
    named += [(host, Tie.ADDRESS) for one in addresses for host in hosts_at.get(one, ())]
    blocked = _covers(order)
    hosts = [host for host, _ in named if not blocked.covers(host)]
    spared = _spared(hosts) | _ordered(hosts, order.recipient)
    own = {host_of(value) if "://" in value else value for value in order.request.values}
    for host, tie in named:
        if host in hosts and host not in spared | own:
            found.setdefault(host, Sibling(host, parts_of(Scope.HOST, [host], most)[0], tie))
    return [*found.values()][:most]


def pool(most: int) -> list[str]:
    """The hosts of the record that were fetched well last, ``most`` of them, that a resolver can be
    asked for."""
    if not most:
        return []
    rows = Capture.objects.filter(outcome=Outcome.OK, target__kind=TargetKind.HOST)
    rows = rows.exclude(target__case__restricted=True)
    rows = rows.exclude(target__case__state=CaseState.ON_HOLD).order_by("-pk")
    values = rows.values_list("target__value", flat=True)[: most * _CAPTURES_A_HOST]
    return [*dict.fromkeys(host for host in values if not is_address(host))][:most]


@dataclass(frozen=True, slots=True)
class _Covered:
    host: str
    below: bool

    def covers(self, host: str) -> bool:
        return bool(self.host) and (
            host in (self.host, f"www.{self.host}")
            or (self.below and host.endswith(f".{self.host}"))
        )


def _covers(order: Order) -> _Covered:
    """What falls under the block by name; the last release says whether names below do."""
    if order.request.scope not in BY_NAME:
        return _Covered("", below=False)
    rows = ExportEntry.objects.filter(
        request=order.request_id,
        export__recipient=order.recipient,
        export__state=ExportState.RELEASED,
    )
    below = rows.order_by("-export__number").values_list("subdomains", flat=True).first()
    return _Covered(order.request.values[0], below is not False)


def _other_urls(order: Order) -> Iterator[str]:
    host = host_of(order.request.values[0])
    rows = Capture.objects.filter(_of_host(host), status=200, outcome=Outcome.OK)
    rows = rows.exclude(target__case__restricted=True)
    rows = rows.exclude(target__case__state=CaseState.ON_HOLD).order_by("-pk")
    ordered = _ordered_urls(host, order.recipient)
    for url in dict.fromkeys(rows.values_list("url", flat=True)[:200]):
        if url not in ordered and urlsplit(url).hostname == host:
            yield url


def _of_host(host: str) -> Q:
    """Captures of a host as a target, and of its single pages as targets."""
    pages = Q()
    for scheme in ("http", "https"):
        pages |= Q(value__startswith=f"{scheme}://{host}/")
    targets = Target.objects.filter(
        Q(kind=TargetKind.HOST, value=host) | (Q(kind=TargetKind.URL) & pages)
    )
    return Q(target__in=targets.values("pk"))


def _ordered_urls(host: str, recipient: str) -> frozenset[str]:
    standing = _standing(recipient).filter(request__scope=Scope.URL)
    begins = Q()
    for scheme in ("http", "https"):
        begins |= Q(request__sort_key__startswith=f"{scheme}://{host}/")
    rows = standing.filter(begins).values("request")
    known = BlockingRequest.objects.filter(pk__in=rows).values_list("values", flat=True)
    return frozenset(url for values in known for url in values)


def _same_domain(order: Order, suffixes: Suffixes) -> list[str]:
    if order.request.scope not in BY_NAME:
        return []
    domain = suffixes.registrable(order.request.values[0])
    if not domain:
        return []
    rows = Target.objects.filter(kind=TargetKind.HOST)
    rows = rows.filter(value__endswith=f".{domain}") | rows.filter(value=domain)
    return list(rows.order_by("-pk").values_list("value", flat=True)[:200])


def _spared(hosts: Collection[str]) -> frozenset[str]:
    """Hosts that nothing may be asked of: their cases are on hold or restricted."""
    rows = Target.objects.filter(kind=TargetKind.HOST, value__in=hosts)
    rows = rows.filter(Q(case__state=CaseState.ON_HOLD) | Q(case__restricted=True))
    return frozenset(rows.values_list("value", flat=True))


def _ordered(hosts: Collection[str], recipient: str) -> frozenset[str]:
    """Hosts that the recipient was ordered to block, by themselves or with a name above."""
    above = {host: [*_names_above(host)] for host in hosts}
    names = {name for some in above.values() for name in some}
    rows = _standing(recipient).filter(
        request__scope__in=[*BY_NAME], request__sort_key__in=sorted(names)
    )
    blocked = set(rows.values_list("request__sort_key", flat=True))
    return frozenset(host for host, some in above.items() if not blocked.isdisjoint(some))


def _standing(recipient: str) -> QuerySet[Order]:
    return Order.objects.filter(recipient=recipient, state__in=[*STANDING])


def _names_above(host: str) -> Iterable[str]:
    labels = host.split(".")
    return (".".join(labels[n:]) for n in range(len(labels) - 1))
