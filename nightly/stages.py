"""The stages of a night, in order. Each calls its room and hands back what it counted."""

from __future__ import annotations

import logging
from collections import Counter
from zoneinfo import ZoneInfo

from blocking import expiry, exports, requests
from blocking.current import requests_for
from blocking.plan import Recipient
from blocking.reach.recording import STAGE
from blocking.withholding import withhold
from cases import families, runs, sealing, tips, weighing
from cases.models import Case, RunSource
from domain.errors import GateError
from domain.rechecks import ProposalKind
from domain.states import CaseState
from index.feeding import sync
from index.opening import open_engine
from nightly.alerting import tell_alerts
from nightly.blocks import look_at_blocks
from nightly.delivering import deliver_releases
from nightly.gathering import check_tor, gather, gather_channels, gather_sites
from nightly.kinds import read_by
from nightly.learning.watching import watch
from nightly.night import Counted, Night, Stage
from nightly.rechecks import add_due, recheck
from nightly.retention import forget
from nightly.scoring import assess
from nightly.screenshots import photograph
from nightly.taking import take_sendings

log = logging.getLogger(__name__)


def discover(night: Night) -> Counted:
    """Seeds, tips and the known cases that are due become the night's sources."""
    runs.add_seeds(night.run, list(night.seeds.seeds), clock=night.clock)
    found = tips.note(night.run, night.seeds.candidates, clock=night.clock)
    taken = tips.add_waiting(night.run, limit=night.plan.max_tips)
    return {
        ("in", "seeds"): len(night.seeds.seeds),
        ("in", "named in files"): len(night.seeds.candidates),
        ("in", "new targets from files"): found,
        ("in", "tips"): taken.taken,
        ("skipped", "tips over the budget"): taken.over_budget,
        ("skipped", "tips on held cases"): taken.held,
        **{("skipped", reason): n for reason, n in night.seeds.left_out.items()},
        ("failed", "seed refused"): len(night.seeds.problems),
        **add_due(night),
        ("skipped", f"not read by {night.run.kind}"): _left_out(night),
    }


def _left_out(night: Night) -> int:
    sources = RunSource.objects.filter(run=night.run)
    return sources.exclude(target__kind__in=read_by(night.run)).count()


def group_families(night: Night) -> Counted:
    """Group cases that one operator runs; decided ones propose verdicts for those that wait. What
    a look at each of these is worth follows, since it depends on families too."""
    done = families.regroup(actor="system:families", clock=night.clock)
    return {
        ("out", "cases joined"): done.joined,
        ("out", "verdicts proposed"): done.proposals,
        ("out", "cases weighed anew"): weighing.weigh(clock=night.clock),
    }


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


def seal_evidence(night: Night) -> Counted:
    """What was captured tonight is fixed in the audit chain, and what was not sealed before."""
    root = night.plan.evidence_root
    others = sealing.seal_others(night.run.pk, root, clock=night.clock)
    for problem in others.problems:
        log.error("evidence of an earlier run cannot be sealed: %s", problem)
    files = sealing.seal(night.run.pk, root, clock=night.clock)
    return {
        ("out", "files sealed"): files,
        ("out", "files of earlier runs sealed"): others.files,
        ("failed", "files of earlier runs not sealed"): len(others.problems),
    }


def expire_requests(night: Night) -> Counted:
    """Cases whose request has run out are moved, and people are asked about those that soon will.
    Counted from the rows, so that a night killed in between tells all."""
    expiry.expire(clock=night.clock)
    expiry.ask(night.run, night.plan.exports.rules, clock=night.clock)
    expired = Case.objects.filter(state=CaseState.EXPIRED, changed_at__gte=night.run.started_at)
    asked = night.run.proposals.filter(kind=ProposalKind.EXPIRING)
    return {
        ("out", "cases expired"): expired.count(),
        ("out", "renewals asked about"): asked.count(),
    }


def make_requests(night: Night) -> Counted:
    """Confirmed cases become blocking requests, and those that people had renewed are; those
    refused are named in the log."""
    plan = night.plan.exports
    protection = plan.protection()
    done = requests.make_requests(plan.rules, protection, clock=night.clock)
    renewed = expiry.renew(plan.rules, protection, clock=night.clock)
    done.refused += renewed.refused
    withheld = withhold(plan.rules, clock=night.clock)
    for refusal in done.refused:
        log.warning("no request for %s: %s", refusal.target, refusal.message)
    refused = {("failed", reason): n for reason, n in done.counts.items()}
    return {
        ("out", "requests"): len(done.made),
        ("out", "requests renewed"): len(renewed.made),
        ("out", "requests withheld"): len(withheld),
        **refused,
    }


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
        if _waits_for_its_day(recipient, night):
            counted[("skipped", "not on this day")] += 1
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


def _waits_for_its_day(recipient: Recipient, night: Night) -> bool:
    """Whether this night, by the day it began on, is none on which ``recipient`` is sent anything,
    and nothing is to be lifted that must not wait."""
    began = night.run.started_at.astimezone(ZoneInfo(night.plan.night_ends[1]))
    if began.weekday() in recipient.days:
        return False
    return not exports.lifts_any(recipient.name, clock=night.clock)


def _anything_for(recipient: Recipient, night: Night) -> bool:
    """Whether there is or was something to export: before the first request nothing is missing,
    after it an empty list is a matter for the gate."""
    return (
        exports.last_release(recipient.name) is not None
        or requests_for(recipient, night.clock()).exists()
    )


NIGHT = (
    Stage("intake", take_sendings, needed=False),
    Stage("discover", discover),
    Stage("gather", gather),
    Stage("tor", check_tor, needed=False),
    Stage("assess", assess),
    Stage("drift", watch, needed=False),
    Stage("families", group_families, needed=False),
    Stage("recheck", recheck, needed=False),
    Stage("index", fill_index, needed=False),
    Stage("alerts", tell_alerts, needed=False),
    Stage("screenshots", photograph, needed=False),
    Stage(sealing.STAGE, seal_evidence, needed=False),
    Stage("retention", forget, needed=False),
    Stage(STAGE, look_at_blocks, needed=False),
    Stage("requests", make_requests),
    Stage("expiry", expire_requests, needed=False),
    Stage("exports", build_exports),
    Stage("deliver", deliver_releases, needed=False),
)
_BEFORE, _AFTER = NIGHT[:2], NIGHT[3:12]
CRAWL = (*_BEFORE, Stage("gather", gather_sites), *_AFTER)
READ_CHANNELS = (*_BEFORE, Stage("gather", gather_channels), *_AFTER)
