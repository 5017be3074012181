"""What looking at a channel is worth: learned from what earlier looks brought. Pure.

A logistic regression over how the channel is named and where, starting from weights under which
the order is sensible and moving by AdaGrad (Duchi et al., 2011) with each look's outcome. What led
to the parent counts on, halved at each step (shark-search, Hersovici et al., 1998).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, log1p, sqrt

from channels.snowball.clues import Clue, Via

#: What is left of a channel's relevance one step further.
INHERITED = 0.5
_RATE = 0.3
_INERTIA = 4.0
_VIAS = tuple(Via)
#: What is believed before anything was learned, in the order of ``features``.
_BEGINNING = (-3.0, 2.5, 0.5, 1.0, 2.0, 3.0, 0.3, 0.3, 2.0)
_BY_VIA = {Via.FORWARD: 0.6, Via.BUTTON: 0.5, Via.LINK: 0.2, Via.SIMILAR: 0.4, Via.ABOUT: 0.6}
Features = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a parent: how likely it sells by its own posts, what led to it
    (``inherited``), how many of the looks at what it names paid off (``rate``), and how many
    steps it is away from a source that was asked for."""

    sells: float = 0.0
    inherited: float = 0.0
    rate: float = 0.0
    depth: int = 0

    @property
    def onward(self) -> float:
        """What a channel that it names inherits."""
        return max(self.sells, INHERITED * self.inherited)


def features(clue: Clue, parent: Standing, support: float) -> Features:
    """The numbers that a look is judged by. ``support`` is how likely the other channels that
    name it sell, summed."""
    return (
        1.0,
        clue.selling,
        clue.about_drugs,
        parent.onward,
        parent.sells,
        parent.rate,
        log1p(support),
        1 / (1 + parent.depth),
        float(clue.reserve),
        *(float(clue.via is via) for via in _VIAS),
    )


class Worth:
    """The weights of one night."""

    def __init__(self) -> None:
        self._weights = [*_BEGINNING, *(_BY_VIA.get(via, 0.0) for via in _VIAS)]
        self._squares = [_INERTIA] * len(self._weights)

    @classmethod
    def learned(cls, looks: Iterable[tuple[Sequence[float], float]]) -> Worth:
        """Weights after ``looks``: features, and what came of it (0 to 1), oldest first. Looks
        with another number of features, of an older version, teach nothing."""
        worth = cls()
        for given, outcome in looks:
            if len(given) == len(worth._weights):
                worth.learn(given, outcome)
        return worth

    def of(self, given: Sequence[float]) -> float:
        """The expected probability, 0 to 1, that the channel sells."""
        return _sigmoid(sum(w * x for w, x in zip(self._weights, given, strict=True)))

    def learn(self, given: Sequence[float], outcome: float) -> None:
        """Take in what a look brought."""
        error = self.of(given) - outcome
        for at, value in enumerate(given):
            if value:
                gradient = error * value
                self._squares[at] += gradient * gradient
                self._weights[at] -= _RATE * gradient / sqrt(self._squares[at])


#: How many looks' worth the rate of what led to a parent counts for in its own.
_PRIOR_LOOKS = 2.0


def rate(looks: int, paid: float, before: float) -> float:
    """The share of looks at what a parent names that paid off, drawn towards ``before``, the rate
    of what led to the parent, while there are few: a ring inherits its own failures."""
    return (paid + _PRIOR_LOOKS * before) / (looks + _PRIOR_LOOKS)


def _sigmoid(logit: float) -> float:
    return 1 / (1 + exp(-logit)) if logit >= 0 else exp(logit) / (1 + exp(logit))
