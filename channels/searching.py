"""Searches for channels by what they are called: whose they are, and what came of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Protocol

from django.db import transaction
from django.db.models import QuerySet

from cases import counts, intake
from cases.counts import CountKey
from cases.evidence import EvidenceWriter
from cases.models import Run, RunSource
from channels.documents import capture_of
from channels.identity import introduce
from channels.models import ChannelSearch
from channels.posts import SearchAnswer
from domain.candidates import Candidate, Why
from domain.captures import Egress
from domain.clock import Clock, utc_now
from domain.targets import TargetKey, TargetKind, telegram_key

#: A name that fits is a weak reason to look: anybody may be called anything.
_PRIORITY = 0.3
_NOTE = "a search for {query!r} found its name"
#: How many names a search brought is counted under this, of the search as a source.
NAMES_FOUND = "names found"
_STAGE = "channels"


class SearchSource(Protocol):
    """Whoever can search Telegram: an account."""

    def channels_called(self, query: str) -> SearchAnswer:
        """Channels in whose title or username ``query`` is found. Raises what ends the account's
        work."""


def prepare(run: Run, queries: Iterable[str]) -> None:
    """Have ``run`` search for each of ``queries`` once."""
    rows = [ChannelSearch(run=run, query=query) for query in dict.fromkeys(queries)]
    ChannelSearch.objects.bulk_create(rows, ignore_conflicts=True)


def to_prepare(run: Run, queries: Collection[str]) -> bool:
    """Whether ``run`` was asked to search and has not begun to."""
    return bool(queries) and not ChannelSearch.objects.filter(run=run).exists()


def open_searches(run: Run) -> QuerySet[ChannelSearch]:
    """The searches of ``run`` that nobody has made or is making."""
    return ChannelSearch.objects.filter(run=run, done=False, account="").order_by("pk")


def claim_search(run: Run, account: str) -> ChannelSearch | None:
    """Take the next search for ``account``; None where there is none."""
    for row in open_searches(run):
        free = ChannelSearch.objects.filter(pk=row.pk, done=False, account="")
        if free.update(account=account):
            return row
    return None


def keep(
    search: ChannelSearch, answer: SearchAnswer, evidence: EvidenceWriter, *, clock: Clock = utc_now
) -> None:
    """Store an answer: what it found are candidates, the search itself is a source of the run."""
    run, fetch = search.run, answer.fetch
    key = TargetKey(TargetKind.URL, fetch.url)
    note = _NOTE.format(query=search.query)
    keys = {telegram_key(numeric_id=one.numeric_id): one.username for one in answer.channels}
    found = tuple(Candidate(each, Why.SEARCH, priority=_PRIORITY, note=note) for each in keys)

    def also() -> None:
        RunSource.objects.get_or_create(
            run=run, target=target, defaults={"why": Why.SEARCH, "url": fetch.url, "done": True}
        )
        ChannelSearch.objects.filter(pk=search.pk).update(done=True, account="")

    with transaction.atomic():
        for each, username in keys.items():
            introduce(run.pk, each, username, clock=clock)
        target, _ = intake.target_row(key, clock=clock)
        target.name = f"search «{search.query}»"  # its address is not for people
        target.save(update_fields=["name"])
        if found:
            counts.add(run.pk, _STAGE, {CountKey(str(key), NAMES_FOUND): len(found)})
        capture = capture_of(fetch, key, Egress.TELEGRAM, candidates=found)
        intake.store(run.pk, _STAGE, [capture], evidence, also=also, retention="posts", clock=clock)


def give_up(search: ChannelSearch, key: CountKey) -> None:
    """Make ``search`` no more, counted as ``key``."""
    with transaction.atomic():
        ChannelSearch.objects.filter(pk=search.pk).update(done=True, account="")
        counts.add(search.run_id, _STAGE, {key: 1})
