"""From pages to a site, from posts to a channel: one verdict over many assessments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from math import log

from classifiers.linear import sigmoid
from domain.assessment import Assessment, Role, Verdict

#: So many documents carry a verdict at most.
CARRIERS = 10
_LEAST, _MOST = 1e-6, 1 - 1e-6
# A threshold that errs on one page in a thousand errs on many sites of many pages. So the odds
# asked of a site rise with its pages for each selling one, as in Bonferroni's correction for
# repeated tests; a page this far above the threshold plainly sells, whatever stands beside it.
_SURE = 4.0


def site_verdict(
    assessments: Sequence[Assessment],
    *,
    threshold: float,
    weights: Sequence[float] | None = None,
) -> Verdict:
    """What a target amounts to, given the assessments of its documents.

    ``weights`` (1 for a fresh post, towards 0 for an old one; all 1 when left out) let recent
    posts of a channel speak louder. The probability is the strongest document's, raised by
    further selling ones and lowered by the number of documents that sell nothing; documents far
    above the threshold are lowered less. An empty sequence gives probability 0.

    Raises ValueError when there are weights for another number of documents.
    """
    if weights is not None and len(weights) != len(assessments):
        raise ValueError(f"{len(weights)} weights for {len(assessments)} assessments")
    if not assessments:
        return Verdict(0.0, 0.0, Role.OTHER)
    shares = [1.0] * len(assessments) if weights is None else list(weights)
    line = logit(threshold)
    margins = [
        min(logit(one.probability) - line, 12.0) + (log(share) if share > 0 else -20.0)
        for one, share in zip(assessments, shares, strict=True)
    ]
    selling = [at for at, one in enumerate(assessments) if one.probability >= threshold]
    order = sorted(range(len(assessments)), key=lambda at: -margins[at])
    carriers = tuple(at for at in order if at in set(selling))[:CARRIERS]
    weight_of_selling = sum(shares[at] for at in selling)
    return Verdict(
        probability=sigmoid(line + _margin(margins, len(selling))),
        selling_share=weight_of_selling / (sum(shares) or 1.0),
        role=role_among([assessments[at] for at in carriers] or assessments),
        carriers=carriers,
        substances=ranked([assessments[at] for at in carriers], lambda one: one.substances),
        regions=ranked([assessments[at] for at in carriers], lambda one: one.regions),
        langs=ranked(assessments, lambda one: one.spoken),
        restricted=any(one.restricted for one in assessments),
    )


def _margin(margins: Sequence[float], selling: int) -> float:
    """How far the target as a whole is above the threshold, in log-odds."""
    best = max(margins)
    if best <= 0:
        return best
    innocent = len(margins) - selling
    penalty = log(1 + innocent / selling) if selling else 0.0
    penalty *= max(0.0, 1 - best / _SURE)
    return best + 0.5 * log(max(selling, 1)) - penalty


def role_among(assessments: Sequence[Assessment]) -> Role:
    """The role of a target, from those of the documents that speak for it."""
    counts = Counter(one.role for one in assessments)
    if counts[Role.SHOP] or (counts[Role.LISTING] >= 2 and Role.COURIER_RECRUITMENT in counts):
        return Role.SHOP
    return max(counts, key=lambda role: (counts[role], role.value))


def ranked(
    assessments: Iterable[Assessment], field: Callable[[Assessment], Iterable[str]]
) -> tuple[str, ...]:
    """What ``field`` gives of all, most often first."""
    counts = Counter(value for one in assessments for value in field(one) if value)
    return tuple(sorted(counts, key=lambda value: (-counts[value], value)))


def logit(probability: float) -> float:
    """Log-odds, bounded where a probability is all but 0 or 1."""
    bounded = min(max(probability, _LEAST), _MOST)
    return log(bounded / (1 - bounded))
