"""One visit to a channel: pages read and stored one by one, so that a killed visit goes on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from django.db import transaction

from cases import counts, intake
from cases.counts import CountKey
from cases.evidence import EvidenceWriter
from cases.models import Capture, Run, RunSource, Target
from channels import advertisers
from channels.discovery import Found, Platforms, discover
from channels.documents import ABOUT, BARE, capture_of, documents_of, is_bare
from channels.drift import disbelieved, lost_words, never_had_words
from channels.gone import note_gone
from channels.identity import (
    by_present_key,
    introduce_all,
    is_alias,
    join_known,
    known_as,
    settle,
    try_freed,
    username_of,
)
from channels.models import ChannelCursor
from channels.posts import Batch, ChannelReader
from channels.snowball.keeping import WHOLE_PAGES, Keeper
from channels.usernames import is_bot
from channels.wanted import done_with, pass_on, wish_for
from classifiers.cascade import Glance
from domain.candidates import Why
from domain.captures import CaptureRecord, Egress, Outcome
from domain.clock import Clock, utc_now
from domain.seeds import DOCUMENTS

STAGE = "channels"
RETENTION = "posts"
#: Whether another reader goes on with a channel after the visit ended so; see ``wanted``.
HandOver = Callable[[Run, Target, Batch | None], bool]
_MORE = "posts beyond the page limit"
_PERHAPS_MORE = "the page limit, and the page does not tell whether there is more"
_NO_MARK = "gap filled: the page before does not tell of older posts"
_NOT_BELIEVED = "post of a page that is not believed"
_TOOK_OVER = "its username belongs to another channel now"


def nobody(run: Run, target: Target, batch: Batch | None) -> bool:
    """No other reader goes on."""
    return False


@dataclass(slots=True)
class Walk:
    """Where a visit stands; ``begun`` once a page of it is in the record, ``unmarked`` after a page
    that did not tell of older posts."""

    target: Target
    cursor: ChannelCursor
    begun: bool
    unmarked: bool = False

    def count(self, name: str, reason: str) -> CountKey:
        return CountKey(str(self.target), name, reason)


class Visitor:
    """Reads channels for one run. ``max_pages`` bounds the pages of one visit; ``hand_over`` is
    asked whether another reader goes on with a channel that this one could not read; ``on_stored``
    hears of each batch, under the target that its posts are stored under. A run that visits its
    channels again and again numbers each ``turn``."""

    def __init__(
        self,
        run: Run,
        reader: ChannelReader,
        evidence: EvidenceWriter,
        *,
        max_pages: int,
        platforms: Platforms,
        clock: Clock = utc_now,
        keeper: Keeper | None = None,
        on_page: Callable[[], None] = lambda: None,
        hand_over: HandOver = nobody,
        on_stored: Callable[[Target, Batch], None] | None = None,
        turn: int = 0,
    ) -> None:
        self._run, self._reader, self._evidence = run, reader, evidence
        self._max_pages, self._platforms, self._clock = max_pages, platforms, clock
        self._keeper = keeper or Keeper(run, None, 1.0, clock)
        self._on_page, self._hand_over, self._on_stored = on_page, hand_over, on_stored
        self._turn = turn

    def visit(self, source: RunSource) -> Outcome | None:
        """Read a source and mark it done. None when nothing had to be asked for.

        Goes on where a killed visit of the same run stopped. A source that is handed over is not
        done. What the reader raises leaves it where it stands, to be visited again.
        """
        target = source.target
        name = username_of(target)
        if not name and self._reader.by_number:
            name = target.value
        if not name and self._hand_over(self._run, target, None):
            return None
        known = known_as(target, name)
        if known is not None and known.visits.filter(run=self._run, done=True).exists():
            join_known(target, name, clock=self._clock)
            RunSource.objects.filter(run=self._run, target=source.target_id).update(done=True)
            done_with(self._run, [source.target_id])
            return None
        walk = self._walk(target)
        before = walk.cursor.before_id
        if why := self._why_not(source, name, before):
            self.give_up(source, "skipped", why)
            return None
        outcome = None
        left = self._max_pages - walk.cursor.pages
        for batch in self._reader.read(name, walk.cursor.last_id, before=before, at_most=left):
            finished, outcome = self._store(source, name, walk, batch), batch.outcome
            self._on_page()
            if finished:
                break
        return outcome

    def leave_to_another(self, source: RunSource) -> bool:
        """Whether another reader goes on with a source that this one does not ask for."""
        return self._hand_over(self._run, source.target, None)

    def _walk(self, target: Target) -> Walk:
        """Where a killed visit of this run stopped, or the beginning of a new one."""
        cursor, _ = ChannelCursor.objects.get_or_create(target=target)
        going_on = cursor.run_id == self._run.pk and cursor.before_id is not None
        if not going_on:
            cursor.run, cursor.before_id, cursor.top_id, cursor.pages = self._run, None, 0, 0
        return Walk(target, cursor, begun=going_on)

    def give_up(self, source: RunSource, name: str, reason: str) -> None:
        """Mark a source done without reading it (further), counted as ``name`` and ``reason``."""
        with transaction.atomic():
            key = CountKey(str(source.target), name, reason)
            counts.add(self._run.pk, STAGE, {key: 1})
            RunSource.objects.filter(run=self._run, target=source.target_id).update(done=True)
            done_with(self._run, [source.target_id])

    def _why_not(self, source: RunSource, name: str, before: int | None) -> str:
        if not name:
            return "present username unknown"
        if is_bot(name) and source.why != Why.SEED:
            return "bot: has no posts"
        url = self._reader.address(name, before)
        key = intake.url_hash(url)
        if Capture.objects.filter(run=self._run, url_hash=key, turn=self._turn).exists():
            return "captured already"
        return ""

    def _store(self, source: RunSource, name: str, walk: Walk, batch: Batch) -> bool:
        """Take one batch in, in one transaction. Returns whether the visit ends with it."""
        tally: Counter[CountKey] = Counter()
        with transaction.atomic():
            read = batch
            batch = _numbered(batch, known_as(walk.target, name) or walk.target)
            if not walk.begun:
                self._turn_to(source, name, walk, batch, tally)
            # a listener and a night may be at the same channel: one after the other
            Target.objects.select_for_update().get(pk=walk.target.pk)
            batch = self._believed(walk, _of_one_channel(batch, walk.target), tally)
            if batch.outcome is not read.outcome:
                tally[walk.count("skipped", _NOT_BELIEVED)] += len(read.posts)
            read_before = walk.cursor.last_id
            gone = note_gone(
                walk.target, batch, walk.cursor.before_id, read_before, clock=self._clock
            )
            tally[walk.count("noticed", "posts deleted")] += gone
            handed_over = self._hand_over(self._run, walk.target, batch)
            finished = handed_over or self._advance(walk, batch, tally)
            glances = self._keeper.glances(
                batch, about=not walk.begun, whole=walk.cursor.pages <= WHOLE_PAGES
            )
            found = self._search(walk, name, batch, glances, tally)
            stored = intake.store(
                self._run.pk,
                STAGE,
                self._records(walk, batch, found, tally),
                self._evidence,
                also=None if handed_over else walk.cursor.save,
                retention=RETENTION,
                clock=self._clock,
            )
            self._keeper.keep(walk.target, found, batch.posts, glances, after=read_before)
            advertisers.note(walk.target, batch.advertisers, clock=self._clock)
            again = Counter(part == ABOUT for part in stored.parts_seen)
            tally[walk.count("seen", "posts unchanged")] += again[False]
            tally[walk.count("noticed", "description unchanged")] += again[True]
            counts.add(self._run.pk, STAGE, {what: n for what, n in tally.items() if n})
            if finished and not handed_over:
                ended = {walk.target.pk, source.target_id}
                visits = RunSource.objects.filter(run=self._run)
                visits.filter(target__in=ended).update(done=True)
                done_with(self._run, ended)
                self._keeper.settle(ended, batch)
        walk.begun = True
        if self._on_stored is not None:
            self._on_stored(walk.target, batch)
        return finished

    def _turn_to(
        self,
        source: RunSource,
        name: str,
        walk: Walk,
        batch: Batch,
        tally: Counter[CountKey],
    ) -> None:
        """Go on under the target that the channel turned out to be, with its own cursor."""
        visits = RunSource.objects.filter(run=self._run)
        wish = wish_for(walk.target)
        settled = settle(self._run.pk, walk.target, name, batch.channel, clock=self._clock)
        target = settled.target
        if settled.taken_over:
            tally[walk.count("failed", _TOOK_OVER)] += 1
            visits.filter(target=walk.target).update(done=True)
            done_with(self._run, [walk.target.pk])
        if settled.freed:
            try_freed(self._run, settled.freed)
        if target.pk != walk.target.pk:
            visits.get_or_create(
                run=self._run,
                target=target,
                defaults={
                    "why": Why.MENTION if settled.taken_over else source.why,
                    "url": source.url,
                    "expect": DOCUMENTS if settled.taken_over else source.expect,
                },
            )
            if wish is not None:
                pass_on(wish, target)
            fresh = self._walk(target)
            walk.target, walk.cursor = fresh.target, fresh.cursor
        walk.target = target

    def _believed(self, walk: Walk, batch: Batch, tally: Counter[CountKey]) -> Batch:
        """The batch, or what is left of it where its markup has changed in silence. An account is
        told of posts by values, not by markup."""
        if self._reader.egress is not Egress.PREVIEW:
            return batch
        why = lost_words(walk.target, batch)
        if not why and self._is_last(walk.cursor, batch):
            why = never_had_words(self._run, walk.target, batch)
            if why:
                tally[walk.count("skipped", BARE)] += sum(map(is_bare, batch.posts))
        return disbelieved(batch, Outcome.LAYOUT_CHANGED, why) if why else batch

    def _is_last(self, cursor: ChannelCursor, batch: Batch) -> bool:
        """Whether the visit ends with a batch that could be read."""
        at_limit = cursor.pages + (not batch.partly) >= self._max_pages
        return batch.older is None or batch.reaches(cursor.last_id) or at_limit

    def _advance(self, walk: Walk, batch: Batch, tally: Counter[CountKey]) -> bool:
        """Move the cursor over a batch. Returns whether there is nothing more to read."""
        cursor = walk.cursor
        if batch.channel is not None and batch.channel.counters:
            cursor.counters = dict(batch.channel.counters)
        cursor.pages += not batch.partly
        cursor.top_id = max(cursor.top_id, *(max(p.id, *p.album, 0) for p in batch.posts), 0)
        reached = batch.reaches(cursor.last_id)
        if walk.unmarked and batch.posts:
            tally[walk.count("noticed", _NO_MARK)] += 1
        walk.unmarked = batch.unmarked
        whole = batch.outcome in {Outcome.OK, Outcome.EMPTY}
        if whole and batch.older is not None and not reached:
            if cursor.pages < self._max_pages:
                cursor.before_id = batch.older
                return False
            tally[walk.count("dropped", _PERHAPS_MORE if batch.unmarked else _MORE)] += 1
        if whole:
            cursor.last_id = max(cursor.last_id, cursor.top_id)
        cursor.run = cursor.before_id = None
        return True

    def _search(
        self,
        walk: Walk,
        name: str,
        batch: Batch,
        glances: Mapping[str, Glance],
        tally: Counter[CountKey],
    ) -> Found:
        """Where the batch leads. Channels that are told by number and name are introduced."""
        own = batch.channel.username if batch.channel else name
        info = batch.channel if not walk.begun else None
        found = discover(walk.target.key, own, info, batch.posts, self._platforms, glances)
        for reason, n in found.left_out.items():
            tally[walk.count("skipped", reason)] += n
        introduce_all(self._run.pk, found.names, clock=self._clock)
        return by_present_key(found, walk.target)

    def _records(
        self, walk: Walk, batch: Batch, found: Found, tally: Counter[CountKey]
    ) -> list[CaptureRecord]:
        documents, skipped = documents_of(batch, about=not walk.begun)
        for reason, n in skipped.items():
            tally[walk.count("skipped", reason)] += n
        site, egress = walk.target.key, self._reader.egress
        records = [capture_of(fetch, site, egress, turn=self._turn) for fetch in batch.fetches]
        candidates = tuple(found.candidates)
        records[-1] = replace(records[-1], documents=documents, candidates=candidates)
        return records


def _numbered(batch: Batch, target: Target) -> Batch:
    """Posts that tell no number are not taken for those of a channel whose number is known: they
    may be anybody's who bears its name now. Nor is a description that comes with no post."""
    told = batch.channel is None or batch.channel.numeric_id is not None
    if told or is_alias(target):
        return batch
    if batch.posts:
        why = f"no post tells a channel's number, {target.value} was expected"
        return disbelieved(batch, Outcome.LAYOUT_CHANGED, why)
    return replace(batch, channel=None)


def _of_one_channel(batch: Batch, target: Target) -> Batch:
    """A page in the middle that belongs to another channel is kept, its posts are not taken."""
    numeric_id = batch.channel.numeric_id if batch.channel else None
    if numeric_id is None or is_alias(target) or str(numeric_id) == target.value:
        return batch
    why = f"the page is of channel {numeric_id}: the username has changed hands"
    return disbelieved(batch, Outcome.FAILED, why)
