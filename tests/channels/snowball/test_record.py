"""What a night keeps of the snowball, over a real preview server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cases.counts import CountKey
from cases.evidence import EvidenceWriter
from cases.intake import target_row
from cases.models import CandidateRow, Capture, Case, Run, RunSource, Target
from channels.claims import claim_question
from channels.discovery import discover
from channels.identity import by_present_key, introduce
from channels.models import (
    AccountPeer,
    AccountWait,
    ChannelYield,
    InviteLink,
    Look,
    Naming,
    TelegramAccount,
)
from channels.mtproto.addresses import similar_url
from channels.posts import Fetch, Forward, NamedChannel, Post
from channels.snowball import similar
from channels.snowball.clues import Clue, Via
from channels.snowball.keeping import Keeper
from channels.snowball.queue import resolves_left, resolving
from channels.snowball.rings import Caps
from channels.snowball.similar import Asked, Similar
from channels.waiting import has_more
from channels.wanted import release
from classifiers.cascade import Glance
from domain.candidates import Why
from domain.captures import Outcome
from domain.clock import utc_now
from domain.digests import sha256_hex
from domain.platforms import Platforms
from domain.targets import telegram_key
from tests.channels.pages import DAY_ONE, FakePost
from tests.channels.previewserver import PreviewServer
from tests.channels.reading import Night, count, outcomes, shop
from tests.records import new_run

pytestmark = pytest.mark.django_db
KEY = telegram_key(numeric_id=500)


def glance(text: str, title: str) -> Glance:
    """A word of its own instead of a model's."""
    return Glance(0.9, 0.9) if "OFFER" in text else Glance(0.05, 0.1)


@pytest.fixture
def scored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channels.run.keeper_of", lambda run, options: Keeper(run, glance, 0.7))


@pytest.mark.usefixtures("scored")
def test_the_channel_that_selling_posts_name_comes_first(
    night: Night, server: PreviewServer
) -> None:
    seed = shop(
        posts=[
            FakePost(1, "news of the day, see @some_news"),
            FakePost(2, "OFFER, ask @some_seller"),
            FakePost(3, "friends: " + " ".join(f"@friend_{n}" for n in range(30))),
        ]
    )
    server.put(seed, shop(7, "some_news").add(1), shop(8, "some_seller").add(1))
    run = night("some_shop", caps=Caps(total=2))
    assert list(outcomes(run)) == ["/s/some_shop", "/s/some_seller", "/s/some_news"]
    naming = Naming.objects.get(child__name="some_seller")
    assert (naming.selling, naming.via) == (0.9, "mention")
    friend = Naming.objects.get(child__value="@friend_3")
    assert friend.selling == pytest.approx(0.05 / 30)
    looks = list(Look.objects.filter(run=run).order_by("pk"))
    assert [look.target.name for look in looks] == ["some_seller", "some_news"]
    assert looks[0].expected > looks[1].expected
    assert all(look.outcome is not None for look in looks)
    seed_row = ChannelYield.objects.get(target__name="some_shop")
    assert (seed_row.posts, seed_row.selling, seed_row.depth) == (3, 1, 0)
    assert ChannelYield.objects.get(target__name="some_news").depth == 1
    assert count(run, "dropped", "channels over the night's limit") == 30
    assert not has_more(run, Caps(total=2))
    assert has_more(run, Caps(total=3))


@pytest.mark.usefixtures("scored")
def test_posts_that_are_seen_again_are_not_counted_again(
    night: Night, server: PreviewServer
) -> None:
    channel = shop(posts=[FakePost(1, "OFFER"), FakePost(2, "hi")])
    server.put(channel)
    night("some_shop")
    channel.posts.append(FakePost(3, "OFFER again"))
    night("some_shop")
    row = ChannelYield.objects.get()
    assert (row.posts, row.selling) == (3, 2)


def test_bots_and_names_of_people_cost_no_second_look(night: Night, server: PreviewServer) -> None:
    server.put(shop(posts=[FakePost(1, "@some_shop_bot или @some_person")]))
    run = night("some_shop")
    assert set(outcomes(run)) == {"/s/some_shop", "/s/some_person", "/some_person"}
    assert Look.objects.get().outcome == 0.0
    bot = Target.objects.get(value="@some_shop_bot")
    assert (bot.visits.count(), bot.looks.count(), bot.case.state) == (0, 0, "new")
    later = night("some_shop")
    assert set(outcomes(later)) == {"/s/some_shop"}


def test_of_invite_links_the_digest_alone_is_kept(night: Night, server: PreviewServer) -> None:
    text = "вход https://t.me/+AbCdEf123456 и t.me/joinchat/AAAAAEx_yz"
    server.put(shop(posts=[FakePost(4, text), FakePost(5, "ещё раз https://t.me/+AbCdEf123456")]))
    night("some_shop")
    kept = {row.digest: row.post for row in InviteLink.objects.all()}
    assert kept == {
        sha256_hex(b"AbCdEf123456"): "4",
        sha256_hex(b"AAAAAEx_yz"): "4",
    }


def test_reserve_channels_are_marked(night: Night, server: PreviewServer) -> None:
    posts = [
        FakePost(1, "Если нас снесут — резервный канал @shop_two"),
        FakePost(2, "наши друзья @shop_three", buttons=(("Запасной", "https://t.me/shop_four"),)),
    ]
    server.put(shop(posts=posts))
    night("some_shop", caps=Caps(total=0))
    marked = {row.child.value: row.reserve for row in Naming.objects.all()}
    assert marked == {"@shop_two": True, "@shop_three": False, "@shop_four": True}


def forwarded(*origins: Forward) -> list[Post]:
    return [Post(n, DAY_ONE, "текст", forward=one) for n, one in enumerate(origins, 1)]


def test_forward_origins_are_known_by_number_where_it_is_told() -> None:
    run = new_run()
    posts = forwarded(Forward("A", "other_name", 77), Forward("B", "", 88), Forward("C", "", 500))
    found = discover(KEY, "own_name", None, posts, Platforms())
    assert [str(one.target) for one in found.candidates] == ["telegram:77", "telegram:88"]
    assert found.names == {telegram_key(numeric_id=77): "other_name"}
    assert set(found.clues) == {one.target for one in found.candidates}
    target = introduce(run.pk, telegram_key(numeric_id=77), "other_name")
    assert (target.value, target.name) == ("77", "other_name")
    mention = [Post(9, DAY_ONE, "см. @other_name")]
    named = by_present_key(
        discover(KEY, "own_name", None, mention, Platforms()), Target(kind="telegram", value="500")
    )
    assert [str(one.target) for one in named.candidates] == ["telegram:77"]
    assert set(named.clues) == {telegram_key(numeric_id=77)}


def test_a_name_met_before_takes_the_number_that_is_told_later() -> None:
    run = new_run()
    parent, _ = target_row(KEY)
    alias, _ = target_row(telegram_key("other_name"))
    Naming.objects.create(parent=parent, child=alias, via=Via.MENTION, noted_at=utc_now())
    target = introduce(run.pk, telegram_key(numeric_id=77), "other_name")
    assert (target.pk, target.value, target.name) == (alias.pk, "77", "other_name")
    second, _ = target_row(telegram_key("new_name"))
    Naming.objects.create(parent=parent, child=second, via=Via.LINK, noted_at=utc_now())
    again = introduce(run.pk, telegram_key(numeric_id=77), "new_name")
    assert (again.pk, again.name) == (target.pk, "new_name")
    assert not Target.objects.filter(pk=second.pk).exists()
    assert Naming.objects.get().child == target


def answer(*channels: NamedChannel, total: int, again: bool = False) -> Asked:
    fetch = Fetch(similar_url("some_shop"), utc_now(), Outcome.OK)
    return Asked((fetch,), Similar(channels, total), again)


def asked_of(run: Run, most: int = 5, **more: Any) -> list[str]:
    return [row.target.value for row in similar.to_ask(run, most, **more)]


@pytest.fixture
def evidence(tmp_path: Path) -> Iterator[EvidenceWriter]:
    writer = EvidenceWriter(tmp_path / "evidence", 1, "questions", "posts")
    yield writer
    writer.close()


@pytest.fixture
def parent() -> Target:
    target, _ = target_row(KEY, name="some_shop")
    ChannelYield.objects.create(target=target, posts=10, selling=5, outcome=0.9)
    return target


def read_in(run: Run, target: Target) -> None:
    RunSource.objects.create(run=run, target=target, why=Why.SEED, done=True)


def test_similar_channels_become_candidates_once(parent: Target, evidence: EvidenceWriter) -> None:
    run = new_run()
    read_in(run, parent)
    assert asked_of(run) == ["500"]
    shown = (NamedChannel(77, "like_it"), NamedChannel(500, "some_shop"))
    assert similar.keep(run, parent, answer(*shown, total=61), evidence) == 1
    row = CandidateRow.objects.get()
    assert (row.target.value, row.target.name, row.why) == ("77", "like_it", Why.SIMILAR)
    assert (row.parent, row.run) == (parent, run)
    naming = Naming.objects.get()
    assert (naming.via, naming.selling) == (Via.SIMILAR, 0.9)
    assert count(run, "skipped", "similar channels not shown to ordinary accounts") == 59
    assert [one.url for one in Capture.objects.filter(target=parent)] == [similar_url("some_shop")]
    assert asked_of(run) == []
    later = new_run()
    read_in(later, parent)
    assert asked_of(later) == []
    assert asked_of(later, clock=lambda: utc_now() + timedelta(days=31)) == ["500"]
    assert has_more(run, Caps())


def test_what_got_no_answer_is_asked_in_another_night(
    parent: Target, evidence: EvidenceWriter
) -> None:
    run, later = new_run(), new_run()
    read_in(run, parent)
    read_in(later, parent)
    similar.keep(run, parent, Asked(answer(total=0).fetches, again=True), evidence)
    assert (asked_of(run), asked_of(later)) == ([], ["500"])


def test_one_run_asks_so_often_and_each_question_once(
    parent: Target, evidence: EvidenceWriter
) -> None:
    run = new_run()
    other, _ = target_row(telegram_key(numeric_id=501))
    ChannelYield.objects.create(target=other, outcome=0.7)
    for target in (parent, other):
        read_in(run, target)
    assert asked_of(run, 0) == []
    row = claim_question(run, "one", 5, resolves=True, most_resolves=5)
    assert row is not None
    assert row.target == parent
    assert asked_of(run) == ["501"]
    release(run, "two")
    assert asked_of(run) == ["501"]
    release(run, "one")
    assert asked_of(run) == ["500", "501"]
    similar.keep(run, parent, answer(total=0), evidence)
    assert asked_of(run, 1) == []
    assert asked_of(run, 2) == ["501"]


def test_a_question_that_would_resolve_a_name_waits_for_the_budget(parent: Target) -> None:
    run = new_run()
    read_in(run, parent)
    assert claim_question(run, "one", 5, resolves=False, most_resolves=5) is None
    assert claim_question(run, "one", 5, resolves=True, most_resolves=0) is None
    user = TelegramAccount.objects.create(name="one", user_id=1, since=utc_now())
    AccountPeer.objects.create(account=user, numeric_id=500, access_hash=9)
    assert claim_question(run, "two", 5, resolves=True, most_resolves=5) is None
    row = claim_question(run, "one", 5, resolves=False, most_resolves=0)
    assert row is not None
    assert row.target == parent


def test_a_question_goes_to_another_while_who_knows_the_channel_rests(parent: Target) -> None:
    run = new_run()
    read_in(run, parent)
    user = TelegramAccount.objects.create(name="one", user_id=1, since=utc_now())
    AccountPeer.objects.create(account=user, numeric_id=500, access_hash=9)
    until = utc_now() + timedelta(hours=20)
    wait = AccountWait.objects.create(account=user, kind="history", until=until)
    assert claim_question(run, "two", 5, resolves=True, most_resolves=5) is None
    AccountWait.objects.filter(pk=wait.pk).update(kind="similar")
    row = claim_question(run, "two", 5, resolves=True, most_resolves=5)
    assert row is not None
    assert row.target == parent


def test_questions_under_way_count_towards_what_a_run_may_ask(parent: Target) -> None:
    run = new_run()
    other, _ = target_row(telegram_key(numeric_id=501))
    ChannelYield.objects.create(target=other, outcome=0.7)
    for target in (parent, other):
        read_in(run, target)
    assert claim_question(run, "one", 1, resolves=True, most_resolves=5) is not None
    assert claim_question(run, "two", 1, resolves=True, most_resolves=5) is None


def test_channels_that_sell_nothing_are_not_asked_about() -> None:
    run = new_run()
    for number, outcome in ((1, 0.1), (2, None), (3, 0.6)):
        target, _ = target_row(telegram_key(numeric_id=number))
        read_in(run, target)
        ChannelYield.objects.create(target=target, outcome=outcome)
    assert asked_of(run) == ["3"]
    Case.objects.filter(target__value="1").update(state="in_review")
    assert {*asked_of(run)} == {"1", "3"}


def test_a_group_is_not_asked_about(parent: Target, evidence: EvidenceWriter) -> None:
    run = new_run()
    read_in(run, parent)
    similar.keep(run, parent, Asked(answer(total=0).fetches, again=True), evidence)
    later = new_run()
    read_in(later, parent)
    assert asked_of(later) == ["500"]
    Capture.objects.filter(target=parent).update(redacted="group authors=3")
    assert asked_of(later) == []


def test_resolves_of_what_was_found_are_counted() -> None:
    run = new_run()
    target, _ = target_row(telegram_key("some_name"))
    Look.objects.create(run=run, target=target, parent=target, expected=0.5, at=utc_now())
    assert resolves_left(run, 2) == 2
    resolving(run, target.pk)
    resolving(run, target.pk)
    assert resolves_left(run, 2) == 1
    resolving(run, target_row(telegram_key("a_seed"))[0].pk)
    assert resolves_left(run, 2) == 1


def test_clues_join() -> None:
    one, other = Clue(Via.MENTION, 0.2, reserve=True), Clue(Via.BUTTON, 0.5, posts=2)
    assert one.joined(other) == other.joined(one) == Clue(Via.BUTTON, 0.5, 0.0, True, 3)


def test_a_question_that_failed_is_given_up_for_the_night(parent: Target) -> None:
    run, later = new_run(), new_run()
    read_in(run, parent)
    read_in(later, parent)
    assert claim_question(run, "one", 5, resolves=True, most_resolves=5) is not None
    similar.give_up(run, parent, CountKey(str(parent), "failed", "similar: error"))
    assert count(run, "failed", "similar: error") == 1
    assert (asked_of(run), asked_of(later)) == ([], ["500"])
