"""Taking images of posts that the first stage takes for offers, where that is switched on.

The bytes come from whoever knows the way: of a preview page from the host that the page names, of
an account's reader through its account (``Source``).
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol
from urllib.parse import urlsplit

from cases import counts, images
from cases.counts import CountKey
from cases.evidence import EvidenceWriter
from cases.models import Run, Target
from channels.imaging import ImageRules, Word, images_on, kind_of, why_not
from channels.posts import Batch, Post
from channels.waiting import set_count
from channels.wire import Pace, Wire
from domain.captures import Egress, Outcome
from domain.clock import Clock, utc_now
from domain.errors import AccessError
from net.client import NetConfig

log = logging.getLogger(__name__)
STAGE, ACTOR = "channels", "system:channels"
_OK = 200
_KEPT, _LEFT = "images", "skipped"


class NoImage(Exception):
    """There are no bytes; the message is the reason it is counted under."""


class Source(Protocol):
    """Where the images of a batch are."""

    @property
    def egress(self) -> Egress:
        """The way out that it takes."""

    def addresses(self, batch: Batch) -> Mapping[int, tuple[str, ...]]:
        """What the images of each post are called, by the post's id."""

    def fetch(self, target: Target, address: str, max_bytes: int) -> bytes:
        """The bytes of one image. Raises NoImage."""


class PreviewImages:
    """Images that a preview page shows: they lie on hosts of their own.

    The client has the address guard and the bound of bytes in ``pace``. ``sent`` is told of each
    request, and whose it is, before it goes out (see ``count_elsewhere``).
    """

    egress = Egress.PREVIEW

    def __init__(self, config: NetConfig, pace: Pace, sent: Callable[[str], None]) -> None:
        self._wire = Wire(config, pace, self._told)
        self._sent, self._whose = sent, ""

    def close(self) -> None:
        """Close connections."""
        self._wire.close()

    def _told(self, url: str) -> None:
        self._sent(f"{self._whose}#{urlsplit(url).hostname or ''}")

    def addresses(self, batch: Batch) -> Mapping[int, tuple[str, ...]]:
        """See ``Source``."""
        last = batch.fetches[-1]
        if last.exchange is None or last.outcome is not Outcome.OK:
            return {}
        return images_on(last.exchange.body.decode("utf-8", "replace"), last.exchange.url)

    def fetch(self, target: Target, address: str, max_bytes: int) -> bytes:
        """See ``Source``."""
        self._whose = str(target)
        answer = self._wire.get(address)
        if answer.fetched is None:
            raise NoImage(answer.reason or "failed")
        if answer.fetched.truncated:
            raise NoImage("truncated")
        if answer.fetched.status != _OK:
            raise NoImage(f"HTTP status {answer.fetched.status}")
        return answer.fetched.body


class ImageKeeper:
    """Takes the images of a batch. ``word`` is the first stage's on a text."""

    def __init__(
        self,
        run: Run,
        source: Source,
        rules: ImageRules,
        word: Callable[[str], Word],
        evidence: EvidenceWriter,
        *,
        clock: Clock = utc_now,
    ) -> None:
        self._run, self._source, self._rules = run, source, rules
        self._word, self._evidence, self._clock = word, evidence, clock

    def take(self, target: Target, batch: Batch) -> None:
        """Take what is wanted of ``batch``, whose posts are in the record under ``target``.

        Where the child-abuse lexicon matches anywhere in the batch, nothing of it is taken.
        """
        tally: Counter[CountKey] = Counter()
        with_media = [post for post in batch.posts if post.media]
        if not with_media:
            return
        addresses = self._source.addresses(batch)
        words = {post.id: self._word(post.text) for post in batch.posts}
        restricted = target.case.restricted or any(word.restricted for word in words.values())
        if batch.channel is not None and not restricted:
            about = f"{batch.channel.title}\n{batch.channel.description}"
            restricted = self._word(about).restricted
        for post in with_media:
            word = replace(words[post.id], restricted=restricted)
            why = why_not(post, word, self._rules)
            if why is not None:
                tally[CountKey(str(target), _LEFT, f"image: {why}")] += 1
                continue
            self._take_post(target, post, addresses.get(post.id, ()), word, tally)
        counts.add(self._run.pk, STAGE, tally)

    def _take_post(
        self,
        target: Target,
        post: Post,
        addresses: Sequence[str],
        word: Word,
        tally: Counter[CountKey],
    ) -> None:
        there = images.known(target, str(post.id))
        if not addresses:
            tally[CountKey(str(target), _LEFT, "image: the page does not say where")] += 1
        if len(addresses) > self._rules.most:
            more = len(addresses) - self._rules.most
            tally[CountKey(str(target), _LEFT, "image: more than are taken of one post")] += more
        for number, address in enumerate(addresses[: self._rules.most]):
            if number in there:
                continue
            try:
                self._take_one(target, post, number, address, word)
            except NoImage as error:
                tally[CountKey(str(target), _LEFT, f"image: {error}"[:80])] += 1
            else:
                tally[CountKey(str(target), _KEPT)] += 1

    def _take_one(self, target: Target, post: Post, number: int, address: str, word: Word) -> None:
        at = self._clock()
        data = self._source.fetch(target, address, self._rules.max_bytes)
        if len(data) > self._rules.max_bytes:
            raise NoImage("too_large")
        kind = kind_of(data)
        if not kind:
            raise NoImage("no JPEG, PNG or WebP")
        taken = images.Taken(
            part=str(post.id),
            number=number,
            url=address,
            at=at,
            egress=self._source.egress,
            content_type=kind,
            data=data,
            score=word.selling,
        )
        try:
            images.record(
                target, self._run.pk, taken, self._evidence, actor=ACTOR, clock=self._clock
            )
        except AccessError as error:
            raise NoImage("never: a restricted case") from error


def count_elsewhere(run: Run, sent: Mapping[str, int]) -> None:
    """Bring up the counts of image requests (``elsewhere``, by host) from the journal's lines,
    which are ``SOURCE#HOST``. They are set, not added to."""
    for line, n in sent.items():
        source, _, host = line.rpartition("#")
        set_count(run, CountKey(source, "elsewhere", host[:80]), n)
