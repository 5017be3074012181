"""Looking whether blocks are there: the stage of the night, and the batch that it starts."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

from blocking.hidden import hidden_requests
from blocking.models import Order
from blocking.reach.checking import Counts, check
from blocking.reach.plan import ReachPlan
from blocking.reach.recording import STAGE
from blocking.reach.settling import FOLLOWS
from cases import counts
from cases.children import run_child
from cases.counts import CountKey
from cases.models import Run
from domain.clock import Clock, utc_now
from domain.errors import BoundaryError, RuleError
from nightly.learning.in_use import environment
from nightly.lock import only_one
from nightly.night import Counted, Night

log = logging.getLogger(__name__)
LOCK = "reach.lock"


def look_at_blocks(night: Night) -> Counted:
    """Have a child process look at the orders that are due; it counts in the record what it met.

    Raises BoundaryError when it did not come to its end: what is left is due the next time.
    """
    if not night.plan.vantages:
        waiting = Order.objects.filter(state__in=[*FOLLOWS]).exclude(request__in=hidden_requests())
        return {("skipped", "no vantage is configured"): waiting.count()}
    command = [sys.executable, "-P", "-m", "nightly.cli", "verify-blocks"]
    command += ["--run", str(night.run.pk), "--parent", str(os.getpid())]
    code = run_child(command, env=environment(night.plan))
    if code != 0:
        raise BoundaryError(f"the process that looks at blocks ended with exit code {code}")
    return {}


def look_for_run(plan: ReachPlan, data_dir: Path, run: Run, *, clock: Clock = utc_now) -> Counts:
    """The batch of a night; where another process is at it, that is counted and nothing done."""
    try:
        return look(plan, data_dir, run=run, clock=clock)
    except RuleError as error:
        log.warning("blocks are left to the other process: %s", error)
        reason = "another process looks at blocks"
        counts.add(run.pk, STAGE, {CountKey("", "skipped", reason): 1})
        return Counts({("skipped", reason): 1})


def look(
    plan: ReachPlan,
    data_dir: Path,
    *,
    run: Run | None = None,
    recipient: str = "",
    order: int | None = None,
    clock: Clock = utc_now,
) -> Counts:
    """One batch, in ``data_dir`` alone. Raises RuleError while another process is at it."""
    with only_one(data_dir / LOCK, "another look at blocks"):
        return check(plan, run=run, recipient=recipient, order=order, clock=clock)
