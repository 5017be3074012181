"""Channels that Telegram calls similar to another: told to accounts alone, stored as candidates.

The account reader asks (``SimilarSource``), within its budget; what is asked, and what is made of
the answer, stands here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from django.db import transaction
from django.db.models import Q

from cases import counts, intake
from cases.counts import CountKey
from cases.models import Run, Target
from channels.identity import introduce
from channels.snowball.clues import Clue, Via
from channels.snowball.frontier import PAYS
from channels.snowball.keeping import note
from channels.snowball.models import ChannelYield
from domain.candidates import Candidate, Why
from domain.clock import Clock, utc_now
from domain.states import CaseState
from domain.targets import TargetKey, TargetKind, telegram_key

STAGE = "channels"
#: A channel is not asked about again for so long: the answers hardly change.
ASKED_ANEW = timedelta(days=30)
_SELLS = (CaseState.IN_REVIEW, CaseState.ESCALATED, CaseState.CONFIRMED, CaseState.REQUESTED)
_NOT_SHOWN = "similar channels not shown to ordinary accounts"


@dataclass(frozen=True, slots=True)
class SimilarChannel:
    """One channel of an answer. ``username`` is in lower case, empty for none."""

    numeric_id: int
    username: str = ""


@dataclass(frozen=True, slots=True)
class Similar:
    """An answer (https://core.telegram.org/method/channels.getChannelRecommendations): the
    channels shown, and how many there are in truth."""

    channels: tuple[SimilarChannel, ...]
    total: int


class SimilarSource(Protocol):
    """Whoever can ask Telegram: an account."""

    def similar_of(self, channel: str) -> Similar | None:
        """The channels similar to ``channel`` (a username, or a number that the account knows);
        None where nothing came back. Raises what ends the account's work."""


def candidates_of(parent: TargetKey, similar: Similar) -> list[Candidate]:
    """What an answer about ``parent`` leads to, each channel once, as Telegram orders them."""
    keys = dict.fromkeys(telegram_key(numeric_id=one.numeric_id) for one in similar.channels)
    return [
        Candidate(key, Why.SIMILAR, parent=parent, priority=0.7) for key in keys if key != parent
    ]


def to_ask(run: Run, most: int, *, clock: Clock = utc_now) -> list[Target]:
    """The channels whose similar ones are worth asking for, the likeliest to sell first: those that
    this run read and whose posts sell, or whose cases people look at."""
    before = clock() - ASKED_ANEW
    rows = ChannelYield.objects.filter(target__visits__run=run, target__visits__done=True)
    rows = rows.filter(Q(similar_asked_at=None) | Q(similar_asked_at__lt=before))
    rows = rows.filter(Q(outcome__gte=PAYS) | Q(target__case__state__in=_SELLS))
    rows = rows.exclude(target__value__startswith="@").select_related("target").distinct()
    return [row.target for row in rows.order_by("-outcome", "pk")[:most]]


def keep(run: Run, parent: Target, similar: Similar | None, *, clock: Clock = utc_now) -> int:
    """Store an answer about ``parent``. Returns how many channels are new to the record.

    What a similar channel promises is what its parent's own posts say; nothing is divided, since
    the list is Telegram's and not the parent's.
    """
    with transaction.atomic():
        row, _ = ChannelYield.objects.get_or_create(target=parent)
        row.similar_asked_at = clock()
        row.save(update_fields=["similar_asked_at"])
        if similar is None:
            return 0
        known = Target.objects.count()
        for one in similar.channels:
            if one.username:
                key = telegram_key(numeric_id=one.numeric_id)
                introduce(run.pk, key, one.username, clock=clock)
        found = candidates_of(parent.key, similar)
        intake.note_candidates(run.pk, found, clock=clock)
        new = max(0, Target.objects.count() - known)
        clue = Clue(Via.SIMILAR, selling=row.outcome or 0.0, about_drugs=row.outcome or 0.0)
        for child in _rows(candidate.target for candidate in found):
            note(parent, child, clue, clock=clock)
        if (hidden := similar.total - len(similar.channels)) > 0:
            counts.add(run.pk, STAGE, {CountKey(str(parent), "skipped", _NOT_SHOWN): hidden})
    return new


def ask(run: Run, source: SimilarSource, most: int, *, clock: Clock = utc_now) -> int:
    """Ask ``source`` about the channels that are worth it. Returns how many channels are new."""
    new = 0
    for parent in to_ask(run, most, clock=clock):
        new += keep(run, parent, source.similar_of(parent.value), clock=clock)
    return new


def _rows(keys: Iterable[TargetKey]) -> Iterable[Target]:
    values = [key.value for key in keys]
    return Target.objects.filter(kind=TargetKind.TELEGRAM, value__in=values)
