"""Listening by day: runs of half a day each, sealed and reported like a night's."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from types import FrameType

from cases import runs, sealing
from cases.models import Run
from channels.listening.listener import Listener
from channels.listening.plan import Heard, ListenPlan
from channels.options import Options
from channels.visiting import STAGE
from domain.clock import Clock, utc_now
from domain.nights import LISTEN
from nightly import reporting
from nightly.lock import only_one
from nightly.plan import Plan

#: A run ends after so long, and another one begins: what goes by its age after a day at the
#: earliest must not lie in files that are still written.
RUN_LASTS = timedelta(hours=12)
Say = Callable[[str], None]


@dataclass(slots=True)
class Stop:
    """Whether somebody asked for the end."""

    asked: bool = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        self.asked = True


@contextmanager
def until_stopped() -> Iterator[Stop]:
    """Inside, SIGTERM and Ctrl-C ask for the end instead of killing."""
    stop = Stop()
    before = {one: signal.signal(one, stop) for one in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def listen(
    plan: Plan,
    options: Options,
    listening: ListenPlan,
    stop: Stop,
    say: Say,
    *,
    for_s: float | None = None,
    clock: Clock = utc_now,
) -> Heard:
    """Listen until ``stop`` is asked for, or for ``for_s`` seconds. Returns what was heard.

    One listener at a time in one data directory, since two would poll the same channels; nights
    may go on beside it. A run that was killed is gone on with. Raises RuleError where another
    listener is at work, and what is wrong with record, disk or settings.
    """
    ends = None if for_s is None else time.monotonic() + for_s
    heard = Heard()

    def over() -> bool:
        return stop.asked or (ends is not None and time.monotonic() >= ends)

    with only_one(plan.data_dir / "listen.lock", "another listener"):
        while not over() and not heard.lost:
            run = runs.start(LISTEN, "", {}, evidence_root=plan.evidence_root, clock=clock)
            row = runs.begin_stage(run, STAGE, clock=clock)
            if row is not None:
                until = run.started_at + RUN_LASTS
                listener = Listener(run, options, listening, heard, say)
                listener.listen(partial(_either, over, until, clock))
                runs.end_stage(row, clock=clock)
            _close(run, plan, clock)
    return heard


def _either(over: Callable[[], bool], until: datetime, clock: Clock) -> bool:
    return over() or clock() >= until


def _close(run: Run, plan: Plan, clock: Clock) -> None:
    """Seal what the run has captured and close it, with its report."""
    row = runs.begin_stage(run, sealing.STAGE, clock=clock)
    if row is not None:
        sealing.seal(run.pk, plan.evidence_root, clock=clock)
        runs.end_stage(row, clock=clock)
    runs.finish(run, Run.State.COMPLETE, reporting.build(run).as_json(), clock=clock)
    run.report = reporting.build(run).as_json()
    run.save(update_fields=["report"])
