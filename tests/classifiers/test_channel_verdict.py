"""Channels are judged by their posts alone and together, with the model as it is shipped."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.cascade import Cascade
from classifiers.channel_verdict import channel_verdict
from domain.assessment import Assessment, Label, Role, Verdict
from tests.world.content import Channel, Truth, load

THRESHOLD = 0.67
CONTENT = load()


def post(probability: float, **more: object) -> Assessment:
    values = {"role": Role.LISTING, "lang": "ru", "model": "m", "stage": "s", **more}
    return Assessment(probability, Label.OTHER, **values)  # type: ignore[arg-type]


PROBABILITIES = st.floats(0.001, 0.999)


@given(st.lists(PROBABILITIES, min_size=1, max_size=30), PROBABILITIES)
def test_both_witnesses_must_say_so(posts: list[float], whole: float) -> None:
    verdict = channel_verdict([post(p) for p in posts], post(whole), threshold=THRESHOLD)
    alone = channel_verdict([post(p) for p in posts], None, threshold=THRESHOLD)
    assert 0 <= verdict.probability <= 1
    sells = verdict.probability >= THRESHOLD
    assert not sells or (alone.probability >= THRESHOLD and whole >= THRESHOLD)
    more = channel_verdict(
        [post(p) for p in posts], post(min(0.999, whole * 1.2)), threshold=THRESHOLD
    )
    assert more.probability >= verdict.probability - 1e-9
    assert verdict.selling_share == sum(p >= THRESHOLD for p in posts) / len(posts)
    assert all(0 <= at < len(posts) for at in verdict.carriers)


def test_nothing_and_a_single_post() -> None:
    assert channel_verdict([], None, threshold=THRESHOLD) == Verdict(0.0, 0.0, Role.OTHER)
    one = channel_verdict([post(0.9)], post(0.9), threshold=THRESHOLD)
    assert one.probability == pytest.approx(0.9)
    assert one.carriers == (0,)


def test_posts_that_hint_carry_what_none_of_them_says_alone() -> None:
    verdict = channel_verdict(
        [post(0.1), post(0.6), post(0.55), post(0.5)], post(0.97), threshold=THRESHOLD
    )
    assert verdict.probability >= THRESHOLD
    assert verdict.carriers == (1, 2, 3)
    assert verdict.selling_share == 0


def judged(cascade: Cascade, texts: list[str], title: str = "") -> Verdict:
    whole = cascade.assess("\n\n".join(texts)[-20_000:], title=title)
    posts = [cascade.assess(text, title=title) for text in texts]
    return channel_verdict(posts, whole, threshold=cascade.threshold)


OFFER = "Меф кристалл 1г 14 000 тг, 2г 26 000 тг, клады по городу, пишите оператору @some_operator"


def texts_of(name: str) -> list[str]:
    return [post.text for post in CONTENT.channels[name].posts]


def test_one_selling_post_in_five_hundred_news_posts_is_no_shop(cascade: Cascade) -> None:
    news = texts_of("gorod_digest_ala") + texts_of("zhana_habar_kz_news")
    assert cascade.assess(OFFER).probability >= cascade.threshold
    many = [f"{text} {n}" for n in range(500 // len(news) + 1) for text in news][:500]
    many[-3] = OFFER
    verdict = judged(cascade, many)
    assert verdict.probability < cascade.threshold
    assert judged(cascade, [OFFER]).probability >= cascade.threshold


def test_a_shop_that_chats_is_a_shop(cascade: Cascade) -> None:
    chat = [
        "Доброе утро всем!",
        "Кто смотрел матч?",
        "Погода дрянь",
        "С праздником, друзья",
        "ахах",
    ]
    many = [f"{text} {n}" for n in range(18) for text in chat]
    for at in (5, 20, 41, 60, 77, 88):
        many[at] = f"{OFFER}. Район {at}"
    verdict = judged(cascade, many)
    assert verdict.probability >= cascade.threshold
    assert set(verdict.carriers) == {5, 20, 41, 60, 77, 88}


#: What no post says plainly: all in code words. It is queued by what it is tied to, or not at all.
IN_CODE = {"u_dyadi_toli"}
CHANNELS = [one for one in CONTENT.channels.values() if one.posts]


@pytest.mark.parametrize("channel", CHANNELS, ids=lambda one: one.name)
def test_the_channels_of_the_world(channel: Channel, cascade: Cascade) -> None:
    texts = [post.text for post in channel.posts]
    verdict = judged(cascade, [channel.description, *texts], channel.title)
    wanted = channel.truth is Truth.SHOP and channel.name not in IN_CODE
    assert (verdict.probability >= cascade.threshold) is wanted
