"""What the record keeps of a run's sites, so that a crawl that is started again knows it."""

from __future__ import annotations

from collections.abc import Iterable

from crawlers.models import SiteVisit
from crawlers.sites import Site


def load(run_id: int, sites: Iterable[Site]) -> None:
    """Take in what earlier starts of the run have noted of ``sites``."""
    seconds = dict(SiteVisit.objects.filter(run_id=run_id).values_list("target_id", "seconds"))
    for site in sites:
        site.before_s = seconds.get(site.id, 0.0)


def note_time(run_id: int, sites: Iterable[Site], now: float) -> None:
    """Note the time spent on ``sites``. Call it in the transaction that stores their pages."""
    rows = [
        SiteVisit(run_id=run_id, target_id=site.id, seconds=site.seconds(now)) for site in sites
    ]
    SiteVisit.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["run", "target"], update_fields=["seconds"]
    )
