"""New hits of saved searches are looked for and told: the stage of the night, and the command."""

from __future__ import annotations

import logging
from collections import Counter
from pathlib import Path

from cases.models import Run
from domain.clock import Clock, utc_now
from domain.errors import IndexingError, RuleError
from index.opening import open_engine
from nightly.lock import only_one
from nightly.night import Counted, Night
from review.alerts import looking, sending
from review.alerts.plan import AlertPlan
from review.models import Alert

log = logging.getLogger(__name__)
LOCK = "alerts.lock"
_MADE, _SENT = ("out", "alerts made"), ("out", "alerts sent")
_AGAIN = ("out", "alerts sent again after being cut short")


def tell_alerts(night: Night) -> Counted:
    """Look for new hits of saved searches and tell their owners.

    What was made and sent is counted from its rows, so that a night killed in between tells all.
    """
    plan, run = night.plan, night.run
    try:
        counted = tell(
            plan.alerts, plan.data_dir, plan.index_url, plan.index_path, run, clock=night.clock
        )
    except RuleError as error:
        log.warning("alerts are left to the other process: %s", error)
        return {("skipped", "another process tells alerts"): 1}
    sent = Alert.objects.filter(sent_in=run).count()
    return {
        **counted,
        _MADE: Alert.objects.filter(made_in=run).count(),
        _SENT: sent - counted.get(_AGAIN, 0),
    }


def tell(
    plan: AlertPlan,
    data_dir: Path,
    index_url: str,
    index_path: Path,
    run: Run | None = None,
    *,
    clock: Clock = utc_now,
) -> Counted:
    """Look and send, in ``data_dir`` alone. Returns what was counted; where the index fails, what
    waits already is sent all the same. Raises RuleError while another process does it."""
    counted = Counter[tuple[str, str]]()
    with only_one(data_dir / LOCK, "another telling of alerts"):
        if looking.watched():
            try:
                engine = open_engine(index_url, index_path)
                try:
                    counted += looking.look(engine, run, clock=clock)
                finally:
                    engine.close()
            except IndexingError as error:
                log.error("new hits were not looked for: %s", error)
                counted[("failed", "index")] += 1
        if sending.unsent():
            counted += sending.send(plan, run, clock=clock)
    return dict(counted)
