"""Who else lives at an address, as far as the record can tell: a block of it would hit them all."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from blocking.cdn import cdn_of
from blocking.entries import Action, Scope
from blocking.models import BlockingRequest
from blocking.networks import Networks
from blocking.plan import RequestRules
from blocking.scope import Server
from blocking.values import is_address
from cases.models import Capture, Case, DocumentRow, Target
from domain.states import CaseState
from domain.targets import TargetKind, host_of

#: A host that has answered within these days without its address being noted may live anywhere.
_RECENT = timedelta(days=90)
_PLACES = (TargetKind.HOST, TargetKind.URL)
_MEANT = (CaseState.CONFIRMED, CaseState.REQUESTED)


def server_of(
    target: Target,
    carriers: Sequence[DocumentRow],
    rules: RequestRules,
    networks: Networks | None,
) -> Server:
    """What is known of the address that a site without a name is; nothing of any other target."""
    if target.kind != TargetKind.HOST or not is_address(target.value) or not rules.address_networks:
        return Server()
    headers = [[(str(name), str(value)) for name, value in row.capture.headers] for row in carriers]
    return Server(
        asn=networks.asn(target.value) if networks else None,
        cdn=next(filter(None, map(cdn_of, headers)), ""),
        alone=all(headers) and not shared([target.value]) and not _anybody_unplaced(carriers),
        taken=rules.block_addresses(),
    )


def shared(addresses: Collection[str]) -> frozenset[str]:
    """Those of ``addresses`` at which others live: another host has answered from one, whatever
    people said of it, or there is a page of its own at one, on any port, that is not confirmed."""
    if not addresses:
        return frozenset()
    seen = Capture.objects.filter(address__in=addresses, target__kind__in=_PLACES)
    rows = seen.values_list("address", "target__kind", "target__value").distinct()
    found = {
        address
        for address, kind, value in rows
        if (value if kind == TargetKind.HOST else host_of(value)) != address
    }
    for address in set(addresses) - found:
        if _pages(address).exclude(pk__in=_meant()).exists():
            found.add(address)
    return frozenset(found)


def addresses_of(host: str) -> frozenset[str]:
    """The addresses that ``host`` has answered from, its single pages included."""
    targets = Target.objects.filter(Q(kind=TargetKind.HOST, value=host)) | _pages(host)
    rows = Capture.objects.filter(target__in=targets.values("pk")).exclude(address="")
    return frozenset(rows.values_list("address", flat=True).distinct())


def requested_addresses() -> frozenset[str]:
    """The addresses that requests name, whether they are in force or not."""
    rows = BlockingRequest.objects.filter(scope=Scope.IP, action=Action.BLOCK).order_by()
    return frozenset(rows.values_list("sort_key", flat=True))


def _pages(host: str) -> QuerySet[Target]:
    begins = Q()
    for scheme in ("http", "https"):
        for end in ("/", ":"):
            begins |= Q(value__startswith=f"{scheme}://{host}{end}")
    return Target.objects.filter(begins, kind=TargetKind.URL)


def _meant() -> QuerySet[Case, Any]:
    return Case.objects.filter(state__in=_MEANT).values("target")


def _anybody_unplaced(carriers: Sequence[DocumentRow]) -> bool:
    """Whether a host has answered lately and no capture tells where: through a proxy, or before
    addresses were noted. It may live at any address."""
    newest = max((row.capture.fetched_at for row in carriers), default=None)
    if newest is None:
        return True
    answered = Capture.objects.filter(
        target__kind__in=_PLACES, status__gt=0, rendered=False, address="",
        fetched_at__gte=newest - _RECENT,
    )  # fmt: skip
    placed = Capture.objects.filter(target=OuterRef("target")).exclude(address="")
    return answered.filter(~Exists(placed)).exists()
