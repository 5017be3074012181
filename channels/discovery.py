"""Where a channel leads: forward origins, names, links and sites in its posts. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from channels.documents import ABOUT
from channels.posts import ChannelInfo, Post
from channels.snowball.clues import Clue, Via
from channels.usernames import Pointer, invite_hash, is_bot, username_in, where_to
from classifiers.cascade import Glance
from domain.candidates import Candidate, Why
from domain.digests import sha256_hex
from domain.errors import KeyFormatError
from domain.names_in_text import broken_onions_in, hosts_in, onions_in, undisguised
from domain.platforms import Platforms as Platforms
from domain.platforms import parse_platforms as parse_platforms
from domain.reserve import reserve_names, speaks_of_reserve
from domain.targets import (
    TargetKey,
    TargetKind,
    canonical_onion,
    canonical_url,
    site_key,
    telegram_key,
)

#: How likely what is found is a shop, by how it was found: an operator's own buttons and
#: forwards lead to his shops more often than a name in passing. Bots cannot be previewed.
FORWARD, BUTTON, ONION, LINKED, NAMED, SITE, BOT = 0.9, 0.8, 0.8, 0.7, 0.5, 0.5, 0.1
#: What one page may bring; more is a list of spam.
MOST_FROM_A_PAGE = 200

_HANDLE = re.compile(r"(?<![\w@/.\-])@([A-Za-z][A-Za-z0-9_]{3,31})(?![\w@]|\.\w)")
_ADDRESS = re.compile(
    r"(?:https?://|tg://|(?<![\w@.-])(?:t|telegram)\.(?:me|dog)/)[^\s<>\"'«»“”]{1,2000}",
    re.IGNORECASE,
)
_CLOSING = ".,;:!?)]}»”…"
_REMEMBERED = 1024


@dataclass(frozen=True, slots=True)
class Invite:
    """An invite link. The hash would let people in, so its digest alone is kept."""

    digest: str
    post: str


@dataclass(slots=True)
class Found:
    """Candidates, best reason first, and what was left out, by reason.

    ``clues`` say how each channel is named, ``names`` under which username those are known that
    are told by number, ``invites`` are the invite links, each once.
    """

    candidates: list[Candidate] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    clues: dict[TargetKey, Clue] = field(default_factory=dict)
    names: dict[TargetKey, str] = field(default_factory=dict)
    invites: list[Invite] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Lead:
    why: Why
    url: str
    priority: float
    via: Via
    reserve: bool = False
    numeric_id: int | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    """A post or the description (``part``), and all that it leads to."""

    part: str
    leads: tuple[_Lead, ...]
    glance: Glance | None


def discover(
    parent: TargetKey,
    own: str,
    info: ChannelInfo | None,
    posts: Iterable[Post],
    platforms: Platforms,
    glances: Mapping[str, Glance] | None = None,
) -> Found:
    """What ``posts`` and the description in ``info`` lead to, each target once.

    ``own`` is the channel's username: it does not lead to itself. ``glances`` are the first
    stage's words on the posts (and the description, ``ABOUT``) by part. Invite links and links
    into private channels are counted and never followed; platforms and what is beyond
    ``MOST_FROM_A_PAGE`` are counted too.
    """
    return _Search(parent, own, platforms).through(_places(info, posts, glances or {}))


class _Search:
    """Goes through the places of one page."""

    def __init__(self, parent: TargetKey, own: str, platforms: Platforms) -> None:
        self._parent, self._own, self._platforms = parent, own, platforms
        self._found = Found()
        self._best: dict[TargetKey, Candidate] = {}
        self._known: dict[str, tuple[TargetKey | None, str]] = {}

    def through(self, places: Iterable[_Place]) -> Found:
        for place in places:
            self._take(place)
        found = self._found
        ordered = sorted(self._best.values(), key=lambda one: -one.priority)
        if (beyond := len(ordered) - MOST_FROM_A_PAGE) > 0:
            found.left_out["more than a page may bring"] += beyond
        found.candidates = ordered[:MOST_FROM_A_PAGE]
        kept = {one.target for one in found.candidates}
        found.clues = {key: clue for key, clue in found.clues.items() if key in kept}
        return found

    def _take(self, place: _Place) -> None:
        named: dict[TargetKey, _Lead] = {}
        for lead in place.leads:
            key, url = self._target(lead, place.part)
            if key is None or key == self._parent:
                continue
            self._note(key, url, lead, place.glance)
            if key.kind is TargetKind.TELEGRAM and not is_bot(key.value):
                other = named.setdefault(key, lead)
                best = lead if lead.priority > other.priority else other
                named[key] = replace(best, reserve=lead.reserve or other.reserve)
        for key, lead in named.items():
            clue = _clue(lead, place.glance, len(named))
            known = self._found.clues.get(key)
            self._found.clues[key] = known.joined(clue) if known else clue

    def _note(self, key: TargetKey, url: str, lead: _Lead, glance: Glance | None) -> None:
        priority = _priority(key, lead.priority)
        if glance is not None and key.kind is not TargetKind.TELEGRAM:
            priority *= (1 + glance.selling) / 2
        known = self._best.get(key)
        if known is None or priority > known.priority:
            self._best[key] = Candidate(
                key, lead.why, url=url, parent=self._parent, priority=priority
            )

    def _target(self, lead: _Lead, part: str) -> tuple[TargetKey | None, str]:
        """The target of a lead; what is none is counted once for each address."""
        if lead.numeric_id is not None:
            key = telegram_key(numeric_id=lead.numeric_id)
            if (username := username_in(lead.url)) and username != self._own:
                self._found.names[key] = username
            return key, ""
        if lead.url not in self._known:
            found = _target(lead.url, self._own, self._platforms, self._found.left_out)
            self._known[lead.url] = found
            if invite := invite_hash(lead.url):
                self._found.invites.append(Invite(sha256_hex(invite.encode()), part))
        return self._known[lead.url]


def _clue(lead: _Lead, glance: Glance | None, names: int) -> Clue:
    selling, about = (glance.selling, glance.about_drugs) if glance else (0.0, 0.0)
    return Clue(lead.via, selling / names, about / names, lead.reserve)


def _places(
    info: ChannelInfo | None, posts: Iterable[Post], glances: Mapping[str, Glance]
) -> Iterator[_Place]:
    if info is not None:
        reserve = frozenset(reserve_names(info.description))
        leads = [_Lead(Why.MENTION, link.url, LINKED, Via.ABOUT) for link in info.links]
        leads += _from_text(info.description, Via.ABOUT, Via.ABOUT)
        yield _Place(ABOUT, _marked(leads, reserve), glances.get(ABOUT))
    for post in posts:
        if post.service:
            continue
        reserve = frozenset(reserve_names(post.text))
        part = str(post.id)
        yield _Place(part, _marked(_leads(post), reserve), glances.get(part))


def _marked(leads: Iterable[_Lead], reserve: Collection[str]) -> tuple[_Lead, ...]:
    """``leads`` with those marked that the text calls a reserve."""
    return tuple(
        replace(lead, reserve=True) if reserve and username_in(lead.url) in reserve else lead
        for lead in leads
    )


def _leads(post: Post) -> Iterator[_Lead]:
    origin = post.forward
    if origin is not None and (origin.username or origin.numeric_id is not None):
        url = f"tg://resolve?domain={origin.username}"
        yield _Lead(Why.FORWARD, url, FORWARD, Via.FORWARD, numeric_id=origin.numeric_id)
    for link in post.buttons:
        reserve = speaks_of_reserve(link.text)
        yield _Lead(Why.MENTION, link.url, BUTTON, Via.BUTTON, reserve)
    for link in post.links:
        yield _Lead(Why.MENTION, link.url, LINKED, Via.LINK)
    yield from _from_text(post.text, Via.LINK, Via.MENTION)


def _from_text(text: str, linked_as: Via, named_as: Via) -> Iterator[_Lead]:
    """What is named in a text. Telegram links host names in posts by itself, except those of
    onion services and those that are disguised."""
    given, text = text, undisguised(text)
    for found in _ADDRESS.finditer(text) if "/" in text else ():
        address = found[0].rstrip(_CLOSING)
        url = address if "://" in address else f"https://{address}"
        yield _Lead(Why.MENTION, url, LINKED, linked_as)
    for name in (*onions_in(text), *broken_onions_in(text)):
        yield _Lead(Why.MENTION, f"http://{name}/", ONION, named_as)
    if text != given:
        linked = set(hosts_in(given))
        for name in dict.fromkeys(hosts_in(text)):
            if name not in linked:
                yield _Lead(Why.MENTION, f"http://{name}/", SITE, named_as)
    for found in _HANDLE.finditer(text) if "@" in text else ():
        yield _Lead(Why.MENTION, f"tg://resolve?domain={found[1]}", NAMED, named_as)


def _target(
    url: str, own: str, platforms: Platforms, left_out: Counter[str]
) -> tuple[TargetKey | None, str]:
    """The target that ``url`` belongs to and where it is entered; None for what is none."""
    pointed = where_to(url)
    match pointed.kind:
        case Pointer.NAME:
            return (None if pointed.username == own else telegram_key(pointed.username)), ""
        case Pointer.INVITE:
            left_out["invite link, never joined"] += 1
            return None, ""
        case Pointer.PRIVATE:
            left_out["link into a private channel"] += 1
            return None, ""
        case Pointer.OWN_PAGE:
            return None, ""
        case Pointer.NOT_TELEGRAM:
            return _site(url, platforms, left_out)


def _site(url: str, platforms: Platforms, left_out: Counter[str]) -> tuple[TargetKey | None, str]:
    key, canonical = _site_at(url)
    if key is None:
        left_out["address that is none"] += 1
        return None, ""
    if key.value in platforms:
        left_out["platform"] += 1
        return None, ""
    return key, canonical


@lru_cache(maxsize=_REMEMBERED)
def _site_at(url: str) -> tuple[TargetKey | None, str]:
    """The site at ``url`` and the URL in its canonical form; None for an address that is none.
    A channel names the same sites from page to page."""
    try:
        canonical = canonical_url(url)
        key = site_key(canonical)
        if key.kind is TargetKind.ONION:
            canonical_onion(key.value)
    except KeyFormatError:
        return None, ""
    return key, canonical


def _priority(key: TargetKey, priority: float) -> float:
    if key.kind is TargetKind.TELEGRAM:
        return BOT if is_bot(key.value) else priority
    return max(ONION, priority) if key.kind is TargetKind.ONION else min(priority, BUTTON)
