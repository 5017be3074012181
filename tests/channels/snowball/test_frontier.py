"""Which channel is next: properties that hold for any graph, and spam that must not eat a night."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bench.network import make_network
from bench.snowball import looks_as_they_come, looks_by_worth
from channels.snowball.clues import Clue, Via
from channels.snowball.frontier import Channel, Frontier, Left, Pick
from channels.snowball.rings import Caps

NAMES = st.dictionaries(
    st.integers(0, 25), st.dictionaries(st.integers(0, 25), st.floats(0, 1), max_size=8)
)


def walk(
    frontier: Frontier, names: dict[int, dict[int, float]], shops: set[int], start: int = 0
) -> list[Pick]:
    """Let everything be looked at that the frontier wants."""

    def read(number: int) -> None:
        frontier.read(number, 10, 4 if number in shops else 0)
        for child, selling in names.get(number, {}).items():
            frontier.named(number, child, Clue(Via.MENTION, selling))
        frontier.settled(number, 1.0 if number in shops else 0.0)

    frontier.known(start, Channel())
    read(start)
    picks = []
    while (pick := frontier.next()) is not None:
        picks.append(pick)
        read(pick.channel)
    return picks


#: Here the bound of a ring is told before the last look shows that the ring is a smaller one.
_RING_TOLD_EARLY = {
    6: dict.fromkeys((0, 1, 2, 5, 3), 0.0), 2: {}, 0: {4: 0.0}, 1: {6: 0.0}, 3: {},
    4: {0: 0.0, 1: 0.0},
}  # fmt: skip


@given(NAMES, st.sets(st.integers(0, 25)), st.floats(0, 0.5), st.integers(0, 30))
@example(_RING_TOLD_EARLY, set(), 0.0, 6)
def test_each_channel_once_within_all_bounds(
    names: dict[int, dict[int, float]], shops: set[int], explore: float, total: int
) -> None:
    caps = Caps(total=total, parent=6, first=2, again=2, ring=4)
    frontier = Frontier(caps, explore=explore, rng=random.Random(1))
    picks = walk(frontier, names, shops)
    channels = [pick.channel for pick in picks]
    assert len(channels) == len(set(channels)) <= total
    assert 0 not in channels
    assert all(pick.channel in names[pick.parent] for pick in picks)
    assert max(Counter(pick.parent for pick in picks).values(), default=0) <= caps.parent
    assert all(0 <= pick.expected <= 1 for pick in picks)
    if len(picks) < total:
        left = dict(frontier.left_by())
        assert set(left.values()) <= {"parent or ring"}


@given(NAMES, st.sets(st.integers(0, 25)))
def test_without_bounds_all_that_is_named_is_reached(
    names: dict[int, dict[int, float]], shops: set[int]
) -> None:
    caps = Caps(total=1000, parent=1000, ring=1000)
    reached = {pick.channel for pick in walk(Frontier(caps), names, shops)}
    wanted, waiting = set(), [0]
    while waiting:
        for child in names.get(waiting.pop(), {}):
            if child not in wanted | {0}:
                wanted.add(child)
                waiting.append(child)
    assert reached == wanted


@pytest.mark.parametrize(("taken", "other"), [(5, Left.NOT_REACHED), (20, Left.LIMIT)])
def test_what_keeps_a_channel_waiting_is_told_before_anything_was_picked(
    taken: int, other: Left
) -> None:
    frontier = Frontier(Caps(total=20, ring=4), explore=0.0, taken=taken)
    frontier.known(0, Channel(outcome=1.0))
    frontier.known(1, Channel(found_by=0, outcome=0.0, tonight=4))
    frontier.named(1, 2, Clue(Via.MENTION, 0.9))
    frontier.named(0, 3, Clue(Via.MENTION, 0.1))
    assert dict(frontier.left_by()) == {2: Left.PARENT_OR_RING, 3: other}
    picks = [pick.channel for pick in iter(frontier.next, None)]
    assert picks == ([3] if other is Left.NOT_REACHED else [])


def test_the_likelier_comes_first() -> None:
    names = {0: {1: 0.1, 2: 0.9, 3: 0.5}}
    picks = walk(Frontier(Caps(), explore=0.0), names, {0})
    assert [pick.channel for pick in picks] == [2, 3, 1]


def ring(first: int, size: int, rng: random.Random) -> dict[int, dict[int, float]]:
    """Channels that all name thirty others of them, in posts that look rather like selling."""
    members = range(first, first + size)
    return {
        one: {other: 0.5 for other in rng.sample(members, 30) if other != one} for one in members
    }


def test_a_spam_ring_does_not_eat_the_night() -> None:
    names = ring(1000, 400, random.Random(3))
    shops = set(range(1, 61))
    names[0] = {1: 0.2, 1000: 0.9}
    for shop in shops:
        names[shop] = {shop + 1: 0.3, 1000 + shop: 0.6}
    caps = Caps(total=180, ring=20)
    picks = walk(Frontier(caps, explore=0.1, rng=random.Random(4)), names, shops)
    found = {pick.channel for pick in picks}
    assert shops <= found
    last = max(at for at, pick in enumerate(picks) if pick.channel in shops)
    # what shops name is told for a member of the ring once in twenty looks
    assert sum(pick.parent >= 1000 for pick in picks[:last]) <= caps.ring + 10
    assert sum(pick.parent >= 1000 for pick in picks) <= caps.ring + 30


def test_a_list_of_a_thousand_names_does_not_eat_the_night() -> None:
    names = {0: {1: 0.3, **dict.fromkeys(range(1000, 2000), 0.9 / 1000)}}
    names |= {n: {n + 1: 0.3} for n in range(1, 40)}
    picks = walk(Frontier(Caps(total=100), explore=0.1), names, set(range(1, 41)))
    found = {pick.channel for pick in picks}
    assert set(range(1, 41)) <= found
    assert sum(number >= 1000 for number in found) <= 50
    first = [pick.channel for pick in picks[:30]]
    assert sum(number >= 1000 for number in first) <= 6


def test_a_parent_whose_names_gave_nothing_comes_later() -> None:
    names = {0: {1: 0.6, 2: 0.5}}
    names[1] = {10 + n: 0.6 for n in range(10)}
    names[2] = {30 + n: 0.5 for n in range(10)}
    shops = {1, 2, *range(30, 40)}
    picks = walk(Frontier(Caps(first=3), explore=0.0), names, shops)
    order = [pick.channel for pick in picks]
    last_of_two = max(order.index(n) for n in range(30, 40))
    tried = [n for n in order[:last_of_two] if 10 <= n < 20]
    assert len(tried) <= 3


def test_chance_draws_parents_before_names() -> None:
    names = {0: {1: 0.0, 2: 0.0}, 1: dict.fromkeys(range(100, 1100), 0.0), 2: {3: 0.0}}
    hits = 0
    for seed in range(20):
        caps = Caps(total=4, first=1000, parent=1000, ring=1000)
        picks = walk(Frontier(caps, explore=1.0, rng=random.Random(seed)), names, set())
        hits += 3 in {pick.channel for pick in picks}
    assert hits >= 5


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_more_shops_are_found_than_as_they_come(seed: int) -> None:
    """Posts of shops sell one time in five, others' one time in a hundred; see ``bench.snowball``
    for the same over texts."""
    scores = {
        "shop": [(0.9, 0.9)] + [(0.1, 0.3)] * 4,
        "directory": [(0.75, 0.8)] + [(0.2, 0.4)] * 9,
        "news": [(0.2, 0.9)] * 30 + [(0.8, 0.9)],
        "ring": [(0.3, 0.1)] * 9 + [(0.5, 0.2)],
        "other": [(0.05, 0.05)] * 99 + [(0.8, 0.3)],
    }
    network = make_network(seed, scores, 1500)
    by_worth = looks_by_worth(network, 120, 0.7, seed)
    as_they_come = looks_as_they_come(network, 120)
    assert len(by_worth) == len(as_they_come) == 120
    found = sum(map(network.sells, by_worth))
    assert found >= 2 * sum(map(network.sells, as_they_come))
    assert found >= 30
