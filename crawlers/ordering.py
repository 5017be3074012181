"""In what order a crawl fetches: best first by what it learns, or first come first served."""

from __future__ import annotations

import logging
import random
from typing import Protocol

from classifiers.cascade import Glance
from crawlers.fetches import Job
from crawlers.focus import Lead, LinkModel, Yield
from crawlers.models import LinkModelState
from crawlers.sites import Site

log = logging.getLogger(__name__)
_KEPT_EVERY = 100


class Order(Protocol):
    """Values the URLs of a frontier. Used by the writer thread alone."""

    def open(self, run_id: int, sites: list[Site]) -> None:
        """Take in what earlier starts of the run have learned."""
        ...

    def worth(self, site: Site, lead: Lead, url: str, depth: int) -> float:
        """The priority of a URL of ``site``: more is fetched sooner."""
        ...

    def explored(self, room: int) -> int:
        """How many of the next ``room`` URLs are chosen by chance."""
        ...

    def learn(self, site: Site, job: Job, glance: Glance) -> None:
        """Take in what a fetched page turned out to be."""
        ...

    def keep(self) -> None:
        """Write down what was learned, in the transaction that stores the pages."""
        ...


class BestFirst:
    """By the expected probability that the page sells; ``share`` of the fetches by chance.

    ``sells_from`` is the probability from which a page counts as selling.
    """

    def __init__(self, share: float, sells_from: float) -> None:
        self._share = share
        self._sells_from = sells_from
        self._model = LinkModel()
        self._all = Yield()
        self._run_id = 0
        self._owed = 0.0
        self._unkept = 0

    def open(self, run_id: int, sites: list[Site]) -> None:
        """See ``Order``."""
        self._run_id = run_id
        for site in sites:
            self._all.scored += site.given.scored
            self._all.reward += site.given.reward
        stored = LinkModelState.objects.filter(run_id=run_id).values_list("stored", flat=True)
        if (kept := stored.first()) is not None:
            try:
                self._model = LinkModel.load(bytes(kept))
            except ValueError as error:
                log.warning("run %s learns the worth of links anew: %s", run_id, error)

    def worth(self, site: Site, lead: Lead, url: str, depth: int) -> float:
        """See ``Order``."""
        return self._model.worth(lead, url, depth, site.given, self._mean())

    def explored(self, room: int) -> int:
        """See ``Order``."""
        self._owed += self._share * room
        due = int(self._owed)
        self._owed -= due
        return due

    def learn(self, site: Site, job: Job, glance: Glance) -> None:
        """See ``Order``."""
        probability = glance.selling
        self._model.learn(job.lead, job.url, job.depth, site.given, self._mean(), probability)
        sells = probability >= self._sells_from
        site.given.add(probability, sells=sells)
        self._all.add(probability, sells=sells)
        self._unkept += 1

    def keep(self) -> None:
        """See ``Order``."""
        if self._unkept >= _KEPT_EVERY:
            self._unkept = 0
            LinkModelState.objects.update_or_create(
                run_id=self._run_id, defaults={"stored": self._model.dump()}
            )

    def _mean(self) -> float:
        return self._all.rate(_EXPECTED)


#: The share of selling pages that a crawl expects before it has seen any.
_EXPECTED = 0.05


class FirstCome:
    """Breadth first: in the order in which URLs were found."""

    def open(self, run_id: int, sites: list[Site]) -> None:
        """Nothing is learned."""

    def worth(self, site: Site, lead: Lead, url: str, depth: int) -> float:
        """The same for all."""
        return 0.0

    def explored(self, room: int) -> int:
        """None."""
        return 0

    def learn(self, site: Site, job: Job, glance: Glance) -> None:
        """Nothing is learned."""

    def keep(self) -> None:
        """Nothing is learned."""


def by_chance(low: int, high: int) -> int:
    """A row number between ``low`` and ``high``, for an entry chosen by chance."""
    return random.randint(low, max(low, high))  # noqa: S311 - spreads fetches, guards nothing
