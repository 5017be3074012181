from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.assessment import Indicator
from domain.channel_profiles import (
    Activity,
    ChannelProfile,
    Links,
    PostFacts,
    profile_from,
    profile_of,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def post(number: int, days_ago: float, **more: Any) -> PostFacts:
    return PostFacts(number, NOW - timedelta(days=days_ago), **more)


def profile(*posts: PostFacts, about: tuple[Indicator, ...] = (), **more: Any) -> ChannelProfile:
    links = more.pop("links", Links())
    return profile_of(
        posts, about, links, own="some_shop", now=NOW, dormant_after=timedelta(days=30), **more
    )


def sold(number: int, days_ago: float, **more: Any) -> PostFacts:
    return post(number, days_ago, selling=True, carries=True, **more)


@pytest.mark.parametrize(
    ("posts", "activity"),
    [
        ([post(1, 2), sold(2, 1)], Activity.ACTIVE),
        ([sold(1, 90), post(2, 31)], Activity.DORMANT),
        ([sold(1, 90), post(2, 29)], Activity.ACTIVE),
        ([*(sold(n, 5, gone=True) for n in range(1, 5)), sold(5, 5)], Activity.EMPTIED),
        ([*(sold(n, 5, gone=True) for n in range(1, 4)), sold(5, 5)], Activity.ACTIVE),
        ([post(1, 5, gone=True)], Activity.EMPTIED),
        ([post(1, 300), post(388, 60)], Activity.EMPTIED),
        ([post(1, 300), post(40, 1)], Activity.ACTIVE),
        ([], Activity.UNKNOWN),
    ],
)
def test_active_dormant_and_emptied_are_told_apart(
    posts: list[PostFacts], activity: Activity
) -> None:
    assert profile(*posts).activity is activity


def test_figures_and_names() -> None:
    handle, bot = Indicator("telegram", "some_oper"), Indicator("telegram", "some_shop_bot")
    wallet = Indicator("btc", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT")
    own, reserve = Indicator("telegram", "some_shop"), Indicator("telegram", "shop_two")
    found = profile(
        post(1, 200, indicators=(Indicator("telegram", "a_reader"),)),
        sold(2, 100, priced=4, indicators=(handle, own)),
        sold(3, 3, priced=1, indicators=(wallet, reserve)),
        post(4, 1),
        about=(handle, bot),
        links=Links(("shop.test",), ("shop_two",), 2),
        together=0.9,
        counters=(("subscribers", 12_500), ("photos", 40)),
    )
    assert (found.posts, found.selling, found.recent, found.recent_selling) == (4, 2, 2, 1)
    assert found.price_lists == (2,)
    assert found.contacts == (("telegram", "some_oper"), ("btc", wallet.value))
    assert (found.bots, found.reserve, found.sites) == (
        ("some_shop_bot",),
        ("shop_two",),
        ("shop.test",),
    )
    assert profile_from(json.loads(json.dumps(found.as_json()))) == found


def test_an_emptied_channel_knows_what_is_gone() -> None:
    lost = profile(*(sold(n, 5, gone=True) for n in range(1, 4)), post(4, 40))
    assert (lost.activity, lost.carriers_gone, lost.carriers) == (Activity.EMPTIED, 3, 3)
    assert (lost.last_at or "")[:10] == "2026-01-20"
    assert lost.price_lists == ()
