"""What an account is told of channels: unasked, and when it asks what has changed.

Changes are taken in by their numbers. Where one is missing, what has changed is asked for.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from channels.accounts.ledger import RequestClass
from channels.identity import username_of
from channels.listening.desk import Desk
from channels.listening.plan import Heard
from channels.listening.seat import Seat
from channels.listening.taking import Taken
from channels.listening.watching import GROUP, Watched
from channels.mtproto.addresses import update_url
from channels.mtproto.answers import as_json
from channels.mtproto.differences import ask_difference
from channels.mtproto.fetches import answered
from channels.mtproto.updates import Change, Pushed, in_a_row, news_of, pushed

#: How long changes that came out of their order wait for those before them, and parts of an album
#: for the others, in seconds.
_ORDER_S, _ALBUM_S = 1.0, 2.0
#: So many answers of 100 changes are taken at once; the rest comes after other channels.
_MOST_ANSWERS = 20


class Ears:
    """The ears of one seat. ``pause`` gives the seconds until a channel is asked about again."""

    def __init__(self, desk: Desk, seat: Seat, heard: Heard, pause: Callable[[], float]) -> None:
        self._desk, self._seat, self._heard, self._pause = desk, seat, heard, pause
        self._connections = 0

    def hear(self, watched: Mapping[int, Watched], wait_s: float) -> None:
        """Take in what was told of the channels, after at most ``wait_s`` without anything."""
        told = self._seat.next_told(wait_s)
        while told is not None:
            self._told(watched, pushed(told))
            told = self._seat.next_told(0)
        now = time.monotonic()
        for one in watched.values():
            if one.waiting and now - one.waits_since >= _ORDER_S:
                one.told = max(one.told, *(change.pts for change in one.waiting))
                one.waiting = []
        if self._seat.connections != self._connections:  # what was told in between is lost
            self._connections = self._seat.connections
            _ask_now(watched.values())

    def should_ask(self, one: Watched) -> bool:
        """Whether it is to be asked now what has changed in a channel."""
        now = time.monotonic()
        if one.ask_at > now and not one.told:
            return False
        pts = self._seat.ledger.pts(one.number)
        if pts is not None and one.told <= pts:
            one.told = 0
        if one.ask_at > now and not one.told:
            return False
        if pts is None or not self._seat.may(RequestClass.DIFFERENCE):
            one.ask_at, one.told = now + self._pause(), 0
            return False
        return True

    def ask(self, one: Watched) -> None:
        """Ask what has changed in a channel, and take it in. Raises as ``Asker.ask`` does."""
        ledger = self._seat.ledger
        peer, pts = ledger.peer(one.number), ledger.pts(one.number)
        one.ask_at, one.told, one.waiting = time.monotonic() + self._pause(), 0, []
        one.asked = True
        if peer is None or pts is None:
            return
        for _ in range(_MOST_ANSWERS):
            answer = ask_difference(self._seat.asker, peer, _name(one), pts)
            taker = self._desk.taker(self._seat.reader)
            caught_up = partial(ledger.caught_up, one.number, answer.pts)
            one.ask_at = max(one.ask_at, time.monotonic() + answer.rest_s)
            if answer.news is None:
                if answer.failed:
                    taker.note(one, answer.fetch)
                    one.ask_at = time.monotonic() + one.intervals * self._pause()
                else:
                    self._desk.unkept([answer.fetch])
                caught_up()
                if answer.pts is None:
                    self._desk.count("noticed", "changes that updates do not tell", 1, _key(one))
                    one.poll_at = time.monotonic()
                return
            taken = taker.take(one, answer.news, answer.fetch, caught_up)
            if not taken.kept:
                self._desk.unkept([answer.fetch])
            self._note(one, taken)
            if not answer.more or answer.pts is None:
                return
            pts = answer.pts
        one.ask_at = time.monotonic()

    def _told(self, watched: Mapping[int, Watched], told: Pushed) -> None:
        by_channel: dict[int, list[Change]] = {}
        for change in told.changes:
            by_channel.setdefault(change.number, []).append(change)
        others = 0
        for number, changes in by_channel.items():
            if (one := watched.get(number)) is not None:
                self._put_in_order(one, changes, told)
            else:
                others += len(changes)
        if others:
            self._desk.count("skipped", "update of a channel that is not listened to", others)
        unsure = (one for number, one in watched.items() if number in told.unsure)
        _ask_now(watched.values() if told.unsure_of_all else unsure)

    def _put_in_order(self, one: Watched, changes: Iterable[Change], told: Pushed) -> None:
        have = self._seat.ledger.pts(one.number)
        if have is None:
            return  # the first reading is due, and sees what this tells
        row = in_a_row(have, [*one.waiting, *changes])
        if row.wait and not one.waiting:
            one.waits_since = time.monotonic()
        one.waiting = row.wait
        self._heard.known += row.known
        if row.next:
            self._take(one, row.next, told)

    def _take(self, one: Watched, row: list[Change], told: Pushed) -> None:
        pts = row[-1].pts
        caught_up = partial(self._seat.ledger.caught_up, one.number, pts)
        fresh = [change for change in row if not _was_read(one, change)]
        if not fresh:
            caught_up()
            return
        news = news_of(fresh, told.chats, told.users)
        url = update_url(_name(one), pts, self._seat.account)
        body, hidden = as_json(news.raw)
        fetch = answered(url, "updates", self._seat.asker.clock(), body, 0, redacted=hidden)
        taker = self._desk.taker(self._seat.reader)
        self._note(one, taker.take(one, news, fetch, caught_up))

    def _note(self, one: Watched, taken: Taken) -> None:
        self._heard.by_update += taken.new
        self._heard.edited += taken.edited
        self._heard.deleted += taken.deleted
        if taken.group:
            self._desk.count("skipped", GROUP, 1, _key(one))
        if taken.albums:
            one.poll_at = min(one.poll_at, time.monotonic() + _ALBUM_S)


def _was_read(one: Watched, change: Change) -> bool:
    """Whether a reading has seen the post as it was after the change, or later."""
    message: Any = getattr(change.update, "message", None)
    number = getattr(message, "id", None)
    return number is not None and change.pts <= one.read_pts and number >= one.read_low


def _ask_now(watched: Iterable[Watched]) -> None:
    for one in watched:
        one.ask_at = time.monotonic()


def _name(one: Watched) -> str:
    """What the channel is called by in URLs, as where it is read."""
    return username_of(one.target) or one.target.value


def _key(one: Watched) -> str:
    return str(one.target)
