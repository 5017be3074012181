from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.snowball.clues import Clue, Via
from channels.snowball.worth import Standing, Worth, features, rate

SHARES = st.floats(0, 1)
CLUES = st.builds(Clue, st.sampled_from([*Via]), SHARES, SHARES, st.booleans())
STANDINGS = st.builds(Standing, SHARES, SHARES, SHARES, st.integers(0, 30))


@given(CLUES, STANDINGS, st.floats(0, 50))
def test_worth_is_a_probability(clue: Clue, parent: Standing, support: float) -> None:
    assert 0 <= Worth().of(features(clue, parent, support)) <= 1


def test_before_anything_is_learned_the_order_is_sensible() -> None:
    shop, news = Standing(sells=0.9, rate=0.4), Standing(sells=0.0, rate=0.05)
    order = [
        features(Clue(Via.BUTTON, 0.9, 0.9, reserve=True), shop, 0.5),
        features(Clue(Via.FORWARD, 0.8, 0.9), shop, 0.0),
        features(Clue(Via.MENTION, 0.3, 0.5), shop, 0.0),
        features(Clue(Via.MENTION, 0.008, 0.01), shop, 0.0),
        features(Clue(Via.MENTION, 0.05, 0.9), news, 0.0),
    ]
    worths = [Worth().of(one) for one in order]
    assert worths == sorted(worths, reverse=True)
    assert len(set(worths)) == len(worths)


def test_it_learns_and_forgets_nothing_over_a_restart() -> None:
    good = features(Clue(Via.SIMILAR, 0.1), Standing(0.1), 0.0)
    bad = features(Clue(Via.FORWARD, 0.9), Standing(0.9), 0.0)
    looks = [(list(good), 1.0), (list(bad), 0.0)] * 60
    worth = Worth()
    assert worth.of(bad) > worth.of(good)
    for given_, outcome in looks:
        worth.learn(given_, outcome)
    assert worth.of(good) > worth.of(bad)
    again = Worth.learned(looks)
    assert again.of(good) == worth.of(good)


def test_looks_of_an_older_version_teach_nothing() -> None:
    assert Worth.learned([([1.0, 2.0], 1.0)]).of([1.0] * 16) == Worth().of([1.0] * 16)


@given(st.integers(0, 50), SHARES, SHARES)
def test_a_rate_lies_between_what_was_seen_and_what_was_before(
    looks: int, share: float, before: float
) -> None:
    seen = share * looks
    found = rate(looks, seen, before)
    low, high = sorted((share, before)) if looks else (before, before)
    assert low - 1e-9 <= found <= high + 1e-9


def test_a_hundred_names_in_one_post_share_its_worth() -> None:
    clue = Clue(Via.MENTION, 0.9 / 100).joined(Clue(Via.LINK, 0.4 / 100))
    assert (clue.selling, clue.posts, clue.via) == (pytest.approx(0.009), 2, Via.MENTION)
