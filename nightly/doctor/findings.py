"""What a start-up check is given, and what it says."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from blocking.delivery.way import Way
from blocking.plan import ExportPlan
from blocking.reach.plan import ReachPlan
from channels.accounts.plan import AccountsPlan
from domain.clock import Clock, utc_now

log = logging.getLogger(__name__)

GIGABYTE = 10**9


class State(StrEnum):
    """How a check ended. A warning lets the night run; an error makes the doctor exit with 1."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Installation:
    """What is checked, as plain values. ``program`` is how narcowatch is called here."""

    data_dir: Path
    index_url: str
    model_dir: Path
    lexicon_dir: Path
    tor_socks: tuple[str, ...]
    tor_use: str
    proxy: str
    test_networks: tuple[str, ...]
    production: bool
    own_secret: bool
    render_use: str
    render_user: str
    render_unconfined: bool
    exports: ExportPlan
    built_file: Path
    timestamp_url: str = ""
    timestamp_ca: Path | None = None
    accounts: AccountsPlan | None = None
    searches: int = 0
    model_problem: str = ""
    reach: ReachPlan | None = None
    reach_problem: str = ""
    ways: tuple[Way, ...] = ()
    ways_problem: str = ""
    settings_origin: str = ""
    settings_refused: tuple[str, ...] = ()
    data_dir_origin: str = ""
    program: str = "narcowatch"
    disk_error_bytes: int = GIGABYTE
    disk_warning_bytes: int = 10 * GIGABYTE
    clock: Clock = utc_now


@dataclass(frozen=True, slots=True)
class Said:
    """A state with what was found and, unless all is well, what to do."""

    state: State
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One check. ``id`` never changes its meaning and is never used again."""

    id: str
    title: str
    run: Callable[[Installation], Said]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check said."""

    id: str
    title: str
    state: State
    message: str
    hint: str


def ok(message: str) -> Said:
    return Said(State.OK, message)


def warning(message: str, hint: str) -> Said:
    return Said(State.WARNING, message, hint)


def error(message: str, hint: str) -> Said:
    return Said(State.ERROR, message, hint)


def examine(checks: Sequence[Check], installation: Installation) -> list[Finding]:
    """Run every check. One that fails in a way it does not know of is an error itself."""
    return [_finding(check, installation) for check in checks]


def _finding(check: Check, installation: Installation) -> Finding:
    try:
        said = check.run(installation)
    except Exception as failure:
        log.exception("check %s failed", check.id)
        said = error(f"the check itself failed: {failure!r}", "see the log for the traceback")
    return Finding(check.id, check.title, said.state, said.message, said.hint)
