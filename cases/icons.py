"""Icons of sites in the record: digests alone. One that many sites have ties nobody."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Count

from cases.models import SiteIcon
from domain.families import COMMON


def note(target_id: int, sha256: str, size: int, seen_at: datetime) -> None:
    """Note the icon that a site has now, in the transaction that stores its capture."""
    SiteIcon.objects.update_or_create(
        target_id=target_id, defaults={"sha256": sha256, "size": size, "seen_at": seen_at}
    )


def telling(target_ids: Collection[int]) -> dict[int, str]:
    """The icons of these targets that at most ``COMMON`` of all targets have, by target."""
    own = dict(SiteIcon.objects.filter(target__in=target_ids).values_list("target_id", "sha256"))
    counted = SiteIcon.objects.filter(sha256__in=set(own.values())).values("sha256")
    rare = set(
        counted.annotate(n=Count("pk")).filter(n__lte=COMMON).values_list("sha256", flat=True)
    )
    return {target: digest for target, digest in own.items() if digest in rare}
