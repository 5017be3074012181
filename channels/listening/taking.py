"""What came by updates goes into the record, by the same way as what is read.

The cursor of a channel is left where it is: an update says nothing of the posts before it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from telethon.tl import types

from cases import counts, intake
from cases.counts import CountKey
from cases.models import DocumentRow, Target
from channels.discovery import Found
from channels.documents import documents_of
from channels.gone import note_deleted
from channels.listening.news import unknown
from channels.listening.watching import Watched
from channels.models import ChannelCursor
from channels.mtproto.fetches import is_group
from channels.mtproto.mapping import People, info_of, posts_of
from channels.mtproto.updates import News, latest
from channels.posts import Batch, ChannelInfo, Fetch, Post
from channels.visiting import RETENTION, STAGE, Visitor, Walk

#: No post is counted for a channel's yield here: the reading that follows counts it.
_NONE_AFTER = 1 << 62


@dataclass(frozen=True, slots=True)
class Taken:
    """What news came to. ``kept`` says that there is a capture of them, ``albums`` that parts of
    albums were among them, which are read whole instead. ``group``: the channel is none."""

    new: int = 0
    edited: int = 0
    deleted: int = 0
    kept: bool = False
    albums: bool = False
    group: bool = False


class Taker(Visitor):
    """Stores news of channels for one run (see ``Visitor``)."""

    def take(
        self, watched: Watched, news: News, fetch: Fetch, caught_up: Callable[[], None]
    ) -> Taken:
        """Take ``news`` in, in one transaction with ``caught_up``. What the record has already
        changes nothing, and without anything else no capture is kept.

        A message that an update calls new, and whose number is in the record, was read before: it
        may have been edited since, so it is left out, as are changes that a reading has seen.
        """
        target = watched.target
        group = news.chat is not None and is_group(news.chat)
        with transaction.atomic():
            target = Target.objects.select_for_update().get(pk=target.pk)
            messages, albums = ([], False) if group else _messages(watched, news)
            posts = posts_of(messages, People(news.chats, news.users))
            before = _known(target, posts)
            stale = (_ids(news.new) - _ids(news.edited)) & before
            posts = tuple(post for post in posts if post.id not in stale)
            info = _info(watched, news)
            batch = _unknown(target, Batch((fetch,), info, posts))
            gone = 0 if group else note_deleted(target, news.deleted, clock=self._clock)
            edited = sum(post.id in before for post in batch.posts)
            new = len(batch.posts) - edited
            if batch.posts or gone:
                self._keep(target, batch, {"new": new, "edited": edited, "deleted": gone})
            caught_up()
        kept = bool(batch.posts or gone)
        return Taken(new, edited, gone, kept=kept, albums=albums, group=group)

    def note(self, watched: Watched, fetch: Fetch) -> None:
        """Keep a request that was refused, or could not be read."""
        walk = Walk(watched.target, ChannelCursor(target=watched.target), begun=True)
        records = self._records(walk, Batch((fetch,)), Found(), Counter())
        intake.store(
            self._run.pk, STAGE, records, self._evidence, retention=RETENTION, clock=self._clock
        )

    def _keep(self, target: Target, batch: Batch, numbers: dict[str, int]) -> None:
        walk = Walk(target, ChannelCursor(target=target), begun=True)
        tally: Counter[CountKey] = Counter()
        for what, n in numbers.items():
            reason = "posts deleted" if what == "deleted" else f"posts {what} by update"
            tally[walk.count("noticed", reason)] += n
        glances = self._keeper.glances(batch, about=False, whole=True)
        found = self._search(walk, target.name, batch, glances, tally)
        intake.store(
            self._run.pk,
            STAGE,
            self._records(walk, batch, found, tally),
            self._evidence,
            retention=RETENTION,
            clock=self._clock,
        )
        self._keeper.keep(target, found, batch.posts, glances, after=_NONE_AFTER)
        counts.add(self._run.pk, STAGE, {what: n for what, n in tally.items() if n})


def _messages(watched: Watched, news: News) -> tuple[list[Any], bool]:
    """Posts of a channel among the news, the last version of each; whether there are albums."""

    def left_out(message: Any) -> bool:
        return not isinstance(message, types.Message) or not message.post

    found = latest((*news.new, *news.edited), left_out)
    single = [one for one in found if one.grouped_id is None]
    return single, len(single) < len(found)


def _ids(messages: tuple[Any, ...]) -> set[int]:
    return {one.id for one in messages}


def _known(target: Target, posts: tuple[Post, ...]) -> set[int]:
    """The numbers of those posts that are in the record, whatever their text."""
    parts = [str(post.id) for post in posts]
    rows = DocumentRow.objects.filter(target=target, part__in=parts)
    return {int(part) for part in rows.values_list("part", flat=True)}


def _info(watched: Watched, news: News) -> ChannelInfo:
    """The channel as it was told with the news, or last read, or else by its names alone."""
    if news.chat is not None and getattr(news.chat, "title", None):
        return info_of(news.chat)
    return watched.info or ChannelInfo(watched.target.name, watched.target.name, watched.number)


def _unknown(target: Target, batch: Batch) -> Batch:
    """``batch`` with those posts alone that the record does not have as they are."""
    documents, _ = documents_of(batch, about=False)
    parts = {one.part for one in unknown(target, documents)}
    kept = tuple(post for post in batch.posts if str(post.id) in parts)
    return Batch(batch.fetches, batch.channel, kept)
