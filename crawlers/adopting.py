"""Which of the targets found on the way a crawl looks at itself, within its limits."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from cases.models import CandidateRow, RunSource
from crawlers.entries import NewSource
from crawlers.frontier import Frontier
from crawlers.sites import ASKED_FOR, Site
from crawlers.visits import destinations
from domain.candidates import Candidate, Why
from domain.targets import TargetKey, TargetKind

_REMEMBERED = 50_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a candidate.

    ``noted`` says that it is written down (once for each parent), ``source`` that the run looks
    at it from now on. Where it is left out, ``reason`` is counted under ``name``.
    """

    noted: bool = False
    source: NewSource | None = None
    name: str = ""
    reason: str = ""


class Adopter:
    """``domain_of`` gives the registrable domain of a host; ``tor`` says whether onions are
    fetched."""

    def __init__(self, frontier: Frontier, domain_of: Callable[[str], str], *, tor: bool) -> None:
        self._frontier = frontier
        self._limits = frontier.limits
        self._domain_of = domain_of
        self._tor = tor
        self._hosts: dict[str, set[str]] = {}
        self._noted: OrderedDict[tuple[TargetKey, TargetKey | None], None] = OrderedDict()
        self._new_sites = 0
        self._adopted: set[TargetKey] = set()

    def open(self) -> None:
        """Load what the run has found so far."""
        run_id = self._frontier.run_id
        for rows in (CandidateRow.objects, RunSource.objects):
            hosts = rows.filter(run_id=run_id, target__kind=TargetKind.HOST)
            for host in hosts.values_list("target__value", flat=True).distinct().iterator():
                self._hosts.setdefault(self._domain_of(host), set()).add(host)
        found = RunSource.objects.filter(run_id=run_id).exclude(why__in=ASKED_FOR)
        found = found.exclude(target__in=destinations(run_id))
        self._new_sites = found.exclude(target__kind=TargetKind.TELEGRAM).count()

    def consider(
        self, candidate: Candidate, parent: Site, hops: int, moved: Site | None = None
    ) -> Verdict:
        """Whether ``candidate``, found on ``parent`` and ``hops`` sites away, is looked at.

        ``moved`` is the source whose first page redirects there, if one does. Where that one was
        asked for, so is the candidate: it needs no budget.
        """
        target, belongs = candidate.target, moved is not None and moved.asked_for
        if not self._domain_has_room(target, unbounded=belongs):
            return Verdict(name="dropped", reason="too many names of one domain")
        noted = self._is_new(target, candidate.parent)
        known = target in self._adopted or target in self._frontier.sites
        if not belongs and (known or target.kind is TargetKind.TELEGRAM):
            return Verdict(noted)
        if not known and (reason := self._reason_against(parent, target, hops, belongs)):
            return Verdict(noted, name="skipped", reason=reason)
        if not known and not belongs:
            parent.brought += 1
            self._new_sites += 1
        self._adopted.add(target)
        why = candidate.why if belongs else Why.LINK
        queued = moved is not None and not known
        return Verdict(noted, NewSource(target, candidate.url, hops, why, belongs, queued))

    def _domain_has_room(self, target: TargetKey, *, unbounded: bool) -> bool:
        if target.kind is not TargetKind.HOST:
            return True
        hosts = self._hosts.setdefault(self._domain_of(target.value), set())
        if target.value in hosts:
            return True
        if len(hosts) >= self._limits.max_hosts_per_domain and not unbounded:
            return False
        hosts.add(target.value)
        return True

    def _is_new(self, target: TargetKey, parent: TargetKey | None) -> bool:
        pair = (target, parent)
        if pair in self._noted:
            self._noted.move_to_end(pair)
            return False
        self._noted[pair] = None
        if len(self._noted) > _REMEMBERED:
            self._noted.popitem(last=False)
        return True

    def _reason_against(self, parent: Site, target: TargetKey, hops: int, belongs: bool) -> str:
        if target.kind is TargetKind.ONION and not self._tor:
            return "onion service, and Tor is off"
        if belongs:
            return ""
        if not self._limits.follow_discovered:
            return "new sites are not followed"
        if hops > self._limits.max_site_hops:
            return "too many sites away"
        if self._new_sites >= self._limits.max_new_sites:
            return "budget of new sites"
        if parent.brought >= self._limits.max_new_sites_per_site:
            return "too many sites of one parent"
        return ""
