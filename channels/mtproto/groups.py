"""Answers about a public group as they may be kept. Nothing of a group is written before."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from channels.advertising import GroupRules, Watch
from channels.group_answers import Author, Raw, author_of, messages_in, usernames_in
from channels.mtproto.answers import as_it_came, redacted_as_json
from channels.mtproto.fetches import is_group
from channels.mtproto.mapping import People, posts_of
from channels.posts import Advertiser, ChannelInfo, Post
from channels.redaction import Redaction, redact, redact_info, redact_posts
from domain.captures import OF_A_GROUP


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it is written (``body``), and how what was read of it is redacted."""

    body: bytes
    group: Group
    redaction: Redaction
    wrote: Mapping[int, Author]
    names: Mapping[Author, str]

    @property
    def redacted(self) -> str:
        """That it is of a group, and what was hidden, by kind: the mark of the capture."""
        return f"{OF_A_GROUP} {self.redaction.header}".rstrip()

    def posts(self, messages: Iterable[Any], people: People) -> tuple[Post, ...]:
        """``messages`` of the answer as posts that may be stored. Of what others attach (names of
        files, cards of contacts, questions of polls) nothing is read."""
        known = [one if one.id in self.wrote else _bare(one) for one in messages]
        posts = posts_of(known, people)
        return redact_posts(posts, self.group.number, self.redaction, self.group.watch.offers)

    def info(self, info: ChannelInfo) -> ChannelInfo:
        """What the answer says of the group as it may be stored."""
        return redact_info(info, self.redaction, self.group.watch.offers)

    def advertisers(self, posts: Iterable[Post]) -> tuple[Advertiser, ...]:
        """Who advertises, of the authors of ``posts``."""
        theirs: dict[Author, list[int]] = {}
        for post in posts:
            if (author := self.wrote.get(post.id)) is not None:
                theirs.setdefault(author, []).append(post.id)
        return tuple(
            Advertiser(author.kind, author.number, self.names.get(author, ""), tuple(numbers))
            for author, numbers in theirs.items()
        )


def _bare(message: Any) -> Any:
    """A message with its own words alone."""
    bare = copy(message)
    for part in ("media", "rich_message", "reply_markup"):
        if hasattr(bare, part):
            setattr(bare, part, None)
    return bare


@dataclass(slots=True)
class Group:
    """One group while it is read. Who is named in an answer is hidden in the next one, too, whose
    first messages may be the rest of its album."""

    number: int
    watch: Watch
    _before: Raw = field(default_factory=dict)

    @classmethod
    def of(cls, chat: Any, rules: GroupRules | None) -> Group | None:
        """The group that ``chat`` is; None for a broadcast channel."""
        if rules is None or not is_group(chat):
            return None
        known = set(rules.known(chat.id))
        return cls(chat.id, Watch(rules.glance, rules.threshold, known))

    def keep(self, answer: Any, carried: Collection[Any] = ()) -> Kept:
        """``answer`` redacted as a whole; ``carried`` came with the answer before."""
        raw = as_it_came(answer, carried)
        known = self.watch.take(raw)
        kept, redaction = redact(raw, self.watch.offers, known=known, before=self._before)
        self._before = {key: raw.get(key) or () for key in ("users", "chats")}
        wrote = {
            one["id"]: author
            for one in messages_in(raw)
            if (author := author_of(one)) in redaction.advertisers
        }
        return Kept(redacted_as_json(kept), self, redaction, wrote, usernames_in(raw))
