"""The stages of a night, in order. Each calls its room and hands back what it counted."""

from __future__ import annotations

import logging
from collections import Counter

from blocking import exports, requests
from blocking.current import requests_for
from blocking.plan import Recipient
from cases import families, runs
from cases.models import RunSource
from domain.candidates import Why
from domain.errors import GateError
from index.feeding import sync
from index.opening import open_engine
from nightly.gathering import gather, gather_channels, gather_sites
from nightly.kinds import read_by
from nightly.night import Counted, Night, Stage, known_cases
from nightly.scoring import assess

log = logging.getLogger(__name__)


def discover(night: Night) -> Counted:
    """Seeds and known cases become the night's sources."""
    runs.add_seeds(night.run, list(night.seeds.seeds), clock=night.clock)
    for case in known_cases().select_related("target").iterator():
        target = case.target
        first = target.candidates.exclude(url="").order_by("pk").first()
        url = first.url if first else ""
        runs.add_source(night.run, target.key, Why.RECHECK, url=url)
    known = RunSource.objects.filter(run=night.run, why=Why.RECHECK)
    left_out = RunSource.objects.filter(run=night.run).exclude(target__kind__in=read_by(night.run))
    return {
        ("in", "seeds"): len(night.seeds.seeds),
        ("skipped", f"not read by {night.run.kind}"): left_out.count(),
        ("in", "known cases"): known.count(),
        ("failed", "seed refused"): len(night.seeds.problems),
    }


def group_families(night: Night) -> Counted:
    """Group cases that one operator runs."""
    return {("out", "cases joined"): families.regroup(actor="system:families", clock=night.clock)}


def fill_index(night: Night) -> Counted:
    """Bring the search index up to the record."""
    engine = open_engine(night.plan.index_url, night.plan.index_path)
    try:
        counts = sync(engine)
    finally:
        engine.close()
    return {
        ("out", "put"): counts.put,
        ("out", "deleted"): counts.deleted,
        ("skipped", "unchanged"): counts.unchanged,
        **{("skipped", reason): n for reason, n in counts.skipped.items()},
    }


def make_requests(night: Night) -> Counted:
    """Confirmed cases become blocking requests; those refused are named in the log."""
    plan = night.plan.exports
    done = requests.make_requests(plan.rules, plan.protection(), clock=night.clock)
    for refusal in done.refused:
        log.warning("no request for %s: %s", refusal.target, refusal.message)
    refused = {("failed", reason): n for reason, n in done.counts.items()}
    return {("out", "requests"): len(done.made), **refused}


def build_exports(night: Night) -> Counted:
    """Build and gate a release for every recipient; a person lets it out.

    Raises GateError when any was refused, after all were tried.
    """
    plan, counted = night.plan.exports, Counter[tuple[str, str]]()
    protection, refused = plan.protection(), list[GateError]()
    for recipient in plan.recipients:
        if not _anything_for(recipient, night):
            counted[("skipped", "nothing to export")] += 1
            continue
        try:
            built = exports.build(recipient, plan, protection, clock=night.clock)
        except GateError as error:
            refused.append(error)
            continue
        counted[("out", "unchanged" if built.unchanged else "built")] += 1
    if refused:
        raise GateError(
            f"{len(refused)} exports refused by the gate", tuple(str(error) for error in refused)
        )
    return dict(counted)


def _anything_for(recipient: Recipient, night: Night) -> bool:
    """Whether there is or was something to export: before the first request nothing is missing,
    after it an empty list is a matter for the gate."""
    return (
        exports.last_release(recipient.name) is not None
        or requests_for(recipient, night.clock()).exists()
    )


NIGHT = (
    Stage("discover", discover),
    Stage("gather", gather),
    Stage("assess", assess),
    Stage("families", group_families, needed=False),
    Stage("index", fill_index, needed=False),
    Stage("requests", make_requests),
    Stage("exports", build_exports),
)
_AFTER = NIGHT[2:5]
CRAWL = (NIGHT[0], Stage("gather", gather_sites), *_AFTER)
READ_CHANNELS = (NIGHT[0], Stage("gather", gather_channels), *_AFTER)
