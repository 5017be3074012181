"""The accounts that advertise in public groups, in the record."""

from __future__ import annotations

from collections.abc import Iterable

from cases.models import Target
from channels import models
from channels.group_answers import Author
from channels.posts import Advertiser
from domain.clock import Clock, utc_now
from domain.targets import TargetKind


def note(target: Target, found: Iterable[Advertiser], *, clock: Clock = utc_now) -> None:
    """Write down who advertises in the group ``target`` and which messages are theirs. In the
    transaction that stores these."""
    now = clock()
    for one in found:
        row, _ = models.Advertiser.objects.update_or_create(
            target=target,
            kind=one.kind,
            number=one.number,
            defaults={"met_at": now, **({"username": one.username} if one.username else {})},
            create_defaults={"since": now, "met_at": now, "username": one.username},
        )
        models.AdvertisersPost.objects.bulk_create(
            [models.AdvertisersPost(advertiser=row, post=post) for post in one.posts],
            ignore_conflicts=True,
        )


def known(number: int) -> frozenset[Author]:
    """The accounts that advertised in the group with the bare ``number``."""
    rows = models.Advertiser.objects.filter(
        target__kind=TargetKind.TELEGRAM, target__value=str(number)
    )
    return frozenset(Author(kind, n) for kind, n in rows.values_list("kind", "number"))
