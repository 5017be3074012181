"""Where a channel leads: forward origins, names, links and sites in its posts. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from channels.posts import ChannelInfo, Post
from channels.usernames import Pointer, is_bot, where_to
from domain.candidates import Candidate, Why
from domain.documents import Link
from domain.errors import KeyFormatError
from domain.names_in_text import broken_onions_in, hosts_in, onions_in, undisguised
from domain.platforms import Platforms as Platforms
from domain.platforms import parse_platforms as parse_platforms
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


@dataclass(slots=True)
class Found:
    """Candidates, best reason first, and what was left out, by reason."""

    candidates: list[Candidate] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class _Lead:
    why: Why
    url: str
    priority: float


def discover(
    parent: TargetKey,
    own: str,
    info: ChannelInfo | None,
    posts: Iterable[Post],
    platforms: Platforms,
) -> Found:
    """What ``posts`` and the description in ``info`` lead to, each target once.

    ``own`` is the channel's username: it does not lead to itself. Invite links and links into
    private channels are counted and never followed; platforms and what is beyond
    ``MOST_FROM_A_PAGE`` are counted too.
    """
    found = Found()
    best: dict[TargetKey, _Lead] = {}
    for lead in _once(_leads(info, posts)):
        key, url = _target(lead.url, own, platforms, found.left_out)
        if key is None:
            continue
        better = _Lead(lead.why, url, _priority(key, lead.priority))
        if key not in best or better.priority > best[key].priority:
            best[key] = better
    ordered = sorted(best.items(), key=lambda item: -item[1].priority)
    if len(ordered) > MOST_FROM_A_PAGE:
        found.left_out["more than a page may bring"] += len(ordered) - MOST_FROM_A_PAGE
    found.candidates = [
        Candidate(key, lead.why, url=lead.url, parent=parent, priority=lead.priority)
        for key, lead in ordered[:MOST_FROM_A_PAGE]
    ]
    return found


def _once(leads: Iterable[_Lead]) -> Iterable[_Lead]:
    """Each address with its best reason: links stand in the text too."""
    best: dict[str, _Lead] = {}
    for lead in leads:
        if lead.url not in best or lead.priority > best[lead.url].priority:
            best[lead.url] = lead
    return best.values()


def _leads(info: ChannelInfo | None, posts: Iterable[Post]) -> Iterator[_Lead]:
    if info is not None:
        yield from _from_text(info.description)
        yield from (_Lead(Why.MENTION, link.url, LINKED) for link in info.links)
    for post in posts:
        if post.service:
            continue
        if post.forward is not None and post.forward.username:
            yield _Lead(Why.FORWARD, f"tg://resolve?domain={post.forward.username}", FORWARD)
        yield from _from_links(post.buttons, BUTTON)
        yield from _from_links(post.links, LINKED)
        yield from _from_text(post.text)


def _from_links(links: Iterable[Link], priority: float) -> Iterator[_Lead]:
    for link in links:
        yield _Lead(Why.MENTION, link.url, priority)


def _from_text(text: str) -> Iterator[_Lead]:
    """What is named in a text. Telegram links host names in posts by itself, except those of
    onion services and those that are disguised."""
    linked, text = set(hosts_in(text)), undisguised(text)
    for found in _ADDRESS.finditer(text):
        address = found[0].rstrip(_CLOSING)
        yield _Lead(Why.MENTION, address if "://" in address else f"https://{address}", LINKED)
    for name in (*onions_in(text), *broken_onions_in(text)):
        yield _Lead(Why.MENTION, f"http://{name}/", ONION)
    for name in dict.fromkeys(hosts_in(text)):
        if name not in linked:
            yield _Lead(Why.MENTION, f"http://{name}/", SITE)
    for found in _HANDLE.finditer(text):
        yield _Lead(Why.MENTION, f"tg://resolve?domain={found[1]}", NAMED)


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
    try:
        canonical = canonical_url(url)
        key = site_key(canonical)
        if key.kind is TargetKind.ONION:
            canonical_onion(key.value)
    except KeyFormatError:
        left_out["address that is none"] += 1
        return None, ""
    if key.value in platforms:
        left_out["platform"] += 1
        return None, ""
    return key, canonical


def _priority(key: TargetKey, priority: float) -> float:
    if key.kind is TargetKind.TELEGRAM:
        return BOT if is_bot(key.value) else priority
    return max(ONION, priority) if key.kind is TargetKind.ONION else min(priority, BUTTON)
