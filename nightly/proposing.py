"""What a check proposes to people, from the case's looks, redirects and family."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cases import proposals
from cases.models import Case, ContentCheck, Run, Target
from cases.rechecking import standing, streak
from domain.clock import Clock, utc_now
from domain.rechecks import GONE, CheckResult, ProposalKind
from domain.states import CaseState
from nightly.night import IN_HUMAN_HANDS, Night

_MOST_RELATIVES = 5
_LEFT = GONE | {CheckResult.MOVED}


def propose(check: ContentCheck, night: Night, threshold: float) -> None:
    """Open what ``check`` gives ground for and let lapse what it takes the ground from.

    Cases that were decided against, or ended, are proposed nothing. Call it in the transaction
    that wrote the check.
    """
    case = Case.objects.select_related("target").get(pk=check.case_id)
    if standing(case) not in IN_HUMAN_HANDS:
        return
    _lapse(case, check, night)
    proposals.by_looks(case, night.run, night.plan.recheck, clock=night.clock)
    if check.moved_to is not None:
        _moved(case, check, check.moved_to, night, threshold)
    if check.result in _LEFT or check.selling is False:
        propose_reappeared(case, night.run, [check.pk], threshold, clock=night.clock)


def propose_reappeared(
    case: Case, run: Run, checks: Sequence[int], threshold: float, *, clock: Clock = utc_now
) -> None:
    """Propose that ``case`` reappeared as the newer cases of its family that sold in ``run``."""
    says = f"a newer case of family {case.family_id} sells"
    for relative in _relatives(case, run, threshold):
        proposals.propose(
            case,
            run,
            ProposalKind.REAPPEARED,
            {"checks": [*checks], "says": says},
            other=relative.target,
            clock=clock,
        )


def _lapse(case: Case, check: ContentCheck, night: Night) -> None:
    gone = [ProposalKind.GONE] if check.result not in GONE else []
    cleaned = [ProposalKind.CLEANED] if check.selling else []
    moved = [ProposalKind.MOVED] if check.result == CheckResult.UP else []
    back = check.result == CheckResult.UP and check.selling
    elsewhere = [ProposalKind.REAPPEARED] if back else []
    reason = f"{check.result} in run {night.run.pk}"
    proposals.lapse(case, [*gone, *cleaned, *moved, *elsewhere], reason, clock=night.clock)


def _moved(case: Case, check: ContentCheck, to: Target, night: Night, threshold: float) -> None:
    """It redirects: it reappeared there when that is new and sells, else it moved."""
    there = Case.objects.filter(target=to, restricted=False).first()
    if there is None:
        return
    sells = there.score is not None and there.score >= threshold
    new = there.opened_at > case.opened_at
    kind = ProposalKind.REAPPEARED if sells and new else ProposalKind.MOVED
    looks = [look for look in streak(case.pk, {CheckResult.MOVED}) if look.moved_to_id == to.pk]
    proposals.propose(
        case,
        night.run,
        kind,
        {"checks": [check.pk], "says": "its first page redirects there"},
        since=looks[-1].at if looks else check.at,
        other=to,
        clock=night.clock,
    )


def _relatives(case: Case, run: Run, threshold: float) -> Iterator[Case]:
    """Cases of its family that are newer than it, and were seen to sell tonight."""
    if case.family_id is None:
        return
    rows = Case.objects.filter(
        family=case.family_id,
        opened_at__gt=case.opened_at,
        score__gte=threshold,
        restricted=False,
        state__in=[*IN_HUMAN_HANDS, CaseState.ON_HOLD],
        target__documents__capture__run=run,
    )
    yield from rows.exclude(pk=case.pk).select_related("target").distinct()[:_MOST_RELATIVES]
