"""Tips and appeals are fetched from where the public pages keep them, and what became of them is
told there. The public process never comes here.

Taken exactly once, whatever is killed when: the record knows each by a key of its own, and what
was taken is erased out there only after the record has it.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from django.db import DatabaseError, router, transaction
from django.db.models import Min

from blocking import appeals
from blocking.current import requests_in_force
from blocking.models import Appeal, Order
from cases import tips
from cases.models import Run, TipTaken, TurnedAway
from domain.candidates import Candidate, Why
from domain.clock import Clock, utc_now
from domain.errors import BoundaryError, InputError
from domain.orders import OrderState, Standing, standing_of
from domain.platforms import Platforms
from domain.states import CaseState
from domain.targets import TargetKey, parse_key
from domain.told import FINAL, Asks, Told, told_of
from nightly.night import Counted, Night
from nightly.plan import SendingRules
from review.public.models import Item, Refused, ReportedTarget, Sending
from review.public.preparing import is_made, prepare
from review.public.reading import UnreadableLink, Wrong, read_link

log = logging.getLogger(__name__)
_AT_ONCE = 200
_NOTE = 300
_PRIORITY = 1.0
_EXECUTED = (OrderState.EXECUTED, OrderState.VERIFIED)
_ENDED = {Appeal.State.UPHELD: Told.UPHELD, Appeal.State.REJECTED: Told.REJECTED}


def take_sendings(night: Night) -> Counted:
    """Take what was sent, then tell what became of it. What was taken is counted from its rows, so
    that a night killed in between counts everything."""
    return take(night.run, night.plan.sendings, clock=night.clock)


def take(run: Run, rules: SendingRules, *, clock: Clock = utc_now) -> Counted:
    """Take everything that waits into ``run``. Raises BoundaryError where the database of what was
    sent cannot be asked."""
    if not is_made():
        return {}
    try:
        prepare()
        for sending in _waiting():
            _take_one(run, sending, rules, clock)
        _take_turned_away(run, clock)
        told = _tell_tips(clock) + _tell_appeals(clock)
        erased = _erase(rules.keep_days, clock)
    except DatabaseError as error:
        raise BoundaryError(f"the database of what was sent from outside: {error}") from error
    return {**counted(run), ("out", "outcomes told"): told, ("out", "sendings erased"): erased}


def counted(run: Run) -> Counted:
    """What a run took, from its rows."""
    taken = TipTaken.objects.filter(run=run).exclude(via=TipTaken.Via.FILE)
    found = Counter[tuple[str, str]]()
    for refused in taken.values_list("refused", flat=True):
        name = ("skipped", f"tip refused: {refused}") if refused else ("in", "tips taken")
        found[name] += 1
    found["in", "appeals taken"] += Appeal.objects.filter(run=run).count()
    for row in TurnedAway.objects.filter(run=run):
        found["skipped", f"turned away outside: {row.reason}"] += row.n
    return dict(found)


def _waiting() -> Iterator[Sending]:
    """What is not taken yet, the oldest first."""
    while rows := list(
        Sending.objects.filter(taken_at=None)
        .prefetch_related("items__target")
        .order_by("pk")[:_AT_ONCE]
    ):
        yield from rows


def _take_one(run: Run, sending: Sending, rules: SendingRules, clock: Clock) -> None:
    with transaction.atomic():
        if sending.kind == Sending.Kind.APPEAL:
            _take_appeal(run, sending, rules, clock)
        else:
            for item in sending.items.all():
                _take_item(run, sending, item, rules, clock)
    sending.taken_at = clock()
    sending.text = sending.contact = ""
    sending.save(update_fields=["taken_at", "text", "contact"])


def _take_item(run: Run, sending: Sending, item: Item, rules: SendingRules, clock: Clock) -> None:
    """What the public process says is not believed: the address is read again."""
    origin = tips.Origin(_key(sending, item), sending.via, sending.sent_at, sending.text)
    try:
        target = _checked(item, rules.platforms)
    except InputError as error:
        reason = error.reason if isinstance(error, UnreadableLink) else Wrong.UNREADABLE
        shown = replace(origin, text=sending.text or item.url)
        tips.refuse(run, shown, reason.value)
        return
    note = _one_line(sending.text)[:_NOTE]
    candidate = Candidate(target, Why.TIP, url=item.url, priority=_PRIORITY, note=note)
    tips.take(run, candidate, origin, clock=clock)


def _checked(item: Item, platforms: Platforms) -> TargetKey:
    key = parse_key(str(item.target))
    written = item.url or (key.value if key.value.startswith("@") else f"http://{key.value}/")
    link = read_link(written, platforms)
    if link.target != key:
        raise InputError(f"{item.url!r} is not {key}")
    return key


def _take_appeal(run: Run, sending: Sending, rules: SendingRules, clock: Clock) -> None:
    try:
        target = read_link(sending.target, rules.platforms).target
    except InputError:
        target = None
    filed = appeals.Filed(
        key=f"appeal/{sending.key}",
        received_at=sending.sent_at,
        about=sending.target,
        asks=Asks(sending.asks),
        grounds=sending.text,
        contact=sending.contact,
        target=target,
    )
    appeals.take(run, filed, days=rules.appeal_days, clock=clock)


def _take_turned_away(run: Run, clock: Clock) -> None:
    """Days that are over: their numbers rise no more."""
    for row in list(Refused.objects.filter(day__lt=clock().date())):
        told = {"run": run, "day": row.day, "reason": row.reason, "n": row.n}
        TurnedAway.objects.get_or_create(key=row.key, defaults=told)
        row.delete()


def _tell_tips(clock: Clock) -> int:
    """Tell what became of targets that have no outcome yet."""
    done, last = 0, 0
    while rows := list(
        ReportedTarget.objects.exclude(told__in=FINAL)
        .filter(pk__gt=last, items__sending__taken_at__isnull=False)
        .annotate(item=Min("items"))
        .order_by("pk")[:_AT_ONCE]
    ):
        last = rows[-1].pk
        items = Item.objects.filter(pk__in=[row.item for row in rows]).select_related("sending")
        keys = {item.target_id: _key(item.sending, item) for item in items}
        told = _told([*keys.values()])
        for row in rows:
            if (now := told.get(keys[row.pk])) and now != row.told:
                row.told, row.told_at = now, clock()
                row.save(update_fields=["told", "told_at"])
                done += 1
    return done


def _told(keys: list[str]) -> dict[str, Told]:
    """What senders are told, by the key of a tip that was taken."""
    rows = TipTaken.objects.filter(key__in=keys).values_list(
        "key", "tip__target__case__pk", "tip__target__case__state", "tip__target__case__restricted"
    )
    found = list(rows)
    orders = Order.objects.filter(request__case__in=[case for _, case, _, _ in found if case])
    executed = set(orders.filter(state__in=_EXECUTED).values_list("request__case", flat=True))
    return {
        key: told_of(CaseState(state), restricted=restricted, executed=case in executed)
        if case
        else Told.CLOSED
        for key, case, state, restricted in found
    }


def _tell_appeals(clock: Clock) -> int:
    waiting = Sending.objects.filter(kind=Sending.Kind.APPEAL, taken_at__isnull=False)
    done = 0
    for row in waiting.exclude(told__in=FINAL - {Told.UPHELD}).order_by("pk").iterator():
        appeal = Appeal.objects.filter(key=f"appeal/{row.key}").first()
        if appeal is None:
            continue
        now = _ENDED.get(Appeal.State(appeal.state), Told.LOOKING)
        if now is Told.UPHELD and _is_lifted(appeal, clock):
            now = Told.LIFTED
        if now != row.told:
            row.told, row.told_at, row.answer = now, clock(), appeal.answer
            row.save(update_fields=["told", "told_at", "answer"])
            done += 1
    return done


def _is_lifted(appeal: Appeal, clock: Clock) -> bool:
    """Whether nobody blocks any more what the appeal is about, as every recipient has said."""
    orders = Order.objects.filter(request__case=appeal.case_id)
    states = {OrderState(state) for state in orders.values_list("state", flat=True)}
    ended = not requests_in_force(clock()).filter(case=appeal.case_id).exists()
    return ended and standing_of(states) in {Standing.LIFTED, Standing.REFUSED}


def _erase(days: int, clock: Clock) -> int:
    """Erase what had its outcome long ago; its number is unknown from then on."""
    before = clock() - timedelta(days=days)
    with transaction.atomic(using=router.db_for_write(Sending)):
        over = Sending.objects.filter(kind=Sending.Kind.APPEAL, told__in=FINAL, told_at__lt=before)
        gone = over.count()
        over.delete()
        targets = ReportedTarget.objects.filter(told__in=FINAL, told_at__lt=before)
        Item.objects.filter(target__in=targets).delete()
        targets.delete()
        empty = Sending.objects.filter(kind=Sending.Kind.TIP, items=None, taken_at__lt=before)
        gone += empty.count()
        empty.delete()
    return gone


def _key(sending: Sending, item: Item) -> str:
    return f"{sending.key}/{item.pk}"


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split()).lstrip("=")
