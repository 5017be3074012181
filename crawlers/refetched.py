"""Requests whose answers were lost when a crawl was killed.

What the journal holds and no capture accounts for was served and never stored. The figure is
absolute, so that counting it again, or being killed while counting, changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from django.db import transaction
from django.db.models import Sum

from cases import counts
from cases.counts import CountKey
from cases.intake import url_hash
from cases.models import Capture, RunCount
from crawlers.models import FrontierEntry

_CHUNK = 500
NAME = "refetched"


def count_lost(run_id: int, stage: str, sent: Mapping[str, int], *, rendered: bool = False) -> int:
    """Bring the run's count ``refetched`` up to what ``sent`` (by URL, from the journal) says.

    ``rendered`` says that these were sent for rendering the pages. Call it while nothing is under
    way. Returns the requests lost so far.
    """
    lost: Counter[str] = Counter()
    with transaction.atomic():
        for urls in _chunks(sent):
            hashes = {url_hash(url): url for url in urls}
            stored = _stored(run_id, hashes, rendered=rendered)
            owners = owners_of(run_id, urls)
            for key, url in hashes.items():
                if (missing := sent[url] - stored.get(key, 0)) > 0:
                    lost[owners.get(url, "")] += missing
        known = _counted(run_id, stage)
        fresh = {
            CountKey(source, NAME): n - known.get(source, 0)
            for source, n in lost.items()
            if n > known.get(source, 0)
        }
        counts.add(run_id, stage, fresh)
    return sum(lost.values())


def _chunks(urls: Iterable[str]) -> Iterator[list[str]]:
    iterator = iter(urls)
    while chunk := list(islice(iterator, _CHUNK)):
        yield chunk


def _stored(run_id: int, hashes: Iterable[str], *, rendered: bool) -> dict[str, int]:
    rows = Capture.objects.filter(run_id=run_id, rendered=rendered, url_hash__in=list(hashes))
    return dict(rows.values_list("url_hash").annotate(n=Sum("requests")))


def owners_of(run_id: int, urls: Iterable[str]) -> dict[str, str]:
    """The keys of the sources that ``urls`` of the run's frontier count for, by URL."""
    found: dict[str, str] = {}
    for chunk in _chunks(urls):
        hashes = [url_hash(url) for url in chunk]
        rows = FrontierEntry.objects.filter(run_id=run_id, url_hash__in=hashes)
        found.update({row.url: str(row.target) for row in rows.select_related("target")})
    return found


def _counted(run_id: int, stage: str) -> dict[str, int]:
    rows = RunCount.objects.filter(run_id=run_id, stage=stage, name=NAME, reason="")
    return dict(rows.values_list("source", "n"))
