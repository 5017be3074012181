"""Releases are brought to their recipients: the stage of the night, and the command."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from blocking.delivery import delivering
from blocking.delivery.way import Way
from blocking.plan import ExportPlan
from blocking.signing.seal import Seal
from domain.clock import Clock, utc_now
from domain.errors import RuleError
from nightly.lock import only_one
from nightly.night import Counted, Night

log = logging.getLogger(__name__)
LOCK = "deliveries.lock"


def deliver_releases(night: Night) -> Counted:
    """Deliver what people have released; what fails is tried again by the scheduler."""
    plan = night.plan
    try:
        return deliver(plan.data_dir, plan.exports, plan.ways, plan.seal, clock=night.clock)
    except RuleError as error:
        log.warning("deliveries are left to the other process: %s", error)
        return {("skipped", "another process delivers"): 1}


def deliver(
    data_dir: Path,
    exports: ExportPlan,
    ways: tuple[Way, ...],
    seal: Callable[[], Seal | None],
    *,
    at_once: bool = False,
    clock: Clock = utc_now,
) -> Counted:
    """Deliver, in ``data_dir`` alone. Returns what was counted. Raises RuleError while another
    process does it, InputError for a key that releases cannot be signed with."""
    with only_one(data_dir / LOCK, "another delivery"):
        return dict(delivering.deliver(exports, ways, seal(), at_once=at_once, clock=clock))
