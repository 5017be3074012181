"""When looks settle that an order is verified, or not blocked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocking.entries import Scope
from blocking.reach.settling import Told, follows, settled, settled_parts
from blocking.reach.targets import UNSEEN, next_part, parts_of
from blocking.reach.verdicts import Verdict
from domain.orders import OrderState, check_order_move

V, S = Verdict, OrderState
NOON, HOUR = datetime(2026, 3, 1, 12, tzinfo=UTC), timedelta(hours=1)
LETTERS = {"b": V.BLOCKED, "n": V.NOT_BLOCKED, "d": V.SITE_DOWN, "?": V.INCONCLUSIVE}


def told(text: str) -> list[Told]:
    """Looks half an hour apart."""
    return [Told(NOON + n * HOUR / 2, LETTERS[letter]) for n, letter in enumerate(text)]


@pytest.mark.parametrize(
    ("looks", "verdict"),
    [
        ("", None),
        ("b", None),
        ("bb", None),
        ("bbb", V.BLOCKED),
        ("nnn", V.NOT_BLOCKED),
        ("b?b", None),
        ("b?bb", None),
        ("b?bbb", V.BLOCKED),
        ("bbb?", None),
        ("bbbn", None),
        ("bbbnnn", V.NOT_BLOCKED),
        ("ddd", None),
        ("???", None),
    ],
)
def test_two_looks_an_hour_apart_settle_it_with_no_other_between(
    looks: str, verdict: Verdict | None
) -> None:
    assert settled(told(looks), HOUR) is verdict
    assert settled(told(looks)[::-1], HOUR) is verdict


@pytest.mark.parametrize(
    ("state", "looks", "to"),
    [
        (S.EXECUTED, {"a": "bbb"}, S.VERIFIED),
        (S.EXECUTED, {"a": "bbb", "b": "bbb"}, S.VERIFIED),
        (S.EXECUTED, {"a": "bbb", "b": "b"}, None),
        (S.EXECUTED, {"a": "bbb", "b": "???"}, None),
        (S.EXECUTED, {"a": "bbb", "b": "nnn"}, S.NOT_BLOCKED),
        (S.EXECUTED, {"a": "nnn", "b": ""}, S.NOT_BLOCKED),
        (S.VERIFIED, {"a": "bbb"}, None),
        (S.VERIFIED, {"a": "bbbn"}, None),
        (S.VERIFIED, {"a": "bbbnnn"}, S.NOT_BLOCKED),
        (S.NOT_BLOCKED, {"a": "nnnbbb"}, S.VERIFIED),
        (S.NOT_BLOCKED, {"a": "bbb", "b": "nnn"}, None),
        (S.LIFT_EXECUTED, {"a": "bbb"}, None),
        (S.SENT, {"a": "bbb"}, None),
        (S.EXECUTED, {}, None),
    ],
)
def test_an_order_follows_the_vantages_that_stand_for_its_recipient(
    state: OrderState, looks: dict[str, str], to: OrderState | None
) -> None:
    rows = {name: [told(text)] for name, text in looks.items()}
    assert follows(state, rows, looks, HOUR) is to


def test_a_vantage_that_never_looked_keeps_an_order_from_being_verified() -> None:
    assert follows(S.EXECUTED, {"a": [told("bbb")]}, ["a", "b"], HOUR) is None


@given(
    st.sampled_from(OrderState),
    st.dictionaries(st.sampled_from("abc"), st.text("bnd?", max_size=8), max_size=3),
)
def test_every_move_is_one_that_orders_may_make(state: OrderState, looks: dict[str, str]) -> None:
    to = follows(state, {name: [told(text)] for name, text in looks.items()}, looks, HOUR)
    if to is not None:
        check_order_move(state, to)
        assert to in (S.VERIFIED, S.NOT_BLOCKED)


def test_what_is_looked_at() -> None:
    assert parts_of(Scope.URL, ["http://a.kz/1", "http://a.kz/2"], 1) == (
        ("http://a.kz/1",),
        ("http://a.kz/2",),
    )
    assert parts_of(Scope.HOST, ["a.kz"], 5) == (("https://a.kz/", "http://a.kz/"),)
    assert parts_of(Scope.DOMAIN, ["a.kz"], 5)[0] == (
        "https://a.kz/",
        "http://a.kz/",
        "https://www.a.kz/",
        "http://www.a.kz/",
    )
    assert not any(parts_of(scope, ["x"], 5) for scope in UNSEEN)


@pytest.mark.parametrize(
    ("parts", "verdict"),
    [
        (["bbb", "bbb"], V.BLOCKED),
        (["bbb", ""], None),
        (["bbb", "b"], None),
        (["bbb", "ddd"], V.BLOCKED),
        (["ddd", "ddd"], None),
        (["ddd"], None),
        (["bbb", "bbb?"], None),
        (["bbb", "nnn"], V.NOT_BLOCKED),
        ([], None),
    ],
)
def test_every_part_of_many_urls_must_be_settled(parts: list[str], verdict: Verdict | None) -> None:
    assert settled_parts([told(text) for text in parts], HOUR) is verdict


def test_parts_take_turns_and_one_may_be_seen_again() -> None:
    parts = (("a", "b"), ("c",))
    assert next_part(parts, (), again=False) == ("a", "b")
    assert next_part(parts, ("a", "b"), again=False) == ("c",)
    assert next_part(parts, ("c",), again=False) == ("a", "b")
    assert next_part(parts, ("c",), again=True) == ("c",)
    assert next_part(parts, ("gone",), again=True) == ("a", "b")
    assert next_part((), (), again=False) == ()
