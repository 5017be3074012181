"""The records that every Telegram reader brings back, and what a reader is.

Two readers give the same records: the preview reader (``preview``), which needs no account, and
the account reader over MTProto (``mtproto.reading``): it resolves a channel once and hands back one
batch per history call, with the raw answer as JSON in ``Fetch.exchange``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from domain.captures import Egress, Exchange, Outcome
from domain.documents import Link


@dataclass(frozen=True, slots=True)
class Forward:
    """The channel or bot that a post was forwarded from. ``username`` is empty where it has none;
    ``numeric_id`` is the bare id of a channel, where that is told. All are empty for a person, of
    whom nothing is kept, and where the origin hides itself."""

    name: str
    username: str = ""
    numeric_id: int | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """One post, or one album under its first id; ``album`` then holds all its ids.

    ``service`` posts ("channel created", "pinned a message") are Telegram's words, not the
    channel's. ``links`` stand in text and web-page previews, ``buttons`` below the post.
    ``views`` is rounded by Telegram. ``media`` names what is attached; it is never fetched.
    """

    id: int
    posted_at: datetime
    text: str
    links: tuple[Link, ...] = ()
    buttons: tuple[Link, ...] = ()
    views: int | None = None
    forward: Forward | None = None
    reply_to: int | None = None
    album: tuple[int, ...] = ()
    media: tuple[str, ...] = ()
    edited: bool = False
    service: bool = False


@dataclass(frozen=True, slots=True)
class ChannelInfo:
    """What a channel says of itself.

    ``username`` is the present one in lower case; ``numeric_id`` is Telegram's bare channel id,
    positive, None where the page does not tell. ``counters`` holds rounded figures by their
    name (``subscribers``, ``photos``, ...).
    """

    title: str
    username: str
    numeric_id: int | None = None
    description: str = ""
    links: tuple[Link, ...] = ()
    counters: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Advertiser:
    """An account that advertises in a group: ``PeerUser`` or ``PeerChannel`` and its bare number,
    its username in lower case where it has one, and which ``posts`` of a batch are its own."""

    kind: str
    number: int
    username: str = ""
    posts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Fetch:
    """One request and its answer. ``attempts`` counts requests that reached the wire; ``redacted``
    says what was hidden in the answer, by kind (see ``redaction``)."""

    url: str
    fetched_at: datetime
    outcome: Outcome
    exchange: Exchange | None = None
    detail: str = ""
    attempts: int = 1
    redacted: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """One page or one history call: what was fetched (the page itself last), what was read.

    ``older`` is where reading goes on (posts before this id), None at the end of what there is;
    ``unmarked`` says that the page does not tell of older ones, though the first are not there.
    ``unreadable`` counts posts that are there but could not be read. ``partly`` marks less than a
    page, read to get around such a post: it takes nothing of a page limit. ``by_account`` says
    that an account may be able to read what this reader could not. ``advertisers`` are those of a
    group, whose posts are redacted. ``pts`` is the number of the channel's last change when the
    batch was made, where the reader is told.
    """

    fetches: tuple[Fetch, ...]
    channel: ChannelInfo | None = None
    posts: tuple[Post, ...] = ()
    older: int | None = None
    unreadable: int = 0
    partly: bool = False
    by_account: bool = False
    advertisers: tuple[Advertiser, ...] = ()
    pts: int | None = None
    unmarked: bool = False

    def reaches(self, last_id: int) -> bool:
        """Whether it goes back to the post ``last_id``, up to which all was read before. Where no
        older ones are told of it is enough that there can be none between."""
        return bool(self.posts) and self.posts[0].id <= last_id + self.unmarked

    @property
    def outcome(self) -> Outcome:
        """How reading this batch ended."""
        return self.fetches[-1].outcome


@dataclass(frozen=True, slots=True)
class NamedChannel:
    """A channel that Telegram shows by number and name. ``username`` is in lower case, empty for
    none."""

    numeric_id: int
    username: str = ""


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """One search and what it found."""

    fetch: Fetch
    channels: tuple[NamedChannel, ...] = ()


class ChannelReader(Protocol):
    """Reads a public channel, newest posts first. It never joins, posts or fetches media."""

    @property
    def egress(self) -> Egress:
        """The way out that this reader takes."""

    @property
    def by_number(self) -> bool:
        """Whether it reads channels whose present username is not known, by their bare id."""

    def address(self, channel: str, before: int | None = None) -> str:
        """Under which URL the batch that ``read`` would begin with is recorded."""

    def read(
        self,
        channel: str,
        since_id: int = 0,
        *,
        before: int | None = None,
        at_most: int | None = None,
    ) -> Iterator[Batch]:
        """Batches of ``channel`` (a username) from the newest back to the post ``since_id``.

        ``before`` goes on with a reading that was cut off there. The first batch always comes,
        so that edits are seen. A caller that has enough just stops; one that says that it takes
        ``at_most`` so many batches has nothing fetched in vain. A batch whose outcome is not OK
        is the last one. Failures of the channel are outcomes, not exceptions.
        """


@dataclass(frozen=True, slots=True)
class TelegramServer:
    """The MTProto server of account readers: empty ``address`` for Telegram's own."""

    address: str = ""
    key_file: Path | None = None


@dataclass(frozen=True, slots=True)
class AccountAccess:
    """One account of the pool. ``session`` is a credential: never logged, never in the record.
    ``proxy`` is the URL of the proxy that it goes through, empty for none."""

    name: str
    api_id: int
    api_hash: str
    session: str
    server: TelegramServer = TelegramServer()
    proxy: str = ""

    def __repr__(self) -> str:
        return f"AccountAccess(name={self.name!r})"
