"""How far people agree, and how long they take: the formulas, over plain numbers.

- Agreement beyond chance: Cohen, J. (1960), A coefficient of agreement for nominal scales,
  Educational and Psychological Measurement 20(1), 37-46.
- Its standard error for large samples: Fleiss, J. L., Cohen, J. and Everitt, B. S. (1969), Large
  sample standard errors of kappa and weighted kappa, Psychological Bulletin 72(5), 323-327; in the
  form of Fleiss, Levin and Paik (2003), Statistical Methods for Rates and Proportions, 18.15.
- One figure over several pairs of people: de Vries, H., Elliott, M. N., Kanouse, D. E. and
  Teleki, S. S. (2008), Using pooled kappa to summarize interrater agreement across many items,
  Field Methods 20(3), 272-282; here each pair weighs as many cases as it decided.
- Cases of which only a share was looked at twice weigh as many as they stand for: Horvitz, D. G.
  and Thompson, D. J. (1952), A generalization of sampling without replacement from a finite
  universe, Journal of the American Statistical Association 47(260), 663-685.
- The interval of a share: Wilson, E. B. (1927), Probable inference, the law of succession, and
  statistical inference, Journal of the American Statistical Association 22(158), 209-212.
- Quantiles: type 7 of Hyndman, R. J. and Fan, Y. (1996), Sample quantiles in statistical packages,
  The American Statistician 50(4), 361-365.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import floor, sqrt

#: Of the normal distribution, for two-sided intervals at 95 %.
Z_95 = 1.959964
Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Crossed:
    """What two people said of the same cases: how many the one called the first of a key and the
    other the second, where each stands for so many cases as the third says (1; more where only a
    share of such cases was looked at by both: Horvitz and Thompson, 1952)."""

    cells: Mapping[tuple[str, str, float], int]

    @property
    def cases(self) -> int:
        """How many cases both decided."""
        return sum(self.cells.values())

    @property
    def agreed(self) -> int:
        """In how many they said the same."""
        return sum(n for (one, other, _), n in self.cells.items() if one == other)

    @property
    def stood_for(self) -> float:
        """How many cases these stand for."""
        return sum(n * weight for (_, _, weight), n in self.cells.items())

    @property
    def observed(self) -> float | None:
        """The share of the cases stood for in which they said the same; None of nothing."""
        same = sum(n * weight for (one, other, weight), n in self.cells.items() if one == other)
        return same / self.stood_for if self.cases else None

    @property
    def expected(self) -> float | None:
        """The share in which they would, did each throw dice of their own; None of nothing."""
        if not self.cases:
            return None
        return sum(self.share(0, word) * self.share(1, word) for word in self._words())

    def _words(self) -> list[str]:
        return sorted({word for one, other, _ in self.cells for word in (one, other)})

    def share(self, who: int, word: str) -> float:
        """How often the first (0) or the second (1) of the two said ``word``."""
        said = sum(n * key[2] for key, n in self.cells.items() if key[who] == word)
        return said / self.stood_for


def kappa(crossed: Crossed) -> float | None:
    """Cohen's kappa, -1 to 1: 0 is what chance gives. None where it says nothing: no case, or both
    always said one and the same."""
    observed, expected = crossed.observed, crossed.expected
    if observed is None or expected is None or expected >= 1:
        return None
    return (observed - expected) / (1 - expected)


def kappa_interval(crossed: Crossed) -> Interval | None:
    """The interval of kappa at 95 %, within -1 to 1; None where there is no kappa. It is meant for
    large samples: below some 30 cases it says little.

    The delta method over the counts of the cells: of cases that all weigh 1 it is the formula of
    Fleiss, Cohen and Everitt (1969).
    """
    found, observed, expected = kappa(crossed), crossed.observed, crossed.expected
    if found is None or observed is None or expected is None:
        return None
    variance = 0.0
    for (one, other, weight), n in crossed.cells.items():
        by_chance = crossed.share(1, one) + crossed.share(0, other) - 2 * expected
        slope = ((one == other) - observed) / (1 - expected)
        slope -= by_chance * (1 - observed) / (1 - expected) ** 2
        variance += n * (weight * slope / crossed.stood_for) ** 2
    return _around(found, sqrt(variance))


def pooled_kappa(pairs: Iterable[Crossed]) -> float | None:
    """One kappa over several pairs of people (de Vries and others, 2008); None as for one."""
    rows = [(one.cases, one.observed or 0.0, one.expected or 0.0) for one in pairs if one.cases]
    beyond = sum(n * (1 - expected) for n, _, expected in rows)
    if beyond <= 0:
        return None
    return sum(n * (observed - expected) for n, observed, expected in rows) / beyond


def share_interval(hits: int, count: int) -> Interval:
    """Wilson's interval at 95 % of the share ``hits / count``."""
    if not count:
        return 0.0, 1.0
    share, z2 = hits / count, Z_95 * Z_95
    centre = share + z2 / (2 * count)
    spread = Z_95 * sqrt(share * (1 - share) / count + z2 / (4 * count * count))
    scale = 1 + z2 / count
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def quantile(counts: Mapping[float, int], share: float) -> float | None:
    """The value below which ``share`` of the values lie (Hyndman and Fan, type 7); ``counts`` says
    how often each value was seen. None of nothing."""
    total = sum(counts.values())
    if not total:
        return None
    at = (total - 1) * share
    low = floor(at)
    first, second = _nth(counts, low), _nth(counts, min(low + 1, total - 1))
    return first + (at - low) * (second - first)


def _nth(counts: Mapping[float, int], place: int) -> float:
    seen = 0
    for value in sorted(counts):
        seen += counts[value]
        if seen > place:
            return value
    raise IndexError(place)


def _around(value: float, error: float) -> Interval:
    return max(-1.0, value - Z_95 * error), min(1.0, value + Z_95 * error)
