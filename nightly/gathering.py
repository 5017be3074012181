"""Gathering: sites and channels are fetched by child processes, in turns."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial

from cases import cut_short, runs
from cases.models import CandidateRow, Capture, RunCount, RunSource
from channels.process import run_channels
from channels.searching import to_prepare
from channels.waiting import has_more
from crawlers.process import run_crawl
from crawlers.visits import destinations
from domain.candidates import Why
from domain.captures import Outcome
from domain.errors import BoundaryError
from domain.nights import end_of
from domain.targets import TargetKind
from nightly.kinds import CHANNELS, SITES, read_by
from nightly.learning.in_use import environment
from nightly.night import Counted, Night

log = logging.getLogger(__name__)
_NOT_FOUND = (Why.SEED, Why.SEARCH, Why.RECHECK, Why.TIP)
_CHILD_STARTS = 3
_REFUSED = 2


def gather(night: Night) -> Counted:
    """Sites and channels take turns, since each leads to the other, until neither has more."""
    return _gather(night, sites=True, channels=True)


def gather_sites(night: Night) -> Counted:
    """Sites alone."""
    return _gather(night, sites=True, channels=False)


def gather_channels(night: Night) -> Counted:
    """Channels alone."""
    return _gather(night, sites=False, channels=True)


def check_tor(night: Night) -> Counted:
    """Raises BoundaryError where Tor is wanted in any case and none of its clients answered."""
    silent = RunCount.objects.filter(
        run=night.run, source="", name="failed", reason=Outcome.TOR_DOWN.value
    )
    if night.plan.tor_required and silent.exists():
        raise BoundaryError("tor.enabled is on and no Tor client answers (see doctor, NW008)")
    return {}


def _gather(night: Night, *, sites: bool, channels: bool) -> Counted:
    counted: Counter[tuple[str, str]] = Counter()
    for _ in range(night.plan.rounds):
        if sites and night.plan.follow_discovered and not _is_over(night):
            _adopt(night)
        worked = False
        if sites and _waiting(night, SITES):
            crawl = partial(run_crawl, max_pages=night.plan.max_pages)
            counted[("failed", "crawl process started anew")] += _end_well(crawl, "crawl", night)
            worked = True
        if channels and _channels_wait(night):
            again = _end_well(run_channels, "channels", night)
            counted[("failed", "channels process started anew")] += again
            worked = True
        if not worked:
            break
    else:
        left = RunSource.objects.filter(run=night.run, done=False)
        left = left.filter(target__kind__in=read_by(night.run))
        counted[("skipped", "turns used up")] += left.count()
    # from the record, so that a stage that was killed and started again counts everything
    counted[("in", "sites found on the way")] = _found(night, SITES)
    counted[("in", "channels found on the way")] = _found(night, CHANNELS)
    counted[("in", "left over from earlier nights")] = _left_over(night)
    counted[("in", "moved to by a source")] = len(destinations(night.run.pk))
    counted[("skipped", "waits for another night")] = _over_budget(night)
    counted[("out", "captures")] = Capture.objects.filter(run=night.run).count()
    return dict(counted)


def _is_over(night: Night) -> bool:
    """Whether nothing new is to be fetched any more: what nobody looked at is for another night."""
    end = end_of(night.run.started_at, *night.plan.night_ends)
    return end is not None and night.clock() >= end


def _left_over(night: Night) -> int:
    """Sources that an earlier night's budgets had cut off."""
    left = cut_short.before(night.run.pk)
    found = RunSource.objects.filter(run=night.run).exclude(why__in=_NOT_FOUND)
    return len({*found.values_list("target_id", flat=True)} & {*left.not_begun, *left.in_part})


def _over_budget(night: Night) -> int:
    """Targets noted tonight that nobody has looked at yet."""
    noted = CandidateRow.objects.filter(run=night.run, target__visits=None)
    return noted.values("target").distinct().count()


def _adopt(night: Night) -> None:
    """Take in the likeliest sites found on the way. Channels are taken in one by one, as each
    teaches which is next, by the process that reads them."""
    left = max(0, night.plan.max_new_sites - _found(night, SITES))
    adopted = runs.adopt_candidates(night.run, SITES, limit=left)
    if adopted.over_budget:
        log.info("%s site candidates wait for another night", adopted.over_budget)


def _channels_wait(night: Night) -> bool:
    if _waiting(night, CHANNELS) or to_prepare(night.run, night.plan.channel_searches):
        return True
    follows = night.plan.follow_discovered and not _is_over(night)
    return follows and has_more(night.run, night.plan.channel_caps)


def _found(night: Night, kinds: Iterable[TargetKind]) -> int:
    """Sources found on the way. Where a named source redirects to belongs to that one."""
    found = RunSource.objects.filter(run=night.run, target__kind__in=[*kinds])
    found = found.exclude(why__in=_NOT_FOUND)
    return found.exclude(target__in=destinations(night.run.pk)).count()


def _waiting(night: Night, kinds: Iterable[TargetKind]) -> bool:
    return RunSource.objects.filter(run=night.run, done=False, target__kind__in=[*kinds]).exists()


def _told(night: Night) -> Callable[[], None]:
    def told() -> None:
        sources = RunSource.objects.filter(run=night.run)
        done = sources.filter(done=True).count()
        pages = Capture.objects.filter(run=night.run).count()
        night.progress.at(done, sources.count(), f"sources, {pages} pages")

    return told


def _end_well(work: Callable[..., int], what: str, night: Night) -> int:
    """Have a child process do its part of the run; one that dies goes on where it was.

    Returns how often it had to be started again. Raises BoundaryError when it was refused, or
    did not come to its end in ``_CHILD_STARTS`` starts.
    """
    for failures in range(_CHILD_STARTS):
        code = work(night.run.pk, env=environment(night.plan), on_progress=_told(night))
        if code == 0:
            return failures
        log.error("the %s process of run %s ended with exit code %s", what, night.run.pk, code)
        if code == _REFUSED:
            break
    raise BoundaryError(f"the {what} process ended with exit code {code}, see its log")
