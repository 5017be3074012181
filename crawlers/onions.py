"""Whether onions can be fetched in this crawl, and what becomes of them when they cannot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction

from cases import counts
from cases.counts import CountKey
from cases.models import RunCount
from crawlers.frontier import STAGE, TOR_DOWN, Frontier
from crawlers.models import FrontierEntry
from crawlers.sites import Site


class TorUse(StrEnum):
    """The setting ``tor.enabled``: ``auto`` means when the sources name onions."""

    AUTO = "auto"
    ON = "on"
    OFF = "off"


@dataclass(slots=True)
class Onions:
    """``answers`` probes Tor's SOCKS port; ``up`` is what it last said."""

    frontier: Frontier
    use: TorUse
    answers: Callable[[], bool]
    up: bool = False

    def open(self) -> None:
        """Probe Tor if it is wanted; close the onions among the sources if there is none."""
        onions = self._sites()
        wanted = self.use is TorUse.ON or (self.use is TorUse.AUTO and bool(onions))
        self.up = wanted and self.answers()
        if self.up:
            FrontierEntry.objects.filter(
                run_id=self.frontier.run_id,
                state=FrontierEntry.State.DROPPED,
                reason=TOR_DOWN,
            ).update(state=FrontierEntry.State.QUEUED, reason="")
        elif self.use is TorUse.OFF:
            self._close("Tor is off", "skipped")
        else:
            self._close(TOR_DOWN, "failed")

    def lost(self) -> bool:
        """A fetch could not reach Tor. Returns whether Tor really does not answer any more."""
        if self.up and not self.answers():
            self.up = False
            self._close(TOR_DOWN, "failed")
        return not self.up

    def _sites(self) -> list[Site]:
        return [site for site in self.frontier.sites.values() if site.is_onion]

    def _close(self, reason: str, name: str) -> None:
        for site in self._sites():
            with transaction.atomic():
                site.closed = site.closed or reason
                self.frontier.drop_queued(site)
                key = CountKey(str(site.key), name, reason)
                known = RunCount.objects.filter(
                    run_id=self.frontier.run_id, stage=STAGE, source=key.source
                )
                if not known.filter(name=key.name, reason=key.reason).exists():
                    counts.add(self.frontier.run_id, STAGE, {key: 1})
