"""What is kept of a public group: the account that advertises, and of nobody else who or where.

Pure. ``redact`` takes an answer of the API as telethon's ``to_dict`` makes it, before it is
written anywhere, and gives it back as it may be kept; ``redact_posts`` and ``redact_info`` do the
same for the records that were read from it. Broadcast channels are left as they are.

The account that advertises is the author of a message that ``decides`` takes for an offer, or is
``known`` for one (see ``advertising``); all its messages of the batch are kept. Of the others'
messages the words are kept, and in them no handle, number, e-mail, address of a page or name of
anybody who wrote or was named in the batch. A name that no header of the batch tells cannot be
known for one and stays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from channels.group_answers import (
    LISTS,
    UPDATES,
    Author,
    Raw,
    author_of,
    chat_of,
    is_broadcast,
    is_own,
    main_chats,
    messages_in,
    peer_of,
    persons_in,
    words_of,
)
from channels.masking import Masker, Persons
from channels.posts import ChannelInfo, Forward, Post
from channels.redacted_messages import MessageRedactor, kept_chat, kept_user
from channels.usernames import Pointer, where_to
from domain.documents import Link

#: Whether a text is an offer. Called once for each message, and again where names were masked.
Decides = Callable[[str], bool]
_GROUP = "PeerChannel"
_KEPT_OF_FULL = ("_", "id", "participants_count", "online_count", "linked_chat_id")


@dataclass(frozen=True, slots=True)
class Redaction:
    """What was done. ``counts`` by kind; ``advertisers`` were kept, ``kept`` are their messages
    (number of the chat, of the message). ``untouched`` are the broadcast channels."""

    counts: Mapping[str, int] = field(default_factory=dict)
    advertisers: frozenset[Author] = frozenset()
    kept: frozenset[tuple[int, int]] = frozenset()
    untouched: frozenset[int] = frozenset()
    origins: frozenset[str] = frozenset()
    persons: Persons = field(default_factory=Persons)

    @property
    def header(self) -> str:
        """As the WARC record says it (``WARC-Narcowatch-Redacted``); empty where nothing was."""
        return " ".join(f"{kind.replace(' ', '-')}={n}" for kind, n in sorted(self.counts.items()))


def redact(
    raw: Raw,
    decides: Decides,
    *,
    known: Collection[Author] = (),
    before: Raw | None = None,
) -> tuple[dict[str, Any], Redaction]:
    """An answer as it may be kept, and what was done to it.

    ``raw`` is a history call's answer, a resolved name, a full channel, or updates; ``known`` are
    accounts that are known to advertise in the group (see ``advertising``). The ``users`` and
    ``chats`` of ``before``, the answer that came before, are hidden, too. A redacted answer says
    ``redacted: true`` and ``redactions``, the counts.
    """
    chats = {chat["id"]: chat for chat in raw.get("chats") or ()}
    broadcast = frozenset(number for number, chat in chats.items() if is_broadcast(chat))
    if main_chats(raw) and main_chats(raw) <= broadcast:
        return dict(raw), Redaction(untouched=broadcast)
    group_messages = [one for one in messages_in(raw) if chat_of(one) not in broadcast]
    found = {
        author_of(one)
        for one in group_messages
        if is_own(one) and (words := words_of(one)) and decides(words)
    }
    advertisers = frozenset({*found, *known} - {Author("", 0)})
    counts: Counter[str] = Counter()
    people = {key: [*((before or {}).get(key) or ()), *(raw.get(key) or ())]
              for key in ("users", "chats")}  # fmt: skip
    persons = persons_in(people, group_messages, advertisers)
    work = _Work(raw, decides, advertisers, broadcast, Masker(persons, counts), counts)
    kept = work.answer()
    ours = [one for one in group_messages if author_of(one) in advertisers]
    names = {chats[number].get("username") for number in work.origins if number in chats}
    redaction = Redaction(
        counts={kind: n for kind, n in counts.items() if n},
        advertisers=advertisers & {author_of(one) for one in group_messages},
        kept=frozenset((chat_of(one), one["id"]) for one in ours),
        untouched=broadcast,
        origins=frozenset(name.lower() for name in names if name),
        persons=persons,
    )
    return {**kept, "redacted": True, "redactions": dict(redaction.counts)}, redaction


def redact_posts(
    posts: Iterable[Post], chat: int, redaction: Redaction, decides: Decides
) -> tuple[Post, ...]:
    """Posts of the chat with the bare number ``chat`` as they may be stored and followed."""
    if chat in redaction.untouched:
        return tuple(posts)
    masker = Masker(redaction.persons)
    return tuple(
        _advertisers_post(post, masker, redaction, decides)
        if all((chat, number) in redaction.kept for number in (post.id, *post.album))
        else _others_post(post, masker)
        for post in posts
    )


def redact_info(info: ChannelInfo, redaction: Redaction, decides: Decides) -> ChannelInfo:
    """What a group says of itself: whom its description names is kept where it is an offer."""
    if info.numeric_id in redaction.untouched or not info.description or decides(info.description):
        return info
    masker = Masker(redaction.persons)
    links = tuple(_hosts_alone(info.links, masker))
    return replace(info, description=masker.of_others(info.description), links=links)


@dataclass(slots=True)
class _Work:
    raw: Raw
    decides: Decides
    advertisers: Collection[Author]
    broadcast: Collection[int]
    masker: Masker
    counts: Counter[str]
    origins: set[int] = field(default_factory=set)

    def answer(self) -> dict[str, Any]:
        """The answer with what may be kept of it; plain figures stay as they are."""
        raw = self.raw
        writing = {author_of(one).number for one in messages_in(raw)
                   if author_of(one).kind == _GROUP}  # fmt: skip
        self.origins = {number for number in self.broadcast if number not in writing}
        redactor = MessageRedactor(
            self.advertisers, self.masker, self.origins, self.decides, self.counts
        )
        kept: dict[str, Any] = {
            key: value for key, value in raw.items()
            if value is None or key == "_" or isinstance(value, int)
        }  # fmt: skip
        for name in LISTS:
            if name in raw:
                kept[name] = [self._message(one, redactor) for one in raw[name] or ()]
        for name in UPDATES:
            if name in raw:
                kept[name] = [*self._updates(raw[name] or (), redactor)]
        if isinstance(raw.get("message"), Mapping):
            kept["message"] = self._message(raw["message"], redactor)
        if raw.get("full_chat"):
            kept["full_chat"] = self._full(raw["full_chat"])
        if peer_of(raw.get("peer")).kind == _GROUP:
            kept["peer"] = raw["peer"]
        if "users" in raw:
            kept["users"] = [*self._users(raw["users"] or ())]
        if "chats" in raw:
            kept["chats"] = [*self._chats(raw["chats"] or (), kept)]
        return kept

    def _message(self, message: Raw, redactor: MessageRedactor) -> dict[str, Any]:
        if chat_of(message) in self.broadcast:
            return dict(message)
        return redactor.redact(message)

    def _updates(self, updates: Iterable[Raw], redactor: MessageRedactor) -> Iterator[Any]:
        for update in updates:
            if isinstance(update.get("message"), Mapping):
                yield {**{key: value for key, value in update.items() if isinstance(value, int)},
                       "_": update["_"],
                       "message": self._message(update["message"], redactor)}  # fmt: skip
            else:
                self.counts["updates"] += 1

    def _full(self, full: Raw) -> dict[str, Any]:
        kept = {key: full[key] for key in _KEPT_OF_FULL if full.get(key) is not None}
        if about := full.get("about"):
            kept["about"] = about if self.decides(about) else self.masker.of_others(about)
        return kept

    def _users(self, users: Iterable[Raw]) -> Iterator[dict[str, Any]]:
        """The accounts that advertise, and the bots through which they write."""
        bots = {one.get("via_bot_id") for one in messages_in(self.raw)
                if author_of(one) in self.advertisers}  # fmt: skip
        for user in users:
            own = Author("PeerUser", user["id"]) in self.advertisers
            if own or (user.get("bot") and user["id"] in bots):
                yield kept_user(user)
            else:
                self.counts["users"] += 1

    def _chats(self, chats: Iterable[Raw], kept: Raw) -> Iterator[dict[str, Any]]:
        """The groups themselves, and the channels that advertisers write as or forward from."""
        named = {peer_of(kept.get("peer")).number, (kept.get("full_chat") or {}).get("id")}
        for message in messages_in(kept):
            named |= {chat_of(message), peer_of(message.get("from_id")).number}
            named.add(peer_of((message.get("fwd_from") or {}).get("from_id")).number)
        for chat in chats:
            if chat["id"] in named:
                yield kept_chat(chat)
            else:
                self.counts["chats"] += 1


def _advertisers_post(post: Post, masker: Masker, redaction: Redaction, decides: Decides) -> Post:
    forward = post.forward if _may_name(post.forward, redaction) else None
    return replace(
        post,
        text=masker.of_advertiser(post.text, decides),
        links=tuple(_of_nobody(post.links, masker)),
        buttons=tuple(_of_nobody(post.buttons, masker)),
        forward=forward,
    )


def _may_name(forward: Forward | None, redaction: Redaction) -> bool:
    return forward is not None and forward.username.lower() in redaction.origins


def _others_post(post: Post, masker: Masker) -> Post:
    """Made anew, so that whatever else a post may hold is not taken over."""
    return Post(
        id=post.id,
        posted_at=post.posted_at,
        text="" if post.service else masker.of_others(post.text),
        links=tuple(_hosts_alone(post.links, masker)),
        views=post.views,
        reply_to=post.reply_to,
        album=post.album,
        media=post.media,
        edited=post.edited,
        service=post.service,
    )


def _of_nobody(links: Iterable[Link], masker: Masker) -> Iterator[Link]:
    for link in links:
        somebody = link.url.lower().startswith("tg://user") or masker.names_somebody(link.url)
        if not somebody:
            yield Link(link.url, masker.of_advertiser(link.text))


def _hosts_alone(links: Iterable[Link], masker: Masker) -> Iterator[Link]:
    """Sites that others name: their hosts, and no page, no account on them."""
    for link in links:
        if where_to(link.url).kind is not Pointer.NOT_TELEGRAM:
            continue
        try:
            parts = urlsplit(link.url)
            host = parts.hostname or ""
        except ValueError:
            continue
        if parts.scheme in {"http", "https"} and host and masker.of_others(host) == host:
            yield Link(f"{parts.scheme}://{host}/", host)
