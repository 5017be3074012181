"""Listening: updates are taken in as they come, and all channels are polled whatever they say.

One thread owns the record. Updates do not move a channel's cursor: polling alone does, so that a
post which no update told of is read in any case, and one that both tell of is stored once.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from functools import partial

from django.db import DatabaseError

from cases.models import DocumentRow, Run, Target
from channels.account_run import retire
from channels.accounts import pool
from channels.accounts.ledger import RequestClass, Retired, Spent
from channels.documents import ABOUT
from channels.identity import username_of
from channels.listening.desk import Desk
from channels.listening.ears import Ears
from channels.listening.news import NewsReader, brings_news
from channels.listening.plan import Heard, ListenPlan
from channels.listening.seat import Seat, first_free
from channels.listening.watching import Watched, chosen, has_preview, is_being_read
from channels.models import GonePost
from channels.mtproto.failures import AccountLost, Unreachable
from channels.options import AccountReading, Options
from channels.posts import ChannelReader
from domain.captures import Outcome
from domain.errors import EvidenceError, RecordError

log = logging.getLogger(__name__)
_FATAL = (DatabaseError, EvidenceError, RecordError, OSError)
_READ = (Outcome.OK, Outcome.EMPTY)
#: The first pause after a connection failed; it doubles up to the polling interval.
_PAUSE_S = 2.0
_LONGEST_NAP_S = 0.5
#: Pauses vary by this share.
_JITTER = 0.1


class Listener:
    """Listens for one run. ``say`` is told what an operator should know; ``heard`` is added to.

    Raises what is wrong with record, disk or settings, and RecordError where another process is
    the account that ``plan`` names.
    """

    def __init__(
        self,
        run: Run,
        options: Options,
        plan: ListenPlan,
        heard: Heard,
        say: Callable[[str], None] = lambda text: None,
    ) -> None:
        self._run, self._options, self._plan = run, options, plan
        self._heard, self._say = heard, say
        self._watched: dict[int, Watched] = {}
        self._seat: Seat | None = None
        self._ears: Ears | None = None
        self._sit_at = self._look_at = self._connect_at = 0.0
        self._pause_s = _PAUSE_S
        self._resolved = 0
        self._alone = False
        self._waits: set[int] = set()
        self._rng = random.Random()  # noqa: S311 - spreads polls, guards nothing
        self._desk = Desk(run, options)

    def listen(self, over: Callable[[], bool]) -> None:
        """Listen until ``over`` says so, or the account that was asked for is lost."""
        try:
            while not over() and not self._heard.lost:
                self._once()
        finally:
            self._stand_up()
            self._desk.close()

    def _once(self) -> None:
        """Take in what has come, and do one thing that is due."""
        self._look()
        self._sit()
        nap_s = self._nap_s()
        if self._ears is None:
            time.sleep(nap_s)
        else:
            self._connect()
        if self._ears is not None:
            self._guarded(None, partial(self._ears.hear, self._watched, nap_s))
            if self._ears is not None and self._ask(self._ears):
                return
        due = min(self._watched.values(), key=lambda one: one.poll_at, default=None)
        if due is not None and due.poll_at <= time.monotonic():
            self._poll(due)

    def _ask(self, ears: Ears) -> bool:
        """Ask what has changed in one channel. Returns whether there was one to ask about."""
        due = (one for one in self._watched.values() if self._reachable() and ears.should_ask(one))
        one = next(due, None)
        if one is not None:
            self._guarded(one, partial(ears.ask, one))
        return one is not None

    def _nap_s(self) -> float:
        times = [one.poll_at for one in self._watched.values()]
        if self._reachable():
            times += [one.ask_at for one in self._watched.values()]
        due = min(times, default=float("inf"))
        return min(_LONGEST_NAP_S, max(0.0, due - time.monotonic()))

    def _interval_s(self) -> float:
        return self._plan.every_s * self._rng.uniform(1 - _JITTER, 1 + _JITTER)

    # which channels, and as whom

    def _look(self) -> None:
        """See which channels are to be listened to: nights and people change that."""
        now = time.monotonic()
        if now < self._look_at:
            return
        self._look_at = now + self._plan.every_s
        sources, left = chosen(self._run, self._plan.most)
        before, self._watched = self._watched, {}
        for source in sources:
            number = int(source.target.value)
            one = before.get(number) or Watched(source, has_preview(source.target), now, now)
            one.source = source
            self._watched[number] = one
        for reason, n in left.items():
            self._desk.set("skipped", reason, n)

    def _sit(self) -> None:
        """Be an account, if there is one."""
        accounts, now = self._options.accounts, time.monotonic()
        if self._seat is not None or accounts is None or now < self._sit_at:
            return
        self._sit_at = now + self._plan.every_s
        names = [self._plan.account] if self._plan.account else pool.active()
        self._seat = first_free(self._run, names, self._options, accounts)
        if self._seat is None:
            if not self._alone:
                self._say("no account is free: polling previews alone")
            self._alone = True
            return
        self._alone = False
        self._ears = Ears(self._desk, self._seat, self._heard, self._interval_s)
        self._pause_s, self._connect_at = _PAUSE_S, now
        if self._heard.accounts[-1:] != [self._seat.account]:
            self._heard.accounts.append(self._seat.account)
        self._say(f"listening as {self._seat.account}")
        for one in self._watched.values():
            one.no_account, one.asked, one.waiting, one.told, one.read_pts = False, False, [], 0, 0
            one.poll_at = now

    def _stand_up(self) -> None:
        seat, self._seat, self._ears = self._seat, None, None
        if seat is not None:
            seat.close()

    def _connect(self) -> None:
        seat = self._seat
        if seat is not None and not seat.connected and time.monotonic() >= self._connect_at:
            self._guarded(None, seat.asker.connect)

    def _reachable(self) -> bool:
        return self._seat is not None and self._seat.connected

    # polling

    def _poll(self, one: Watched) -> None:
        """Read the newest posts of a channel by whoever can: the preview costs no account."""
        one.poll_at = time.monotonic() + self._interval_s()
        if is_being_read(self._run, one.target):
            return  # by a night, which goes on where it stands
        seat, accounts = self._seat, self._options.accounts
        if seat is not None and accounts is not None and self._by_account(seat, one):
            self._guarded(one, partial(self._read_as, seat, one, accounts))
        elif one.by_preview:
            pages = self._options.max_pages
            self._guarded(one, partial(self._read, one, self._desk.preview, pages))
            one.by_preview = has_preview(one.target)
        else:
            self._waits.add(one.number)
        self._desk.set("skipped", "waits for an account", len(self._waits & {*self._watched}))

    def _by_account(self, seat: Seat, one: Watched) -> bool:
        """Whether the account is to read a channel: what has no preview, and once what has one, in
        order to be told of its changes from then on."""
        if not self._reachable() or not seat.may(RequestClass.HISTORY):
            return False
        if one.no_account:
            return False
        if seat.ledger.peer(one.number) is not None:
            return not one.by_preview or seat.ledger.pts(one.number) is None
        able = username_of(one.target) and seat.may(RequestClass.RESOLVE)
        if not able or self._resolved >= self._plan.most_resolves:
            return False
        self._resolved += 1
        return True

    def _read_as(self, seat: Seat, one: Watched, accounts: AccountReading) -> None:
        news = self._read(one, seat.reader, accounts.max_batches)
        first = news.first
        if first is None or first.outcome not in _READ or first.pts is None:
            one.no_account = one.by_preview
            return
        self._waits.discard(one.number)
        have = seat.ledger.pts(one.number)
        if have is None:
            seat.ledger.caught_up(one.number, first.pts)
            if not one.asked:  # asking is how it is said that changes are to be told
                one.ask_at = time.monotonic()
        one.told = first.pts
        one.read_pts, one.read_low = first.pts, news.low

    def _read(self, one: Watched, reader: ChannelReader, pages: int) -> NewsReader:
        """Read a channel's newest posts; what brings nothing new is not kept."""
        target = one.source.target = Target.objects.get(pk=one.target.pk)
        gone = GonePost.objects.filter(target=target).count()
        news = NewsReader(reader, partial(brings_news, target), self._desk.unkept)
        self._desk.visitor(news, pages).visit(one.source)
        self._heard.polls += 1
        if news.first is not None and not news.kept:
            self._heard.unchanged += 1
        if news.kept:
            self._count(target, GonePost.objects.filter(target=target).count() - gone)
        well = news.last is not None and news.last.outcome in _READ
        one.failures = 0 if well else one.failures + 1
        if not well:
            one.poll_at = time.monotonic() + one.intervals * self._interval_s()
        if news.first is not None and news.first.channel is not None:
            one.info = news.first.channel
        return news

    def _count(self, target: Target, gone: int) -> None:
        rows = DocumentRow.objects.filter(target=target).exclude(part=ABOUT)
        fresh = rows.filter(capture__run=self._run, capture__turn=self._desk.turn)
        parts = {*fresh.values_list("part", flat=True)}
        before = rows.filter(
            part__in=parts, pk__lt=min(fresh.values_list("pk", flat=True), default=0)
        )
        edited = before.values("part").distinct().count()
        self._heard.by_poll += len(parts) - edited
        self._heard.edited += edited
        self._heard.deleted += max(0, gone)

    # what goes wrong

    def _guarded(self, one: Watched | None, work: Callable[[], object]) -> None:
        """Do ``work`` for a channel, or for none. What goes wrong costs the channel a turn, or the
        account its rest, and nothing else."""
        seat = self._seat
        try:
            work()
        except Spent as spent:
            log.info("%s", spent)
            self._desk.count("noticed", f"an account waits: {spent.kind}")
            if spent.kind is RequestClass.OTHER:  # it cannot even connect
                self._stand_up()
        except Unreachable as failure:
            log.warning("listening as %s: %s", seat.account if seat else "nobody", failure)
            self._connect_at = time.monotonic() + self._pause_s
            self._pause_s = min(2 * self._pause_s, max(_PAUSE_S, self._plan.every_s))
        except AccountLost as lost:
            self._lose(seat, lost)
        except Retired:
            self._lose(seat, None)
        except _FATAL:
            raise
        except Exception as error:  # one channel must not take the others along
            log.exception("listening to %s failed", one.target if one else "anything")
            source = str(one.target) if one else ""
            self._desk.count("failed", f"error: {type(error).__name__}", 1, source)
        else:
            if self._reachable():
                self._pause_s = _PAUSE_S

    def _lose(self, seat: Seat | None, lost: AccountLost | None) -> None:
        """The account is gone: go on with another one, unless it was asked for by name."""
        self._stand_up()
        if seat is None:
            return
        accounts = self._options.accounts
        if lost is not None and accounts is not None:
            retire(seat.account, lost, accounts.plan.vault, self._run)
        why = lost.name if lost else "retired"
        self._say(f"account {seat.account} is lost ({why})")
        self._sit_at = 0.0
        if self._plan.account:
            self._heard.lost = seat.account
