"""Circles of redirects that a cookie ends: which page is to be asked for once more.

A site may lead its visitor from page to page until a cookie that one of them set comes back to
the first. For the writer's thread; what it remembers is as short-lived as the cookies themselves.
"""

from __future__ import annotations

from collections import OrderedDict

from django.db.models import QuerySet

from cases.intake import url_hash
from crawlers.entries import way_to
from crawlers.fetches import Fetch, Job
from crawlers.models import FrontierEntry
from domain.targets import host_of

#: What such a further fetch is counted under.
FOR_CIRCLE = "cookie set in a circle of redirects"
LOOP = "redirect loop"
_MOST_URLS, _MOST_HOSTS = 10_000, 1_000


class Circles:
    """Remembers with which of its host's cookies (see ``Jar.stamp``) each redirecting page was
    asked for, and which the host has set since."""

    def __init__(self, run_id: int) -> None:
        self._run_id = run_id
        self._asked: OrderedDict[str, int] = OrderedDict()
        self._newest: OrderedDict[str, int] = OrderedDict()

    def note(self, fetch: Fetch) -> None:
        """Take in what came with a redirect."""
        url, host = fetch.job.url, host_of(fetch.job.url)
        _put(self._asked, url, fetch.cookies_sent, _MOST_URLS)
        newest = max(self._newest.get(host, 0), fetch.cookies_now)
        _put(self._newest, host, newest, _MOST_HOSTS)

    def worth_another(self, url: str) -> int | None:
        """The row id of the target that ``url`` counts for, where a circle leads back to it and it
        may be another page by now: cookies of its host are newer than those that it was asked
        for with, and it was asked for once. None where it is not asked for again."""
        if self._newest.get(host_of(url), 0) <= self._asked.get(url, 0):
            return None
        return self._entries(url).filter(again=False).values_list("target_id", flat=True).first()

    def commit(self, url: str) -> None:
        """Queue ``url`` once more. Call it in the transaction that stores its circle."""
        self._entries(url).update(state=FrontierEntry.State.QUEUED, again=True)

    def leads_back(self, job: Job, location: str, longest: int) -> bool:
        """Whether a page that was asked for again redirects into its circle as before."""
        entry = FrontierEntry.objects.filter(run_id=self._run_id, url_hash=url_hash(location))
        number = entry.values_list("pk", flat=True).first() if job.again else None
        return number is not None and any(step.url == job.url for step in way_to(number, longest))

    def _entries(self, url: str) -> QuerySet[FrontierEntry]:
        done = FrontierEntry.State.DONE
        return FrontierEntry.objects.filter(run_id=self._run_id, url_hash=url_hash(url), state=done)


def _put(known: OrderedDict[str, int], key: str, value: int, most: int) -> None:
    known[key] = value
    known.move_to_end(key)
    if len(known) > most:
        known.popitem(last=False)
