"""Reading a channel through an account: found once, then read by id, a batch a history call.

While a batch is stored the next one is under way. The end of the history is an answer without
messages: one that is shorter than asked for is none. A message that nobody can read costs itself
alone: fewer are asked for until it is found, and it is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from telethon.tl import functions, types

from channels.accounts.ledger import RequestClass
from channels.advertising import GroupRules
from channels.mtproto.addresses import history_url
from channels.mtproto.answers import as_json
from channels.mtproto.asking import Ahead, Answer, Asker
from channels.mtproto.failures import Refused, ServerFailed, Unreadable
from channels.mtproto.fetches import answered, ended, failed, is_group, shut, unkept
from channels.mtproto.finding import Finder, Found
from channels.mtproto.groups import Group, Kept
from channels.mtproto.mapping import People, info_of, posts_of
from channels.posts import Batch, ChannelInfo, Fetch
from domain.captures import Egress, Outcome

#: What one history call brings at most (https://core.telegram.org/method/messages.getHistory).
PAGE = 100
#: So many messages in a row that cannot be read mean that the schema has changed.
_UNREADABLE_IN_A_ROW = 20
_METHOD = "messages.getHistory"


class AccountReader:
    """Implements ``ChannelReader``. ``number_of`` gives the bare id of a channel that is known.
    Public groups are read by ``rules``, redacted; without them no group is read. Unless
    ``described``, descriptions are not asked for.

    Besides what ``ChannelReader.read`` says, reading raises what ``Asker.ask`` raises of the
    account and the server: the channel is as it was then, and another account may read it.
    """

    def __init__(
        self,
        asker: Asker,
        number_of: Callable[[str], int | None],
        rules: GroupRules | None = None,
        *,
        described: bool = True,
    ) -> None:
        self._asker, self._rules, self._described = asker, rules, described
        self._finder = Finder(asker, number_of, rules)

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
        found = self._finder.find(channel, described=self._described and before is None)
        if found.peer is None:
            yield Batch(found.fetches, found.info)
        else:
            walk = _Walk(self._asker, channel, found, before, self._rules)
            yield from walk.batches(since_id, at_most)


@dataclass(slots=True)
class _Page:
    """One history answer (None where nothing could be read) and what it took: ``fetches`` that
    failed before, ``sent`` requests for ``url`` itself."""

    fetches: list[Fetch] = field(default_factory=list)
    answer: Answer | None = None
    unreadable: int = 0
    url: str = ""
    sent: int = 0


@dataclass(frozen=True, slots=True)
class _Taken:
    """What an answer is worth: messages of whole posts, lowest first, some ``carried`` over from
    the answer before; where reading goes on, or how it ``ended``. An answer that may hold people
    who wrote in a group that is not read is not ``kept``."""

    messages: list[Any] = field(default_factory=list)
    carried: list[Any] = field(default_factory=list)
    older: int | None = None
    ended: tuple[Outcome, str] | None = None
    kept: bool = True

    def reaches(self, since_id: int) -> bool:
        """Whether the oldest of these posts is ``since_id`` or older."""
        return bool(self.messages) and self.messages[0].id <= since_id


@dataclass(slots=True)
class _Walk:
    """Where reading stands: the next messages are those below ``before``, ``skipped`` of them left
    out. ``carried`` are messages of an album that may go on below. One that cannot be read is
    among the next ``suspect`` ones (0: nothing is known of one)."""

    asker: Asker
    channel: str
    found: Found
    before: int | None
    rules: GroupRules | None = None
    skipped: int = 0
    limit: int = PAGE
    suspect: int = 0
    carried: list[Any] = field(default_factory=list)
    ahead: Ahead | None = None
    group: Group | None = None

    def batches(self, since_id: int, at_most: int | None) -> Iterator[Batch]:
        """See ``ChannelReader.read``. The next request goes out before an answer is looked at."""
        asked_for, first, info = 0, self.found.fetches, self.found.info
        try:
            while True:
                page = self._page()
                if page.answer is None:
                    yield Batch((*first, *page.fetches), info, unreadable=page.unreadable)
                    return
                partly = bool(page.fetches) or self.limit < PAGE
                taken = self._take(page.answer.value, newest=not page.unreadable)
                asked_for += not partly
                last = taken.older is None or taken.reaches(since_id) or asked_for == at_most
                if not last:
                    self.ahead = self.asker.ahead(RequestClass.HISTORY, *self._request())
                yield self._batch(page, taken, first, info, partly=partly)
                if last:
                    return
                first, info = (), None
        finally:
            if self.ahead is not None:
                self.asker.drop(self.ahead)

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
            page.answer, page.url, page.sent = answer, url, self.asker.taken(url)
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

    def _take(self, answer: Any, *, newest: bool) -> _Taken:
        """Move on over an answer. Messages that were not asked for, or come twice, are left out,
        whatever the server made of the request."""
        chat = self._chat(answer)
        groups = self.rules is not None
        if chat is not None and (closed := shut(chat, groups=groups)) is not None:
            return _Taken(ended=closed, kept=not is_group(chat))
        if chat is None and any(one.from_id for one in answer.messages if hasattr(one, "from_id")):
            untold = "messages with authors, and not told of what chat"
            return _Taken(ended=(Outcome.FAILED, untold), kept=False)
        below, carried = self.before, self.carried
        found = {one.id: one for one in answer.messages if below is None or one.id < below}
        messages = [found[number] for number in sorted(found)]
        if answer.messages and not messages:
            late = f"asked for messages before {below}, got none that are older"
            return _Taken(ended=(Outcome.FAILED, late))
        self.carried = []
        if not messages or messages[0].id == 1:
            known = _real([*messages, *carried])
            empty = (Outcome.EMPTY, "") if below is None and newest and not known else None
            return _Taken(known, carried, ended=empty)
        self.before, self.skipped = messages[0].id, 0
        return self._whole([*messages, *carried], carried)

    def _whole(self, messages: list[Any], carried: list[Any]) -> _Taken:
        """Hold an album back that may go on below."""
        older = int(messages[0].id)
        if (grouped := _album(messages[0])) is not None:
            self.carried = [one for one in messages if _album(one) == grouped]
            messages = [one for one in messages if _album(one) != grouped]
            older = max(one.id for one in self.carried) + 1
        return _Taken(_real(messages), carried, older)

    def _batch(
        self,
        page: _Page,
        taken: _Taken,
        first: tuple[Fetch, ...],
        info: ChannelInfo | None,
        *,
        partly: bool,
    ) -> Batch:
        assert page.answer is not None
        answer = page.answer.value
        at, chat = page.answer.at, self._chat(answer)
        if not taken.kept and taken.ended is not None:
            last = unkept(page.url, at, *taken.ended, page.sent)
            return Batch((*first, *page.fetches, last), info, unreadable=page.unreadable)
        kept = self._redacted(answer, chat, taken.carried)
        if kept is None:
            body, hidden = as_json(answer, taken.carried)
        else:
            body, hidden = kept.body, kept.redacted
        last = answered(page.url, _METHOD, at, body, page.sent, redacted=hidden)
        fetches: tuple[Fetch, ...] = (*first, *page.fetches, last)
        if taken.ended is not None:
            fetches = ended(fetches, *taken.ended)
        if info is None and chat is not None:
            info = info_of(chat)
        people = People(answer.chats, answer.users)
        reading = posts_of if kept is None else kept.posts
        posts = reading(taken.messages, people)
        return Batch(
            fetches,
            info,
            posts,
            taken.older,
            page.unreadable,
            partly=partly,
            advertisers=kept.advertisers(posts) if kept is not None else (),
            pts=getattr(answer, "pts", None) if kept is None else None,
        )

    def _redacted(self, answer: Any, chat: Any, carried: list[Any]) -> Kept | None:
        """What may be kept of an answer about a group; None for one about a channel."""
        if self.group is None and chat is not None:
            self.group = Group.of(chat, self.rules)
        return None if self.group is None else self.group.keep(answer, carried)

    def _chat(self, answer: Any) -> Any:
        """The channel as the answer shows it; None where it does not."""
        assert self.found.peer is not None
        number = self.found.peer.numeric_id
        return next((one for one in answer.chats if one.id == number), None)


def _album(message: Any) -> int | None:
    number: int | None = getattr(message, "grouped_id", None)
    return number


def _real(messages: list[Any]) -> list[Any]:
    """Those that are there, lowest first: a deleted message may leave an empty one."""
    there = [one for one in messages if not isinstance(one, types.MessageEmpty)]
    return sorted(there, key=lambda one: one.id)
