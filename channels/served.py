"""Exact numbers: requests that went out and whose answers a killed process took with it.

requests in the record + refetched = what the servers were sent for channels

A request is in the journal before it leaves: one that a kill kept from leaving is counted, too,
at most one for each kill.

What accounts ask for themselves when they connect is counted beside that, as ``sent``; so are
polls of a listener's that brought nothing new.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import Q

from cases.counts import CountKey
from cases.models import Capture, Run, RunCount, RunSource, Target
from channels.mtproto.addresses import channel_of, is_own
from channels.visiting import STAGE
from channels.waiting import set_count
from domain.captures import Egress
from domain.targets import TargetKind

_OWN = CountKey("", "sent", "by accounts to connect")
_UNKEPT = CountKey("", "sent", "for nothing new")


def count_refetched(
    run: Run, sent: Mapping[str, int], unkept: Mapping[str, int] | None = None
) -> int:
    """Set the run's ``refetched`` counts from the journal; returns their sum.

    ``sent`` is how often each URL was requested, ``unkept`` how often for nothing new. Call it
    while no request is under way; calling it again changes nothing, since the counts are set, not
    added to.
    """
    captures = Capture.objects.filter(run=run, egress__in=(Egress.PREVIEW, Egress.TELEGRAM))
    known, targets = Counter(unkept or {}), dict[str, int]()
    for url, n, target in captures.values_list("url", "requests", "target"):
        known[url] += n
        targets[url] = target
    lost: Counter[str] = Counter()
    own = 0
    for url, n in sent.items():
        if is_own(url):
            own += n
            continue
        if n > known[url]:
            lost[_source(run, url, targets.get(url))] += n - known[url]
    with transaction.atomic():
        before = RunCount.objects.filter(run=run, stage=STAGE, name="refetched")
        for source in {*lost, *before.values_list("source", flat=True)}:
            set_count(run, CountKey(source, "refetched"), lost[source])
        set_count(run, _OWN, own)
        set_count(run, _UNKEPT, sum(unkept.values()) if unkept else 0)
    return sum(lost.values())


def _source(run: Run, url: str, target: int | None) -> str:
    """The key of the channel that ``url`` was asked for; empty where the run has none."""
    if target is not None:
        return str(Target.objects.get(pk=target))
    name = channel_of(url) or urlsplit(url).path.rstrip("/").rpartition("/")[2].lower()
    rows = RunSource.objects.filter(run=run, target__kind=TargetKind.TELEGRAM)
    called = Q(target__name__in=[name, f"@{name}"]) | Q(target__value=name)
    for row in rows.filter(called).select_related("target"):
        return str(row.target)
    return ""
