"""Who else lives at an address, as far as the record can tell: a block of it would hit them all."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from blocking.cdn import cdn_of
from blocking.entries import Action, Scope
from blocking.models import BlockingRequest
from blocking.networks import Networks
from blocking.plan import RequestRules
from blocking.scope import Server
from blocking.values import is_address
from cases.models import Capture, Case, Target
from domain.states import CaseState
from domain.targets import TargetKind, host_of

#: A host that has answered within these days without its address being noted may live anywhere.
_RECENT = timedelta(days=90)
_PLACES = (TargetKind.HOST, TargetKind.URL)
_MEANT = (CaseState.CONFIRMED, CaseState.REQUESTED)


def server_of(
    target: Target,
    captures: Sequence[Capture],
    rules: RequestRules,
    networks: Networks | None,
    now: datetime,
) -> Server:
    """What is known at ``now`` of the address that a site without a name is, of which ``captures``
    carry the verdict; nothing of any other target."""
    if target.kind != TargetKind.HOST or not is_address(target.value) or not rules.address_networks:
        return Server()
    headers = [[(str(name), str(value)) for name, value in row.headers] for row in captures]
    alone = bool(headers) and all(headers) and not shared([target.value])
    return Server(
        asn=networks.asn(target.value) if networks else None,
        cdn=next(filter(None, map(cdn_of, headers)), ""),
        alone=alone and not _anybody_unplaced(now),
        taken=rules.block_addresses(),
    )


def shared(addresses: Collection[str]) -> frozenset[str]:
    """Those of ``addresses`` at which others live: another host has answered from one, whatever
    people said of it, or a single page at one, on any port, is known and not confirmed."""
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


def _anybody_unplaced(now: datetime) -> bool:
    """Whether a host has answered lately and no capture since tells where: through a proxy, or
    before addresses were noted. It may live at any address."""
    lately = Capture.objects.filter(target__kind__in=_PLACES, fetched_at__gte=now - _RECENT)
    placed = lately.filter(target=OuterRef("target")).exclude(address="")
    answered = lately.filter(status__gt=0, rendered=False, address="")
    return answered.filter(~Exists(placed)).exists()
