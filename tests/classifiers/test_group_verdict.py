"""A group is judged by what those wrote who advertise there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.channel_verdict import channel_verdict
from classifiers.group_verdict import Account, group_verdict
from domain.assessment import Role, Verdict
from tests.classifiers.test_channel_verdict import PROBABILITIES, THRESHOLD, post


def test_without_advertisers_a_group_is_nothing_whatever_is_said_there() -> None:
    messages = [post(0.99), post(0.99)]
    assert group_verdict([], messages, threshold=THRESHOLD) == Verdict(0.0, 0.0, Role.OTHER)
    gone = [Account(())]
    assert group_verdict(gone, messages, threshold=THRESHOLD).probability == 0.0


def test_a_seller_in_code_words_is_just_at_the_threshold() -> None:
    messages = [post(0.05), post(0.31), post(0.05), post(0.3), post(0.02)]
    verdict = group_verdict([Account((1, 3, 4), post(0.2))], messages, threshold=THRESHOLD)
    assert verdict.probability == THRESHOLD
    assert verdict.carriers == (1, 3)
    assert verdict.selling_share == pytest.approx(2 / 3)


def test_who_sells_plainly_is_judged_like_a_channel_and_the_likeliest_speaks() -> None:
    messages = [post(0.99), post(0.05), post(0.97), post(0.3)]
    accounts = [Account((3,)), Account((0, 2), post(0.99))]
    verdict = group_verdict(accounts, messages, threshold=THRESHOLD)
    alone = channel_verdict([post(0.99), post(0.97)], post(0.99), threshold=THRESHOLD)
    assert verdict.probability == alone.probability > THRESHOLD
    assert verdict.carriers == (0, 2, 3)


def test_child_abuse_anywhere_in_a_group_restricts_it() -> None:
    messages = [post(0.9), post(0.1, restricted=True)]
    assert group_verdict([Account((0,))], messages, threshold=THRESHOLD).restricted
    assert group_verdict([], messages, threshold=THRESHOLD).restricted


@given(st.lists(PROBABILITIES, min_size=1, max_size=8), st.lists(PROBABILITIES, max_size=20))
def test_neighbours_change_nothing(own: list[float], others: list[float]) -> None:
    account = Account(tuple(range(len(own))))
    alone = group_verdict([account], [post(p) for p in own], threshold=THRESHOLD)
    among = group_verdict([account], [post(p) for p in (*own, *others)], threshold=THRESHOLD)
    assert among == alone
    assert among.probability >= THRESHOLD
    assert {*among.carriers} <= {*account.messages}
    assert among.carriers
