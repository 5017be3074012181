"""How many selling posts make a selling channel. Pure.

Posts are taken as independent draws: of a shop's posts about one in ten is seen to sell, the rest
being chat, notices and pictures; of any other channel's about one in a hundred is taken for
selling by mistake. The log-likelihood ratio of the two (Wald, 1945) says which it is: one selling
post among five hundred speaks against a shop, ten among two hundred for one.
"""

from __future__ import annotations

from math import exp, log

SHOP, MISTAKE = 0.1, 0.01
_FOR = log(SHOP / MISTAKE)
_AGAINST = log((1 - SHOP) / (1 - MISTAKE))
#: Log-odds against a channel of which nothing is known.
_PRIOR = -2.0


def evidence(posts: int, selling: float) -> float:
    """What so many posts say, as a log-likelihood ratio; a doubtful post counts for a part of one.
    Raises ValueError for numbers that are none."""
    if not 0 <= selling <= posts:
        raise ValueError(f"{selling} of {posts} posts cannot sell")
    return selling * _FOR + (posts - selling) * _AGAINST


def selling_odds(posts: int, selling: int) -> float:
    """Log-odds that a channel sells, ``selling`` of whose ``posts`` do."""
    return _PRIOR + evidence(posts, selling)


def sells(posts: int, selling: int) -> float:
    """The same as a probability."""
    odds = min(max(selling_odds(posts, selling), -30.0), 30.0)
    return 1 / (1 + exp(-odds))
