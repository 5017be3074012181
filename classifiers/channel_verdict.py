"""From posts to a channel: what a channel amounts to, read by posts and read as one."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log

from classifiers.linear import sigmoid
from classifiers.verdict import CARRIERS, logit, ranked, role_among
from domain.assessment import Assessment, Role, Verdict
from domain.selling import evidence

#: So many of the likeliest posts speak for the channel: many doubtful ones add up to no shop.
_LOUDEST = 5
#: What is asked of the whole beyond the threshold, in log-odds: more text, more chances to err.
_MORE = 0.5
#: Posts this far below the threshold may carry a verdict to which no post alone comes up.
HINT, HINTS = -2.0, 3


def channel_verdict(
    posts: Sequence[Assessment], whole: Assessment | None, *, threshold: float
) -> Verdict:
    """What a channel amounts to, given the assessments of its posts (and of its description) and of
    the newest of them read as one text.

    Two witnesses must agree: prices and weights of a cook read as a shop together, but no post of
    his does; a post of court news may read as an offer, but not beside the others. So the
    probability is that of the weaker witness; where one of them says no, the other softens it. The
    posts' own word is that of the likeliest five, added up as odds, less what speaks against a
    shop so few of whose posts sell (``domain.selling``). Without ``whole`` the posts speak alone.
    No posts give probability 0.
    """
    if not posts:
        return Verdict(0.0, 0.0, Role.OTHER)
    line = logit(threshold)
    margins = [logit(one.probability) - line for one in posts]
    order = sorted(range(len(posts)), key=lambda at: -margins[at])
    hints = sum(sigmoid(margin) for margin in margins if margin >= HINT)
    alone = log(sum(exp(margins[at]) for at in order[:_LOUDEST]))
    sure = min(max(1 + alone, 0.0), 1.0)  # what nobody takes for selling needs no correction
    alone += sure * min(0.0, evidence(len(posts), hints))
    together = alone
    if whole is not None:
        together = logit(whole.probability) - line - _MORE * (1 - 1 / len(posts))
    margin = _agreed(alone, together)
    selling = [at for at in order if margins[at] >= 0]
    carriers = tuple(selling[:CARRIERS])
    if margin >= 0 and not carriers:
        carriers = tuple(at for at in order[:HINTS] if margins[at] >= HINT)
    told = [posts[at] for at in carriers] or ([whole] if whole is not None else [])
    return Verdict(
        probability=sigmoid(line + margin),
        selling_share=len(selling) / len(posts),
        role=role_among(told or posts),
        carriers=carriers,
        substances=ranked(told, lambda one: one.substances),
        regions=ranked(told, lambda one: one.regions),
        langs=ranked(posts, lambda one: one.spoken),
        restricted=any(one.restricted for one in posts),
    )


def _agreed(one: float, other: float) -> float:
    low, high = sorted((one, other))
    return low if low >= 0 else (low + min(high, 0.0)) / 2
