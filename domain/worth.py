"""How much a look at a case is worth, so that the queue begins where most is to be gained.

The value of a look is the chance that it ends a sale times what that sale does: how many it
reaches, whether it still goes on, how many copies fall with it. Factors are smooth and bounded, so
that none of them alone carries an unlikely shop before a likely one of the same size: with equal
reach, freshness and family the order is that of the probability.
"""

from __future__ import annotations

from datetime import timedelta
from math import exp2, log2, log10

#: A shop not seen for so long is worth half; one that was seen in none, a quarter at least.
HALF_LIFE = timedelta(days=30)
_LEAST_FRESH = 0.25
_MOST_READERS = 1_000_000
_MOST_RELATED = 64
_LAPSED = 1.5


def worth(
    probability: float,
    *,
    reach: int = 0,
    unseen_for: timedelta = timedelta(),
    family: int = 1,
    lapsed: bool = False,
) -> float:
    """The worth of a look, 0 and up, of no unit: it orders and says nothing else.

    ``probability`` is that of selling; ``reach`` how many subscribe or visit, as far as is known;
    ``unseen_for`` the time since the target was last found selling or up; ``family`` how many
    cases one operator has, this one included; ``lapsed`` whether a block of it ran out.
    """
    readers = 1 + log10(1 + min(max(reach, 0), _MOST_READERS)) / 6
    half_lives = max(unseen_for, timedelta()) / HALF_LIFE
    fresh = max(_LEAST_FRESH, exp2(-half_lives))
    related = 1 + log2(min(max(family, 1), _MOST_RELATED)) / 12
    return probability * readers * fresh * related * (_LAPSED if lapsed else 1.0)
