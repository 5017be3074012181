"""Reading a channel through an account: found once, then read by id, a batch a history call.

While a batch is stored the next one is under way. The end of the history is an answer without
messages: one that is shorter than asked for is none. A message that nobody can read costs itself
alone: fewer are asked for until it is found, and it is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from telethon.tl import functions

from channels.accounts.ledger import RequestClass
from channels.mtproto.addresses import history_url
from channels.mtproto.answers import as_json
from channels.mtproto.asking import Ahead, Answer, Asker
from channels.mtproto.failures import Refused, ServerFailed, Unreadable
from channels.mtproto.fetches import answered, ended, failed, shut
from channels.mtproto.finding import Finder, Found
from channels.mtproto.mapping import People, info_of, posts_of
from channels.posts import Batch, ChannelInfo, Fetch, Post
from domain.captures import Egress, Outcome

#: What one history call brings at most (https://core.telegram.org/method/messages.getHistory).
PAGE = 100
#: So many messages in a row that cannot be read mean that the schema has changed.
_UNREADABLE_IN_A_ROW = 20
_METHOD = "messages.getHistory"


class AccountReader:
    """Implements ``ChannelReader``. ``number_of`` gives the bare id of a channel that is known.

    Besides what ``ChannelReader.read`` says, reading raises what ``Asker.ask`` raises of the
    account and the server: the channel is as it was then, and another account may read it.
    """

    def __init__(self, asker: Asker, number_of: Callable[[str], int | None]) -> None:
        self._asker = asker
        self._finder = Finder(asker, number_of)

    @property
    def egress(self) -> Egress:
        return Egress.TELEGRAM

    @property
    def by_number(self) -> bool:
        return True

    def address(self, channel: str, before: int | None = None) -> str:
        """The URL of a channel's newest batch, or of the batch before post ``before``."""
        return history_url(channel, before)

    def read(
        self,
        channel: str,
        since_id: int = 0,
        *,
        before: int | None = None,
        at_most: int | None = None,
    ) -> Iterator[Batch]:
        """See ``ChannelReader.read``."""
        found = self._finder.find(channel, described=before is None)
        if found.peer is None:
            yield Batch(found.fetches, found.info)
        else:
            yield from _Walk(self._asker, channel, found, before).batches(since_id, at_most)


@dataclass(slots=True)
class _Page:
    """One history answer (None where nothing could be read) and what it took."""

    fetches: list[Fetch] = field(default_factory=list)
    answer: Answer | None = None
    unreadable: int = 0


@dataclass(slots=True)
class _Walk:
    """Where reading stands: the next messages are those below ``before``, ``skipped`` of them left
    out. ``carried`` are messages of an album that may go on below. One that cannot be read is
    among the next ``suspect`` ones (0: nothing is known of one)."""

    asker: Asker
    channel: str
    found: Found
    before: int | None
    skipped: int = 0
    limit: int = PAGE
    suspect: int = 0
    carried: list[Any] = field(default_factory=list)
    ahead: Ahead | None = None

    def batches(self, since_id: int, at_most: int | None) -> Iterator[Batch]:
        """See ``ChannelReader.read``."""
        taken, first = 0, self.found.fetches
        info = self.found.info
        try:
            while True:
                batch = self._next(first, info)
                first, info = (), None
                taken += not batch.partly
                reached = bool(batch.posts) and batch.posts[0].id <= since_id
                last = batch.older is None or reached or taken == at_most
                if not last:
                    self.ahead = self.asker.ahead(RequestClass.HISTORY, *self._request())
                yield batch
                if last:
                    return
        finally:
            if self.ahead is not None:
                self.asker.drop(self.ahead)

    @property
    def _number(self) -> int:
        assert self.found.peer is not None
        return self.found.peer.numeric_id

    def _next(self, first: tuple[Fetch, ...], info: ChannelInfo | None) -> Batch:
        newest = self.before is None
        page = self._page()
        fetches = (*first, *page.fetches)
        if page.answer is None:
            return Batch(fetches, info, unreadable=page.unreadable)
        answer, partly = page.answer.value, len(page.fetches) > 1 or self.limit < PAGE
        chat = next((one for one in answer.chats if one.id == self._number), None)
        if chat is not None and (closed := shut(chat)) is not None:
            return Batch(ended(fetches, *closed), info)
        info = info or (info_of(chat) if chat is not None else None)
        messages = self._below(answer.messages)
        if answer.messages and not messages:
            late = f"asked for messages before {self.before}, got none that are older"
            return Batch(ended(fetches, Outcome.FAILED, late), info)
        posts, older = self._take(messages, People(answer.chats, answer.users))
        if newest and not messages and not page.unreadable:
            fetches = ended(fetches, Outcome.EMPTY)
        return Batch(fetches, info, posts, older, page.unreadable, partly=partly)

    def _page(self) -> _Page:
        """Ask until something can be read. What cannot is narrowed down by halves."""
        page, in_a_row = _Page(), 0
        while in_a_row < _UNREADABLE_IN_A_ROW:
            request, url = self._request()
            ahead, self.ahead = self.ahead, None
            at = ahead.at if ahead is not None else self.asker.clock()
            try:
                answer = self.asker.ask(RequestClass.HISTORY, request, url, ahead)
            except (Refused, ServerFailed, Unreadable) as failure:
                page.fetches.append(failed(url, _METHOD, at, failure, self.asker.taken(url)))
                if isinstance(failure, Refused):
                    break
                if self.limit == 1:
                    self.skipped, page.unreadable = self.skipped + 1, page.unreadable + 1
                    in_a_row += 1
                    self.suspect, self.limit = 0, PAGE if in_a_row == 1 else 1
                else:
                    self.suspect, self.limit = self.limit, self.limit // 2
                continue
            body = as_json(answer.value, self.carried)
            page.fetches.append(answered(url, _METHOD, answer.at, body, self.asker.taken(url)))
            page.answer = answer
            self.suspect = max(0, self.suspect - len(answer.value.messages))
            self.limit = max(1, self.suspect // 2) if self.suspect else PAGE
            break
        return page

    def _request(self) -> tuple[Any, str]:
        request = functions.messages.GetHistoryRequest(
            peer=self.found.input_peer,
            offset_id=self.before or 0,
            offset_date=None,
            add_offset=self.skipped,
            limit=self.limit,
            max_id=0,
            min_id=0,
            hash=0,
        )
        limit = self.limit if self.limit < PAGE else 0
        return request, history_url(self.channel, self.before, limit, self.skipped)

    def _below(self, messages: list[Any]) -> list[Any]:
        """Those of an answer that were asked for, each once, whatever the server made of it."""
        found = {one.id: one for one in messages if self.before is None or one.id < self.before}
        return [found[number] for number in sorted(found)]

    def _take(self, messages: list[Any], people: People) -> tuple[tuple[Post, ...], int | None]:
        """The posts that are whole, and where reading goes on (None at the end)."""
        known = [*messages, *self.carried]
        self.carried = []
        if not messages or messages[0].id == 1:
            self.before = None
            return posts_of(known, people), None
        lowest, self.skipped = messages[0], 0
        self.before = older = int(lowest.id)
        grouped = getattr(lowest, "grouped_id", None)
        if grouped is not None:
            self.carried = [one for one in known if getattr(one, "grouped_id", None) == grouped]
            known = [one for one in known if getattr(one, "grouped_id", None) != grouped]
            older = max(one.id for one in self.carried) + 1
        return posts_of(known, people), older
