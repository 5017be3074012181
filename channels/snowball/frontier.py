"""The channels that wait to be looked at, and which of them is next. Pure: rows come from outside.

Each step takes the channel of highest worth whose parent has room left; a share of the steps is
spent by chance instead, on a parent drawn first and a name of it second, so that long lists are
not drawn more often than short ones.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

from channels.snowball.clues import Clue
from channels.snowball.rings import Caps, barren_groups
from channels.snowball.worth import Features, Standing, Worth, features, rate
from domain.selling import sells

#: From this probability on a channel counts as selling.
PAYS = 0.5
#: The share of looks that is expected to pay off before any did.
EXPECTED = 0.1
#: So many picks use an order before all is valued anew; the best of it are valued at each.
_ANEW, _BEST = 20, 50


class Left(StrEnum):
    """What keeps a channel waiting. *Not reached*: no bound does, the night ended before."""

    LIMIT = "limit"
    PARENT_OR_RING = "parent or ring"
    NOT_REACHED = "not reached"


@dataclass(slots=True)
class Channel:
    """A channel that was looked at. ``looks`` and ``paid`` count, in all nights, the looks at what
    it names and what they brought; ``tonight`` those of this night. ``outcome`` None: not yet."""

    posts: int = 0
    selling: int = 0
    inherited: float = 0.0
    depth: int = 0
    found_by: int | None = None
    looks: int = 0
    paid: float = 0.0
    tonight: int = 0
    outcome: float | None = None

    @property
    def sells(self) -> float:
        """How likely it sells: by its posts, 0 while none was read."""
        return sells(self.posts, self.selling) if self.posts else 0.0

    @property
    def is_barren(self) -> bool:
        """Whether it was looked at, does not sell, and named nothing that does."""
        done = self.outcome is not None
        return done and max(self.outcome or 0.0, self.sells, self.paid) < PAYS


@dataclass(frozen=True, slots=True)
class Pick:
    """The channel to look at next. ``expected`` is its worth, from ``given``."""

    channel: int
    parent: int
    expected: float
    given: Features
    explored: bool = False


@dataclass(slots=True)
class _Waiting:
    clues: dict[int, Clue] = field(default_factory=dict)
    worth: float = 0.0


class Frontier:
    """Knows channels by number. ``explore`` is the share of picks by chance; ``taken`` how many
    were made this night before."""

    def __init__(
        self,
        caps: Caps,
        *,
        explore: float = 0.1,
        worth: Worth | None = None,
        rng: random.Random | None = None,
        taken: int = 0,
    ) -> None:
        self.worth = worth or Worth()
        self.channels: dict[int, Channel] = {}
        self._done: set[int] = set()
        self._caps, self._explore, self._taken = caps, explore, taken
        self._rng = rng or random.Random(0)  # noqa: S311 - spreads looks, guards nothing
        self._waiting: dict[int, _Waiting] = {}
        self._names: dict[int, set[int]] = defaultdict(set)
        self._order: list[int] = []
        self._fresh: dict[int, None] = {}
        self._rings: dict[int, int] = {}
        self._spent: Counter[int] = Counter()
        self._valued = 0
        self._given: dict[int, Features] = {}

    # what is told

    def known(self, number: int, channel: Channel, *, waits: bool = False) -> None:
        """A channel that was looked at, or is asked for. It waits for nothing any more, unless
        ``waits`` says that it may be looked at again."""
        self.channels[number] = channel
        if not waits:
            self._done.add(number)
            self._waiting.pop(number, None)
            self._fresh.pop(number, None)

    def named(self, parent: int, child: int, clue: Clue) -> None:
        """``parent`` names ``child``, which waits from now on unless it was looked at."""
        if parent == child:
            return
        self._names[parent].add(child)
        self.channels.setdefault(parent, Channel())
        if child not in self._done:
            self._waiting.setdefault(child, _Waiting()).clues[parent] = clue
            self._fresh[child] = None

    def ties(self, names: Iterable[tuple[int, int]]) -> None:
        """Who names whom among those that were looked at, for telling rings."""
        for parent, child in names:
            self._names[parent].add(child)

    def read(self, number: int, posts: int, selling: int) -> None:
        """So many more posts of a channel were read, of which so many sell."""
        channel = self.channels.setdefault(number, Channel())
        channel.posts += posts
        channel.selling += selling

    def settled(self, number: int, outcome: float) -> None:
        """A look has ended: what it brought, 0 to 1, goes to the one who named the channel."""
        channel = self.channels[number]
        channel.outcome = outcome
        if number in self._given:
            self.worth.learn(self._given.pop(number), outcome)
        if channel.found_by is None:
            return
        self.channels[channel.found_by].paid += outcome
        if channel.is_barren:
            self._rings[number] = self._rings.get(channel.found_by, number)
        else:
            self._valued = _ANEW  # whom it was found by is barren no more

    # what is asked

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def taken(self) -> int:
        """Looks of this night so far."""
        return self._taken

    @property
    def is_full(self) -> bool:
        """Whether the night's looks are used up."""
        return self._taken >= self._caps.total

    def next(self) -> Pick | None:
        """The channel to look at; None where the night's looks are used up or nothing is left
        that a bound allows."""
        if self.is_full or not self._waiting:
            return None
        if not self._order or self._valued >= _ANEW:
            self._value_all()
        pick = self._choose()
        if pick is None and self._valued:  # the rings may have been others since they were told
            self._value_all()
            pick = self._choose()
        if pick is not None:
            self._take(pick)
        return pick

    def left_by(self) -> Iterator[tuple[int, Left]]:
        """Those that wait, each with what keeps it waiting."""
        self._find_rings()
        free = Left.LIMIT if self.is_full else Left.NOT_REACHED
        for number in self._waiting:
            held = self._parent(number, deserved=False) is None
            yield number, Left.PARENT_OR_RING if held else free

    # inside

    def _choose(self) -> Pick | None:
        pick = self._by_chance() if self._explores() else None
        return pick or self._best(deserved=True) or self._best(deserved=False)

    def _explores(self) -> bool:
        """Every so-many-th pick; the first only after the share has added up to one."""
        before, after = self._explore * self._taken, self._explore * (self._taken + 1)
        return int(after) > int(before)

    def _by_chance(self) -> Pick | None:
        by_parent: dict[int, list[int]] = defaultdict(list)
        for number in self._waiting:
            parent = self._parent(number, deserved=True)
            if parent is not None:
                by_parent[parent].append(number)
        if not by_parent:
            return None
        number = self._rng.choice(by_parent[self._rng.choice(sorted(by_parent))])
        pick = self._pick(number, deserved=True)
        return replace(pick, explored=True) if pick else None

    def _best(self, *, deserved: bool) -> Pick | None:
        best: Pick | None = None
        seen = 0
        for number in (*self._fresh, *self._order):
            if number not in self._waiting:
                continue
            pick = self._pick(number, deserved=deserved)
            if pick is None:
                continue
            if best is None or pick.expected > best.expected:
                best = pick
            seen += number not in self._fresh
            if seen >= _BEST:
                break
        return best

    def _pick(self, number: int, *, deserved: bool) -> Pick | None:
        parent = self._parent(number, deserved=deserved)
        if parent is None:
            return None
        given = self._features(number, parent)
        return Pick(number, parent, self.worth.of(given), given)

    def _parent(self, number: int, *, deserved: bool) -> int | None:
        """Of those who name it and have room left, the one by whom it is worth most."""
        able = [one for one in self._waiting[number].clues if self._has_room(one, deserved)]
        if len(able) < 2:
            return able[0] if able else None
        return max(able, key=lambda one: self.worth.of(self._features(number, one)))

    def _has_room(self, parent: int, deserved: bool) -> bool:
        channel = self.channels[parent]
        ring = self._rings.get(parent)
        if ring is not None and self._spent[ring] >= self._caps.ring:
            return False
        if deserved:
            return self._caps.room(channel.tonight, channel.paid)
        return channel.tonight < self._caps.parent

    def _features(self, number: int, parent: int) -> Features:
        clues = self._waiting[number].clues
        support = sum(self.channels[one].sells for one in clues if one != parent)
        return features(clues[parent], self._standing(parent), support)

    def _standing(self, number: int) -> Standing:
        channel = self.channels[number]
        return Standing(channel.sells, channel.inherited, self._rate(number), channel.depth)

    def _rate(self, number: int) -> float:
        """Along the way by which it was found, each step drawn towards the one before."""
        way: list[Channel] = []
        seen: set[int] = set()
        at: int | None = number
        while at is not None and at not in seen and at in self.channels:
            seen.add(at)
            way.append(self.channels[at])
            at = way[-1].found_by
        found = EXPECTED
        for channel in reversed(way):
            found = rate(channel.looks, channel.paid, found)
        return found

    def _take(self, pick: Pick) -> None:
        parent = self.channels[pick.parent]
        parent.looks += 1
        parent.tonight += 1
        if (ring := self._rings.get(pick.parent)) is not None:
            self._spent[ring] += 1
        self._taken += 1
        self._valued += 1
        self._given[pick.channel] = pick.given
        standing = self._standing(pick.parent)
        self.known(
            pick.channel,
            Channel(inherited=standing.onward, depth=parent.depth + 1, found_by=pick.parent),
        )

    def _value_all(self) -> None:
        self._valued = 0
        self._find_rings()
        for number, waiting in self._waiting.items():
            waiting.worth = max(
                self.worth.of(self._features(number, parent)) for parent in waiting.clues
            )
        self._order = sorted(self._waiting, key=lambda one: -self._waiting[one].worth)
        self._fresh.clear()

    def _find_rings(self) -> None:
        found_by = {
            number: channel.found_by
            for number, channel in self.channels.items()
            if channel.found_by is not None and channel.is_barren
        }
        self._rings = barren_groups(found_by, self._names)
        self._spent = Counter()
        for number, ring in self._rings.items():
            self._spent[ring] += self.channels[number].tonight
