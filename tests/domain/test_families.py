from __future__ import annotations

from domain.families import group


def test_targets_tied_by_a_chain_of_traits_are_one_family() -> None:
    families = group({1: [("btc", "a")], 2: [("btc", "a"), ("tg", "x")], 3: [("tg", "x")], 4: []})
    assert families == [(frozenset({1, 2, 3}), frozenset({("btc", "a"), ("tg", "x")}))]


def test_what_everybody_has_ties_nobody() -> None:
    everybody = {n: [("tg", "market")] for n in range(5)}
    assert group(everybody, common=4) == []
    assert len(group(everybody, common=5)) == 1
