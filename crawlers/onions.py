"""Whether onions can be fetched in this crawl, and what becomes of them when they cannot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from django.db import transaction

from cases import counts
from cases.counts import CountKey
from cases.models import RunCount
from crawlers.entries import STAGE
from crawlers.frontier import TOR_DOWN, Frontier
from crawlers.models import FrontierEntry
from crawlers.sites import Site


class TorUse(StrEnum):
    """The setting ``tor.enabled``: ``auto`` means when the sources name onions."""

    AUTO = "auto"
    ON = "on"
    OFF = "off"


@dataclass(slots=True)
class Onions:
    """``answers`` probes the Tor clients, and says whether one answers; ``silent`` names those
    that do not. ``up`` is what was last said."""

    frontier: Frontier
    use: TorUse
    answers: Callable[[], bool]
    silent: Callable[[], Sequence[str]] = tuple
    up: bool = False
    _named: set[str] = field(default_factory=set)

    def open(self) -> None:
        """Probe Tor if it is wanted; close the onions among the sources if there is none."""
        onions = self._sites()
        wanted = self.use is TorUse.ON or (self.use is TorUse.AUTO and bool(onions))
        self.up = wanted and self.answers()
        self.note_silent()
        if self.up:
            FrontierEntry.objects.filter(
                run_id=self.frontier.run_id,
                state=FrontierEntry.State.DROPPED,
                reason=TOR_DOWN,
            ).update(state=FrontierEntry.State.QUEUED, reason="")
        elif self.use is TorUse.OFF:
            self._close("Tor is off", "skipped")
        else:
            self._down()

    def lost(self) -> bool:
        """A fetch could not reach Tor. Returns whether Tor really does not answer any more."""
        if self.up and not self.answers():
            self.up = False
            self._down()
        self.note_silent()
        return not self.up

    def _down(self) -> None:
        """No Tor client answers. Where one must, the run's own count says so."""
        self._close(TOR_DOWN, "failed")
        if self.use is TorUse.ON:
            self._count_once(CountKey("", "failed", TOR_DOWN))

    def note_silent(self) -> None:
        """Count each Tor client that fell silent, by name, once in a run."""
        for client in self.silent():
            if client not in self._named:
                self._named.add(client)
                self._count_once(CountKey("", "failed", f"Tor client {client} silent"[:80]))

    def _sites(self) -> list[Site]:
        return [site for site in self.frontier.sites.values() if site.is_onion]

    def _close(self, reason: str, name: str) -> None:
        for site in self._sites():
            with transaction.atomic():
                site.closed = site.closed or reason
                self.frontier.drop_queued(site)
                self._count_once(CountKey(str(site.key), name, reason))

    def _count_once(self, key: CountKey) -> None:
        run_id = self.frontier.run_id
        known = RunCount.objects.filter(run_id=run_id, stage=STAGE, **key._asdict())
        if not known.exists():
            counts.add(run_id, STAGE, {key: 1})
