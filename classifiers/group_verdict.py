"""From messages to a group in which accounts advertise: they speak for it, and nobody else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from classifiers.channel_verdict import HINT, HINTS, channel_verdict
from classifiers.verdict import CARRIERS, logit, ranked, role_among
from domain.assessment import Assessment, Role, Verdict


@dataclass(frozen=True, slots=True)
class Account:
    """An account that advertises: where its messages are among those of the group, and what they
    are read as one (None for a single one)."""

    messages: tuple[int, ...]
    whole: Assessment | None = None


def group_verdict(
    accounts: Sequence[Account], messages: Sequence[Assessment], *, threshold: float
) -> Verdict:
    """What a group amounts to, given the assessments of its ``messages`` and who advertises.

    Each account is judged as if its messages were a channel, and the likeliest speaks for the
    group: a thousand innocent neighbours make a seller no less of one. An account that advertises
    in code words was told by repeating itself (``channels.advertising``); no text of its says so
    plainly. It counts as just at the threshold: people are asked, and nothing else follows from it.
    Without accounts the probability is 0 whatever is said in the group. The share that sells, and
    what carries the verdict, are of the accounts' own messages.
    """
    restricted = any(one.restricted for one in messages)
    own = [at for account in accounts for at in account.messages]
    if not own:
        return Verdict(0.0, 0.0, Role.OTHER, restricted=restricted)
    judged = [
        channel_verdict(
            [messages[at] for at in account.messages], account.whole, threshold=threshold
        ).probability
        for account in accounts
        if account.messages
    ]
    line = logit(threshold) + HINT
    order = sorted(own, key=lambda at: -messages[at].probability)
    offers = [at for at in order if logit(messages[at].probability) >= line]
    carriers = tuple(offers[:CARRIERS] or order[:HINTS])
    told = [messages[at] for at in carriers]
    return Verdict(
        probability=max(threshold, *judged),
        selling_share=len(offers) / len(own),
        role=role_among(told),
        carriers=carriers,
        substances=ranked(told, lambda one: one.substances),
        regions=ranked(told, lambda one: one.regions),
        langs=ranked([messages[at] for at in own], lambda one: one.spoken),
        restricted=restricted,
    )
