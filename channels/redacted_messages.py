"""One message of a group as it may be kept. Pure: dicts as telethon's ``to_dict`` makes them.

What is kept is listed; whatever else a message holds, now or in a later version of the API, goes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from channels.group_answers import Author, Raw, author_of, peer_of
from channels.masking import MASK, Masker

_KEPT = ("_", "id", "peer_id", "date", "post", "edit_date", "edit_hide", "grouped_id", "views")
_KEPT_OF_ADVERTISER = (*_KEPT, "from_id", "from_rank", "post_author", "via_bot_id", "forwards")
_KEPT_OF_USER = ("_", "id", "bot", "username", "usernames", "first_name", "last_name", "phone")
_KEPT_OF_CHAT = (
    *("_", "id", "title", "username", "usernames", "date", "broadcast", "megagroup", "gigagroup"),
    *("participants_count", "restricted", "restriction_reason", "scam", "fake", "verified"),
)
#: Entities that say how a text looks, or where a web address stands, and of nobody who is meant.
_SAFE_ENTITIES = frozenset(
    f"MessageEntity{name}"
    for name in ("Bold", "Italic", "Code", "Underline", "Strike", "Spoiler", "Blockquote", "Url")
)
_OF_A_PERSON = frozenset({"MessageEntityMentionName", "InputMessageEntityMentionName"})
#: Media that show the goods; of any other the kind alone is kept.
_SHOWING = frozenset({"MessageMediaPhoto", "MessageMediaDocument", "MessageMediaWebPage"})
_PLACES = frozenset({"MessageMediaGeo", "MessageMediaGeoLive", "MessageMediaVenue"})
#: Keys below a message under which people stand whatever it is about.
_ABOUT_PEOPLE = frozenset(
    {"recent_voters", "recent_reactions", "recent_repliers", "top_reactors", "author", "results"}
)


@dataclass(slots=True)
class MessageRedactor:
    """Redacts messages. ``advertisers`` are kept, ``masker`` hides everybody else; a forward
    stays where ``origins`` (channels by number) has its origin. ``decides`` as in ``redact``."""

    advertisers: Collection[Author]
    masker: Masker
    origins: Collection[int]
    decides: Callable[[str], bool]
    counts: Counter[str]

    def redact(self, message: Raw) -> dict[str, Any]:
        """The message as it may be kept, marked ``redacted``."""
        if author_of(message) in self.advertisers:
            return self._of_advertiser(message)
        kept = {key: message[key] for key in _KEPT if message.get(key) is not None}
        self.counts["authors"] += 1
        self._count_dropped(message)
        if text := message.get("message"):
            kept["message"] = self.masker.of_others(text)
            kept["entities"] = self._safe_entities(message, kept["message"])
        for key in ("media", "action"):
            if message.get(key):
                kept[key] = {"_": message[key]["_"]}
        return {**kept, **self._reply(message), "redacted": True}

    def _count_dropped(self, message: Raw) -> None:
        for key, kind in (
            ("fwd_from", "forward headers"),
            ("post_author", "signatures"),
            ("from_rank", "signatures"),
            ("reactions", "reactions"),
            ("replies", "repliers"),
            ("reply_markup", "buttons"),
            ("media", "media"),
        ):
            if message.get(key):
                self.counts[kind] += 1

    def _reply(self, message: Raw) -> dict[str, Any]:
        """To which message of the group this one replies; whom and what it quotes goes."""
        header = message.get("reply_to")
        if not header:
            return {}
        self.counts["reply headers"] += 1
        number = header.get("reply_to_msg_id")
        if number is None or header.get("reply_to_peer_id") is not None:
            return {}
        return {"reply_to": {"_": header["_"], "reply_to_msg_id": number}}

    def _safe_entities(self, message: Raw, masked: str) -> list[dict[str, Any]]:
        safe = []
        units = masked.encode("utf-16-le", "surrogatepass")
        for entity in message.get("entities") or ():
            start, length = entity.get("offset", 0), entity.get("length", 0)
            words = units[2 * start : 2 * (start + length)].decode("utf-16-le", "replace")
            if entity["_"] in _SAFE_ENTITIES and MASK not in words:
                safe.append({"_": entity["_"], "offset": start, "length": length})
            else:
                self.counts["entities"] += 1
        return safe

    def _of_advertiser(self, message: Raw) -> dict[str, Any]:
        kept = {key: message[key] for key in _KEPT_OF_ADVERTISER if message.get(key) is not None}
        if text := message.get("message"):
            kept["message"] = self.masker.of_advertiser(text, self.decides)
            kept["entities"] = self._known_entities(message)
        for key in ("reply_markup", "rich_message"):
            if message.get(key):
                kept[key] = self._scrubbed(message[key])
        if message.get("media"):
            kept["media"] = self._media(message["media"])
        if message.get("action"):
            kept["action"] = {"_": message["action"]["_"]}
        if message.get("fwd_from"):
            kept.update(self._forward(message["fwd_from"]))
        for key, kind in (("reactions", "reactions"), ("replies", "repliers")):
            if message.get(key):
                self.counts[kind] += 1
        return {**kept, **self._reply(message), "redacted": True}

    def _known_entities(self, message: Raw) -> list[Any]:
        kept = []
        for entity in message.get("entities") or ():
            numbers = {number for kind, number in self.advertisers if kind == "PeerUser"}
            if entity["_"] in _OF_A_PERSON and _mentioned(entity) not in numbers:
                self.counts["entities"] += 1
            else:
                kept.append(self._scrubbed(entity))
        return kept

    def _forward(self, header: Raw) -> dict[str, Any]:
        """Where an advertiser's message was forwarded from: a channel, or an advertiser."""
        origin = peer_of(header.get("from_id"))
        channel = origin.kind == "PeerChannel" and origin.number in self.origins
        if not channel and origin not in self.advertisers:
            self.counts["forward headers"] += 1
            return {}
        kept = {key: header[key] for key in ("_", "date", "from_id", "channel_post")
                if header.get(key) is not None}  # fmt: skip
        return {"fwd_from": kept}

    def _media(self, media: Raw) -> Any:
        kind = media["_"]
        own = Author("PeerUser", media.get("user_id") or 0) in self.advertisers
        if kind in _SHOWING | _PLACES or own:
            return self._scrubbed(media)
        if kind == "MessageMediaPoll":
            return {"_": kind, "poll": self._scrubbed(media.get("poll"))}
        self.counts["media"] += 1
        return {"_": kind}

    def _scrubbed(self, value: Any) -> Any:
        """``value`` without people: their names masked in texts, lists and numbers of them gone."""
        if isinstance(value, str):
            return self.masker.of_advertiser(value)
        if isinstance(value, Mapping):
            return {
                key: self._scrubbed(one)
                for key, one in value.items()
                if key not in _ABOUT_PEOPLE and not self._means_somebody(key, one)
            }
        if isinstance(value, list | tuple):
            return [self._scrubbed(one) for one in value]
        return value

    def _means_somebody(self, key: str, value: Any) -> bool:
        if isinstance(value, Mapping) and value.get("_") == "PeerUser":
            return peer_of(value) not in self.advertisers
        return key == "user_id" and Author("PeerUser", _number(value)) not in self.advertisers


def _number(value: Any) -> int:
    if isinstance(value, Mapping):
        return int(value.get("user_id", 0))
    return value if isinstance(value, int) else 0


def _mentioned(entity: Raw) -> int:
    return _number(entity.get("user_id"))


def kept_user(user: Raw) -> dict[str, Any]:
    """Of an account that advertises: what it is called."""
    return {key: user[key] for key in _KEPT_OF_USER if user.get(key) is not None}


def kept_chat(chat: Raw) -> dict[str, Any]:
    """Of a group or channel: what it says of itself."""
    return {key: chat[key] for key in _KEPT_OF_CHAT if chat.get(key) is not None}
