from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from channels.snowball.rings import Caps, barren_groups, barren_rings

GRAPHS = st.dictionaries(
    st.integers(0, 12), st.frozensets(st.integers(0, 12), max_size=5), max_size=13
)


def reachable(start: int, barren: set[int], names: dict[int, frozenset[int]]) -> set[int]:
    seen: set[int] = set()
    waiting = [start]
    while waiting:
        for other in names.get(waiting.pop(), frozenset()) & barren:
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return seen


@given(GRAPHS, st.frozensets(st.integers(0, 12)))
def test_rings_are_those_that_lead_to_each_other(
    names: dict[int, frozenset[int]], barren: frozenset[int]
) -> None:
    rings = barren_rings(barren, names)
    ways = {one: reachable(one, set(barren), names) - {one} for one in barren}
    for one in barren:
        mates = {other for other in ways[one] if one in ways[other]}
        assert (one in rings) == bool(mates)
        assert mates == {o for o in rings if o != one and rings[o] == rings.get(one)}


def test_what_a_ring_or_a_branch_leads_to_belongs_to_it() -> None:
    names = {1: [2], 2: [1]}
    found_by = {1: 0, 2: 1, 3: 2, 4: 3, 5: 0, 6: 5, 7: 99}
    assert barren_groups(found_by, names) == {1: 1, 2: 1, 3: 1, 4: 1, 5: 5, 6: 5, 7: 7}


def test_whatever_the_record_says_it_ends() -> None:
    assert barren_groups({1: 2, 2: 1, 3: 3}, {}).keys() == {1, 2, 3}


def test_a_long_ring_needs_no_recursion() -> None:
    names = {n: [(n + 1) % 5000] for n in range(5000)}
    assert set(barren_rings(range(5000), names).values()) == {0}


@given(st.integers(0, 100), st.floats(0, 30))
def test_room_grows_with_what_was_found_and_ends_at_the_limit(looks: int, paid: float) -> None:
    caps = Caps(parent=20, first=4, again=3)
    assert caps.room(looks, paid) <= caps.room(looks, paid + 1)
    assert not caps.room(20, paid)
    assert caps.room(0, 0.0)
    assert not caps.room(4, 0.0)
