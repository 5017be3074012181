"""What a channel's posts say of it, put together for those who decide. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from domain.assessment import Indicator
from domain.clock import iso


class Activity(StrEnum):
    """How a channel goes on. *Emptied*: the posts that carried the verdict are gone, or all but a
    few of its numbers are."""

    ACTIVE = "active"
    DORMANT = "dormant"
    EMPTIED = "emptied"
    UNKNOWN = "unknown"


RECENT = timedelta(days=30)
#: From so many priced goods on a post is a price list.
_PRICED = 3
#: Emptied is a channel that lost this share of the posts which carried the verdict, ...
_LOST = 0.8
#: ... or one of whose numbers, this many at least, no more than this share are there.
_NUMBERS, _LEFT = 50, 0.1
_MOST = 12


@dataclass(frozen=True, slots=True)
class PostFacts:
    """One post as it was last read. ``priced`` counts its prices for an amount of goods, ``doses``
    says that it has a price list by dose (``classifiers.doses``), ``gone`` that a later reading did
    not find it any more."""

    number: int
    posted_at: datetime | None
    selling: bool = False
    carries: bool = False
    priced: int = 0
    doses: bool = False
    indicators: tuple[Indicator, ...] = ()
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Links:
    """Where a channel leads, by what was found in it: names of sites, usernames of the channels
    that it calls its reserve, how many invite links."""

    sites: tuple[str, ...] = ()
    reserve: tuple[str, ...] = ()
    invites: int = 0


@dataclass(frozen=True, slots=True)
class GroupFacts:
    """Of a public group: the ``accounts`` that advertise there, ``@name`` or by their number, and
    how many ``messages`` of all were read."""

    accounts: tuple[str, ...]
    messages: int


@dataclass(frozen=True, slots=True)
class ChannelProfile:
    """Figures and names. Times are ISO 8601 in UTC, empty where there is none; ``together`` is the
    probability of the newest posts read as one text, None where that was not asked. Of a group the
    posts are those of the ``accounts`` that advertise, and ``messages`` counts all that were read;
    of a channel it is None. ``counters`` are the figures that the channel shows of itself, by name.
    """

    activity: Activity
    posts: int
    selling: int
    recent: int
    recent_selling: int
    first_at: str = ""
    last_at: str = ""
    last_selling_at: str = ""
    carriers: int = 0
    carriers_gone: int = 0
    price_lists: tuple[int, ...] = ()
    contacts: tuple[tuple[str, str], ...] = ()
    bots: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    reserve: tuple[str, ...] = ()
    invites: int = 0
    together: float | None = None
    accounts: tuple[str, ...] = ()
    messages: int | None = None
    counters: tuple[tuple[str, int], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain values, for ``profile_from``."""
        return asdict(self)


def profile_from(values: dict[str, Any]) -> ChannelProfile:
    """The profile that ``as_json`` gave."""
    told: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in values.items()
    }
    told["activity"] = Activity(values["activity"])
    for pairs in ("contacts", "counters"):
        told[pairs] = tuple((kind, value) for kind, value in values.get(pairs, ()))
    return ChannelProfile(**told)


def profile_of(
    posts: Sequence[PostFacts],
    about: Iterable[Indicator],
    links: Links,
    *,
    own: str,
    now: datetime,
    dormant_after: timedelta,
    together: float | None = None,
    group: GroupFacts | None = None,
    counters: Iterable[tuple[str, int]] = (),
) -> ChannelProfile:
    """The profile of the channel called ``own``. ``about`` are the indicators of its description.
    Of a ``group`` the ``posts`` are the advertisers' alone. ``counters`` are those it shows itself.

    Contacts and bots are those of posts that sell and of the description; its reserve channels
    and it itself are no contacts.
    """
    there = [post for post in posts if not post.gone]
    dated = sorted(post.posted_at for post in there if post.posted_at)
    sold = sorted(post.posted_at for post in there if post.posted_at and post.selling)
    recent = [post for post in there if post.posted_at and now - post.posted_at <= RECENT]
    carriers = [post for post in posts if post.carries]
    spoken = [*about, *(one for post in posts if post.selling for one in post.indicators)]
    return ChannelProfile(
        activity=_activity(
            posts, carriers, dated, now, dormant_after, hollow=group is None and _is_hollow(posts)
        ),
        posts=len(posts),
        selling=sum(post.selling for post in posts),
        recent=len(recent),
        recent_selling=sum(post.selling for post in recent),
        first_at=iso(dated[0]) if dated else "",
        last_at=iso(dated[-1]) if dated else "",
        last_selling_at=iso(sold[-1]) if sold else "",
        carriers=len(carriers),
        carriers_gone=sum(post.gone for post in carriers),
        price_lists=tuple(post.number for post in posts if _is_price_list(post))[-_MOST:],
        contacts=tuple(_contacts(spoken, {own.lower(), *links.reserve}))[:_MOST],
        bots=tuple(dict.fromkeys(one.value for one in spoken if _is_bot(one)))[:_MOST],
        sites=links.sites[:_MOST],
        reserve=links.reserve[:_MOST],
        invites=links.invites,
        together=together,
        accounts=group.accounts[:_MOST] if group else (),
        messages=group.messages if group else None,
        counters=tuple(counters),
    )


def _is_price_list(post: PostFacts) -> bool:
    return post.doses or (post.selling and post.priced >= _PRICED)


def _activity(
    posts: Sequence[PostFacts],
    carriers: Sequence[PostFacts],
    dated: Sequence[datetime],
    now: datetime,
    dormant_after: timedelta,
    *,
    hollow: bool,
) -> Activity:
    gone = sum(post.gone for post in carriers)
    if (carriers and gone >= _LOST * len(carriers)) or hollow:
        return Activity.EMPTIED
    if not dated:
        return Activity.EMPTIED if posts else Activity.UNKNOWN
    return Activity.DORMANT if now - dated[-1] > dormant_after else Activity.ACTIVE


def _is_hollow(posts: Sequence[PostFacts]) -> bool:
    """Whether nearly all numbers between the first post and the last are missing: posts were
    deleted before anybody read them."""
    numbers = [post.number for post in posts if not post.gone]
    span = max(numbers) - min(numbers) + 1 if numbers else 0
    return span >= _NUMBERS and len(numbers) <= _LEFT * span


def _contacts(found: Iterable[Indicator], known: set[str]) -> Iterator[tuple[str, str]]:
    seen = set()
    for one in found:
        pair = (one.kind, one.value)
        if pair in seen or one.kind in _PLACES or _is_bot(one):
            continue
        if one.kind == "telegram" and one.value.lower().lstrip("@") in known:
            continue
        seen.add(pair)
        yield pair


#: Kinds of indicators that are places and not people to write to or pay.
_PLACES = frozenset({"onion", "host", "telegram_invite"})


def _is_bot(one: Indicator) -> bool:
    return one.kind == "telegram" and one.value.lower().endswith("bot")
