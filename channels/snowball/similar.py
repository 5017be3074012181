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
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from cases import counts, intake
from cases.counts import CountKey
from cases.evidence import EvidenceWriter
from cases.models import Capture, Run, Target
from channels.documents import capture_of
from channels.identity import introduce
from channels.posts import Fetch, NamedChannel
from channels.snowball.clues import Clue, Via
from channels.snowball.frontier import PAYS
from channels.snowball.keeping import note
from channels.snowball.models import ChannelYield
from domain.candidates import Candidate, Why
from domain.captures import OF_A_GROUP, Egress
from domain.clock import Clock, utc_now
from domain.states import CaseState
from domain.targets import TargetKey, TargetKind, telegram_key

STAGE = "channels"
#: A channel is not asked about again for so long: the answers hardly change.
ASKED_ANEW = timedelta(days=30)
_SELLS = (CaseState.IN_REVIEW, CaseState.ESCALATED, CaseState.CONFIRMED, CaseState.REQUESTED)
_NOT_SHOWN = "similar channels not shown to ordinary accounts"


@dataclass(frozen=True, slots=True)
class Similar:
    """An answer (https://core.telegram.org/method/channels.getChannelRecommendations): the
    channels shown, and how many there are in truth."""

    channels: tuple[NamedChannel, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What asking took and brought: None where there was no answer. ``again`` says that another
    night may get one."""

    fetches: tuple[Fetch, ...]
    similar: Similar | None = None
    again: bool = False


class SimilarSource(Protocol):
    """Whoever can ask Telegram: an account."""

    def similar_of(self, channel: str) -> Asked:
        """The channels similar to ``channel``, a username, or a number that the account knows.
        Raises what ends the account's work."""


def candidates_of(parent: TargetKey, similar: Similar) -> list[Candidate]:
    """What an answer about ``parent`` leads to, each channel once, as Telegram orders them."""
    keys = dict.fromkeys(telegram_key(numeric_id=one.numeric_id) for one in similar.channels)
    return [
        Candidate(key, Why.SIMILAR, parent=parent, priority=0.7) for key in keys if key != parent
    ]


def to_ask(run: Run, most: int, *, clock: Clock = utc_now) -> QuerySet[ChannelYield]:
    """The channels whose similar ones are worth asking for and that nobody asks about now, the
    likeliest to sell first: those that this run read and of whose posts one at least sells, or
    whose cases people look at. Groups, whose captures are redacted, have none. ``most`` bounds what
    one run asks."""
    before = clock() - ASKED_ANEW
    under_way = ~Q(asked_by="")
    left = max(0, most - ChannelYield.objects.filter(Q(similar_run=run) | under_way).count())
    rows = ChannelYield.objects.filter(target__visits__run=run, target__visits__done=True)
    rows = rows.filter(Q(similar_run=None) | ~Q(similar_run=run), asked_by="")
    rows = rows.filter(Q(similar_asked_at=None) | Q(similar_asked_at__lt=before))
    rows = rows.filter(Q(selling__gt=0) | Q(outcome__gte=PAYS) | Q(target__case__state__in=_SELLS))
    group = Capture.objects.filter(target=OuterRef("target"), redacted__startswith=OF_A_GROUP)
    rows = rows.exclude(target__value__startswith="@").exclude(Exists(group))
    rows = rows.select_related("target").distinct()
    return rows.order_by(F("outcome").desc(nulls_last=True), "pk") if left else rows.none()


def keep(
    run: Run, parent: Target, asked: Asked, evidence: EvidenceWriter, *, clock: Clock = utc_now
) -> int:
    """Store what was asked about ``parent``. Returns how many channels are new to the record.

    What a similar channel promises is what its parent's own posts say; nothing is divided, since
    the list is Telegram's and not the parent's.
    """
    known = Target.objects.count()

    def also() -> None:
        row, _ = ChannelYield.objects.get_or_create(target=parent)
        row.similar_run, row.asked_by = run, ""
        if not asked.again:
            row.similar_asked_at = clock()
        row.save(update_fields=["similar_run", "asked_by", "similar_asked_at"])
        if asked.similar is not None:
            _follow(run, parent, row.outcome or 0.0, asked.similar, clock)

    records = [capture_of(fetch, parent.key, Egress.TELEGRAM) for fetch in asked.fetches]
    intake.store(run.pk, STAGE, records, evidence, also=also, retention="posts", clock=clock)
    return max(0, Target.objects.count() - known)


def give_up(run: Run, parent: Target, key: CountKey) -> None:
    """Ask no more about ``parent`` in ``run``, counted as ``key``; another night may."""
    with transaction.atomic():
        ChannelYield.objects.filter(target=parent).update(similar_run=run, asked_by="")
        counts.add(run.pk, STAGE, {key: 1})


def _follow(run: Run, parent: Target, selling: float, similar: Similar, clock: Clock) -> None:
    for one in similar.channels:
        if one.username:
            introduce(run.pk, telegram_key(numeric_id=one.numeric_id), one.username, clock=clock)
    found = candidates_of(parent.key, similar)
    intake.note_candidates(run.pk, found, clock=clock)
    clue = Clue(Via.SIMILAR, selling=selling, about_drugs=selling)
    for child in _rows(candidate.target for candidate in found):
        note(parent, child, clue, clock=clock)
    if (hidden := similar.total - len(similar.channels)) > 0:
        counts.add(run.pk, STAGE, {CountKey(str(parent), "skipped", _NOT_SHOWN): hidden})


def _rows(keys: Iterable[TargetKey]) -> Iterable[Target]:
    values = [key.value for key in keys]
    return Target.objects.filter(kind=TargetKind.TELEGRAM, value__in=values)
