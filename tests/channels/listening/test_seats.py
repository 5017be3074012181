"""Who listens, and to what: accounts that are lost or busy, previews, groups, other channels."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases.models import Capture, Case, Run, RunSource, Target
from cases.rechecking import due_cases
from channels.accounts import pool
from channels.accounts.holding import LISTENER, NIGHT, held, holder_of
from channels.listening.listener import Listener
from channels.listening.plan import ListenPlan, told
from channels.listening.seat import Seat
from channels.models import AccountPeer, ChannelCursor, TelegramAccount, Wanted
from domain.clock import utc_now
from domain.errors import RecordError
from domain.rechecks import Schedule
from domain.states import CaseState
from tests.channels.listening.room import Room, Steps
from tests.channels.pages import FakeChannel, FakePost, landing_html
from tests.channels.reading import Night
from tests.world.mtproto.directory import Chat
from tests.world.mtproto.faults import RpcFault
from tests.world.mtproto.server import TelegramDouble

pytestmark = pytest.mark.django_db


def synced() -> bool:
    return AccountPeer.objects.filter(pts__isnull=False).exists()


@pytest.mark.parametrize("method", ["GetHistory", "GetChannelDifference"])
def test_a_lost_account_is_retired_and_another_one_goes_on(
    method: str, room: Room, double: TelegramDouble, shop: Chat
) -> None:
    room.account("two")
    double.faults.order(method, RpcFault(401, "USER_DEACTIVATED_BAN"), account="one")

    def steps() -> Steps:
        yield lambda: room.heard.accounts == ["one", "two"] and synced()
        double.directory.post(shop, "новый")
        yield lambda: 11 in room.versions()

    room.listen(steps(), every_s=2)
    assert room.posts() == [*range(1, 12)]
    row = TelegramAccount.objects.get(name="one")
    assert (row.state, row.reason) == ("retired", "banned")
    assert room.vault.names() == ["two"]
    assert room.says == [
        "listening as one",
        "account one is lost (USER_DEACTIVATED_BAN)",
        "listening as two",
    ]
    assert room.count("accounts lost") == 1
    room.check(lost=None)


def test_an_account_that_was_asked_for_and_is_lost_ends_it(
    room: Room, double: TelegramDouble
) -> None:
    room.account("two")
    double.faults.order("GetHistory", RpcFault(401, "AUTH_KEY_DUPLICATED"))

    def steps() -> Steps:
        yield lambda: False

    room.listen(steps(), account="one")
    assert room.heard.lost == "one"
    assert pool.active() == ["two"]
    assert TelegramAccount.objects.get(name="one").reason == "duplicated"
    room.check(lost=1)


def test_an_account_that_is_retired_by_hand_is_let_go(room: Room, double: TelegramDouble) -> None:
    def steps() -> Steps:
        yield synced
        pool.retire("one", pool.Reason.BY_HAND, room.vault)
        yield lambda: any("lost" in text for text in room.says)

    room.listen(steps(), every_s=1)
    assert holder_of(room.vault.folder, "one") is None
    room.check(lost=None)


def test_nobody_else_is_the_account_while_the_listener_is(room: Room) -> None:
    def steps() -> Steps:
        yield synced
        holder = holder_of(room.vault.folder, "one")
        assert holder is not None
        assert holder.kind == LISTENER
        with (
            pytest.raises(RecordError, match="account one is at work in a listener"),
            held(room.vault.folder, "one", NIGHT),
        ):
            pass

    room.listen(steps())
    assert holder_of(room.vault.folder, "one") is None


def test_an_account_that_is_at_work_is_left_alone(
    room: Room, double: TelegramDouble, shop: Chat
) -> None:
    room.account("two")
    asked = double.count("GetUsers", "one")
    with held(room.vault.folder, "one", NIGHT):

        def steps() -> Steps:
            yield lambda: room.heard.accounts == ["two"] and synced()

        room.listen(steps())
        accounts = room.options.accounts
        assert accounts is not None
        with pytest.raises(RecordError, match="account one is at work in a night"):
            Seat(room.of_day(), "one", room.options, accounts)
    assert double.count("GetUsers", "one") == asked
    room.check()


def test_previews_are_polled_without_any_account(night: Night, room: Room) -> None:
    room.server.put(FakeChannel("open_shop", 5_000).add(*range(1, 31)))
    night("open_shop")
    room.in_review("open_shop")
    pool.retire("one", pool.Reason.BY_HAND, room.vault)
    calls = len(room.double.calls)

    def steps() -> Steps:
        yield lambda: room.heard.unchanged >= 1
        channel = room.server.channels["open_shop"]
        channel.posts.append(FakePost(31, "новый"))
        channel.posts[28] = FakePost(29, "правка")
        yield lambda: 31 in room.versions("5000")
        del channel.posts[27]
        yield lambda: room.gone() == [28]

    room.listen(steps(), every_s=1)
    versions = room.versions("5000")
    assert sorted(versions) == [*range(1, 32)]
    assert versions[29] == ["пост номер 29", "правка"]
    assert (room.heard.by_poll, room.heard.edited, room.heard.deleted) == (1, 1, 1)
    assert len(room.double.calls) == calls
    assert room.count("skipped", "waits for an account") == 1
    assert "nobody, by previews alone" in told(room.heard)
    room.check()


def test_a_channel_with_a_preview_is_polled_there_and_its_updates_come_by_the_account(
    night: Night, room: Room, double: TelegramDouble
) -> None:
    chat = double.directory.add_chat(Chat(5_000, "open_shop", "Канал"))
    for number in range(1, 31):
        double.directory.post(chat, f"пост номер {number}")
    room.server.put(FakeChannel("open_shop", 5_000).add(*range(1, 31)))
    night("open_shop")
    room.in_review("open_shop")

    def steps() -> Steps:
        yield lambda: AccountPeer.objects.filter(numeric_id=5_000, pts__isnull=False).exists()
        history = double.count("GetHistory")
        double.directory.post(chat, "по обновлению")
        yield lambda: 31 in room.versions("5000")
        polls = room.server.served["/s/open_shop"]
        yield lambda: room.server.served["/s/open_shop"] >= polls + 2
        assert double.count("GetHistory") >= history

    room.listen(steps(), every_s=1)
    assert room.posts("5000") == [*range(1, 32)]
    assert double.count("ResolveUsername") == 2
    room.check()


def test_a_preview_that_is_gone_leaves_the_channel_to_the_account(
    night: Night, room: Room, double: TelegramDouble
) -> None:
    chat = double.directory.add_chat(Chat(5_000, "open_shop", "Канал"))
    double.directory.post(chat, "пост номер 1")
    room.server.put(FakeChannel("open_shop", 5_000).add(1))
    night("open_shop")
    room.in_review("open_shop")
    del room.server.channels["open_shop"]
    room.server.landings["open_shop"] = landing_html("open_shop", extra="9 subscribers")
    double.pushes = False

    def steps() -> Steps:
        yield lambda: Capture.objects.filter(outcome="no_preview").exists()
        double.directory.post(chat, "без превью")
        yield lambda: 2 in room.versions("5000")

    room.listen(steps(), every_s=1)
    assert room.posts("5000") == [1, 2]
    room.check()


def test_what_others_than_the_watched_channels_do_is_not_kept(
    room: Room, double: TelegramDouble, shop: Chat
) -> None:
    group = double.directory.add_chat(Chat(3_000, "a_group", "Чат", group=True))
    other = double.directory.add_chat(Chat(3_001, "news", "Новости"))

    def steps() -> Steps:
        yield synced
        double.directory.post(group, "личное")
        double.directory.post(other, "новости дня")
        double.directory.post(shop, "новый")
        yield lambda: 11 in room.versions()
        yield lambda: room.count("skipped", "update of a channel that is not listened to") == 2

    room.listen(steps())
    assert not Target.objects.filter(value__in=["3000", "3001"]).exists()
    stored = b"".join(path.read_bytes() for path in (room.folder / "evidence").rglob("*.gz"))
    assert stored
    room.check()


def test_a_group_is_left_out_and_said(room: Room, double: TelegramDouble, shop: Chat) -> None:
    Capture.objects.filter(target__value="1001").update(redacted="group authors=2")

    def steps() -> Steps:
        yield lambda: room.count("skipped", "a group is not listened to") == 1

    room.listen(steps())
    assert double.count("GetHistory") == 1
    assert room.heard.polls == 0


def test_a_channel_that_turns_out_to_be_a_group_gives_no_posts(
    room: Room, double: TelegramDouble, shop: Chat
) -> None:
    def steps() -> Steps:
        yield synced
        shop.group = True
        double.directory.post(shop, "чужие слова")
        yield lambda: room.count("skipped", "a group is not listened to") >= 1

    room.listen(steps())
    assert room.posts() == [*range(1, 11)]


def test_the_likeliest_channels_are_listened_to_and_the_others_counted(
    room: Room, double: TelegramDouble
) -> None:
    for number in range(3):
        chat = double.directory.add_chat(Chat(4_000 + number, f"more_{number}", "Ещё"))
        double.directory.post(chat, "пост")
        room.read(chat.username)
    Case.objects.filter(target__value="4001").update(score=0.99)
    Case.objects.filter(target__value="4002").update(state=CaseState.DISMISSED)

    def steps() -> Steps:
        yield lambda: room.heard.polls == 2

    run = room.listen(steps(), most=2)
    watched = RunSource.objects.filter(run=run).order_by("target__value")
    assert [*watched.values_list("target__value", flat=True)] == ["1001", "4001"]
    assert room.count("skipped", "over the listener's limit") == 1


def test_a_night_is_not_disturbed(room: Room, double: TelegramDouble, shop: Chat) -> None:
    night, target = room.visits.run, Target.objects.get(value="1001")
    double.directory.post(double.directory.add_chat(Chat(4_000, "more", "Ещё")), "пост")
    room.read("more")
    wanted = Wanted.objects.create(target=target, run=night)
    in_the_middle = ChannelCursor.objects.filter(target=target)
    in_the_middle.update(run=night, before_id=5, top_id=10)
    schedule = Schedule({CaseState.IN_REVIEW: 1}, 9, 0.0, 5)
    due = due_cases(schedule, utc_now() + timedelta(hours=1)).cases
    assert target.case.pk in due

    def steps() -> Steps:
        yield lambda: room.heard.polls >= 3
        assert double.count("GetHistory") == 2 + room.heard.polls
        assert in_the_middle.get().before_id == 5
        Run.objects.filter(pk=night.pk).update(state=Run.State.COMPLETE)
        double.directory.post(shop, "ещё")
        yield lambda: 11 in room.versions() and in_the_middle.get().last_id == 11

    room.listen(steps(), every_s=1)
    assert Wanted.objects.filter(pk=wanted.pk).exists()
    assert due_cases(schedule, utc_now() + timedelta(hours=1)).cases == due
    room.check()


def test_the_plan_is_what_a_listener_is_given(room: Room) -> None:
    listener = Listener(room.of_day(), room.options, ListenPlan(5.0, 1, 0), room.heard)
    listener.listen(lambda: True)
    assert room.heard.polls == 0
