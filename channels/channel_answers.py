"""What is kept of an answer about a broadcast channel: what the channel says, of others nobody.

Pure: dicts as ``mtproto.answers`` packs them. What a channel says stays as it says it: its texts
with the contacts in them, its buttons, whom its words link to, the signatures under its posts, the
channels and bots that it forwards from. What Telegram adds about others goes: who commented and
reacted last, people from whom a post was forwarded, cards of contacts, previews of personal pages,
winners, who voted or ticked something off, and every user who is no bot.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from channels.group_answers import CHANNEL, USER, Raw, chat_of, messages_in, peer_of

Packed = dict[str, Any]

_NAMES_IN_FORWARDS = ("from_name", "post_author", "saved_from_name")
_KEPT_OF_REPLY = ("_", "reply_to_msg_id", "reply_to_top_id", "story_id")
_KEPT_OF_BOT = ("_", "id", "bot", "username", "usernames", "first_name", "last_name")
_LAST_TO_REACT = ("recent_reactions", "top_reactors")
_CONTACT = "MessageMediaContact"
#: What Telegram calls the preview of a link to a person, with what they say of themselves.
PERSONAL_PAGE = "telegram_user"
_KEPT_OF_PAGE = ("_", "id", "url", "display_url", "type", "hash")
#: Media in which nobody but the channel stands; most posts have these, or none.
_OF_NOBODY = frozenset({"MessageMediaPhoto", "MessageMediaDocument", "MessageMediaWebPage"})
#: Keys under which people stand, whatever they are told for.
_OF_PEOPLE = frozenset(
    {
        *("winners", "recent_voters", "completions", "recent_repliers", *_LAST_TO_REACT),
        *("user_id", "users", "recent_requesters", "inviter_id", "admin_id", "from_name"),
    }
)


def without_people(answer: Packed) -> Counter[str]:
    """Take other people out of ``answer``, which is changed. Returns what was hidden, by kind;
    where that is anything, the answer says so itself (``redacted``, ``redactions``)."""
    work = _Work({user["id"] for user in answer.get("users") or () if user.get("bot")})
    messages: list[Any] = [*messages_in(answer)]
    for message in messages:
        work.message(message)
    if full := answer.get("full_chat"):
        answer["full_chat"] = work.scrubbed(full)
    if users := answer.get("users"):
        answer["users"] = [_what_it_is_called(user) for user in users if user.get("bot")]
        work.counts["users"] += len(users) - len(answer["users"])
    if work.hidden and (chats := answer.get("chats")):
        hidden = work.hidden - {*_named_in(answer)}
        answer["chats"] = [chat for chat in chats if chat["id"] not in hidden]
        work.counts["chats"] += len(chats) - len(answer["chats"])
    counts = Counter({kind: n for kind, n in work.counts.items() if n})
    if counts:
        answer.update(redacted=True, redactions=dict(counts))
    return counts


def header_of(counts: Mapping[str, int]) -> str:
    """What was hidden as capture and WARC record say it; empty for nothing."""
    return " ".join(f"{kind.replace(' ', '-')}={n}" for kind, n in sorted(counts.items()))


def _what_it_is_called(bot: Raw) -> Packed:
    return {key: bot[key] for key in _KEPT_OF_BOT if key in bot}


def _named_in(answer: Raw) -> Iterator[int]:
    """The chats that are left in an answer's messages."""
    for message in messages_in(answer):
        yield chat_of(message)
        yield peer_of(message.get("from_id")).number
        yield peer_of((message.get("fwd_from") or {}).get("from_id")).number


class _Work:
    """Takes people out of messages. ``bots`` are known by number; ``hidden`` are the channels as
    which somebody commented or reacted."""

    def __init__(self, bots: set[int]) -> None:
        self._bots = bots
        self.counts: Counter[str] = Counter()
        self.hidden: set[int] = set()

    def message(self, message: Packed) -> None:
        """Change ``message`` to what may be kept of it."""
        if (header := message.get("fwd_from")) is not None:
            message["fwd_from"] = self._forward(header)
        if (header := message.get("reply_to")) is not None:
            message["reply_to"] = self._reply(header)
        if (replies := message.get("replies")) and (last := replies.pop("recent_repliers", None)):
            self._hide("repliers", last)
        reactions = message.get("reactions") or {}
        for key in _LAST_TO_REACT:
            if last := reactions.pop(key, None):
                self._hide("reactions", [one.get("peer_id") for one in last])
        if (media := message.get("media")) is not None:
            message["media"] = self._media(media)
        if (action := message.get("action")) is not None:
            message["action"] = self.scrubbed(action)
        if peer_of(message.get("saved_peer_id")).kind == USER:
            del message["saved_peer_id"]

    def _hide(self, kind: str, peers: Iterable[Any]) -> None:
        for peer in peers:
            self.counts[kind] += 1
            if (somebody := peer_of(peer)).kind == CHANNEL:
                self.hidden.add(somebody.number)

    def _forward(self, header: Raw) -> Packed:
        """Of which channel or bot the post is, and since when. That it was forwarded stays."""
        kept = {
            key: one
            for key, one in header.items()
            if key not in _NAMES_IN_FORWARDS and not self._is_person(one)
        }
        self.counts["forward headers"] += kept.keys() != header.keys()
        return kept

    def _is_person(self, peer: Any) -> bool:
        somebody = peer_of(peer)
        return somebody.kind == USER and somebody.number not in self._bots

    def _reply(self, header: Raw) -> Packed:
        """Of a reply to what stands elsewhere neither words nor author."""
        elsewhere = any(key in header for key in ("reply_to_peer_id", "reply_from", "peer"))
        if not elsewhere:
            return dict(header)
        self.counts["reply headers"] += 1
        return {key: header[key] for key in _KEPT_OF_REPLY if key in header}

    def _media(self, media: Raw) -> Any:
        """Cards of contacts and people's stories by their kind alone."""
        if media["_"] == _CONTACT or self._is_person(media.get("peer")):
            self.counts["contacts" if media["_"] == _CONTACT else "people"] += 1
            return {"_": media["_"]}
        page = media.get("webpage") or {}
        if page.get("type") == PERSONAL_PAGE:
            self.counts["personal pages"] += 1
            return {**media, "webpage": {key: page[key] for key in _KEPT_OF_PAGE if key in page}}
        return media if media["_"] in _OF_NOBODY else self.scrubbed(media)

    def scrubbed(self, value: Any) -> Any:
        """``value`` without numbers and lists of people."""
        if isinstance(value, Mapping):
            kept = {}
            for key, one in value.items():
                if key in _OF_PEOPLE or peer_of(one).kind == USER:
                    self.counts["people"] += 1
                else:
                    kept[key] = self.scrubbed(one)
            return kept
        if isinstance(value, list):
            people = [one for one in value if peer_of(one).kind == USER]
            self.counts["people"] += len(people)
            return [self.scrubbed(one) for one in value if peer_of(one).kind != USER]
        return value
