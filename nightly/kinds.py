"""Which kinds of targets each kind of run reads."""

from __future__ import annotations

from collections.abc import Mapping

from cases.models import Run
from domain.nights import LISTEN
from domain.targets import TargetKind

SITES = (TargetKind.HOST, TargetKind.ONION, TargetKind.URL)
CHANNELS = (TargetKind.TELEGRAM,)
READ_BY: Mapping[str, tuple[TargetKind, ...]] = {
    "night": (*SITES, *CHANNELS),
    "crawl": SITES,
    "channels": CHANNELS,
    LISTEN: CHANNELS,
}


def read_by(run: Run) -> tuple[TargetKind, ...]:
    """The kinds that ``run`` reads: every one, for a run of a kind not known here."""
    return READ_BY.get(run.kind, tuple(TargetKind))
