"""New posts by update and by polling: none is lost and none doubled when either fails."""

from __future__ import annotations

import pytest

from cases.models import Capture
from channels.accounts.ledger import RequestClass
from channels.models import AccountPeer, AccountWait, ChannelCursor
from tests.channels.listening.room import Room, Steps, tight
from tests.world.mtproto.directory import Chat
from tests.world.mtproto.faults import Break, RpcFault
from tests.world.mtproto.server import TelegramDouble

pytestmark = pytest.mark.django_db
LONG = RpcFault(420, "FLOOD_WAIT_72000")
TEN = [*range(1, 11)]


def polled(room: Room, n: int = 1) -> bool:
    return room.heard.polls >= n


def synced() -> bool:
    return AccountPeer.objects.filter(pts__isnull=False).exists()


def test_updates_alone_bring_posts_edits_and_deletions(
    room: Room, double: TelegramDouble, shop: Chat
) -> None:
    def steps() -> Steps:
        yield synced
        double.directory.post(shop, "новый")
        yield lambda: 11 in room.versions()
        double.directory.edit(shop, 11, "цены изменились")
        double.directory.edit(shop, 3, "и тут")
        yield lambda: len(room.versions()[3]) == len(room.versions()[11]) == 2
        double.directory.delete(shop, 2, 11)
        yield lambda: room.gone() == [2, 11]

    room.listen(steps())
    assert room.heard.polls == 1
    assert double.count("GetHistory") == 2  # the night's and the first poll
    assert [*room.versions()] == [*range(1, 12)]
    assert room.versions()[3] == ["пост 3", "и тут"]
    assert (room.heard.by_update, room.heard.edited, room.heard.deleted) == (1, 2, 2)
    assert ChannelCursor.objects.get().last_id == 10
    assert room.count("noticed", "posts") == 5
    assert len(room.by_update()) >= 3
    room.check()


def test_polling_alone_brings_posts_edits_and_deletions(
    room: Room, double: TelegramDouble, shop: Chat
) -> None:
    double.pushes = False
    double.faults.order("GetChannelDifference", LONG)

    def steps() -> Steps:
        yield lambda: AccountWait.objects.filter(kind="difference").exists()
        double.directory.post(shop, "новый")
        double.directory.edit(shop, 3, "и тут")
        double.directory.delete(shop, 2)
        yield lambda: 11 in room.versions() and room.gone() == [2]

    room.listen(steps(), every_s=1)
    assert room.versions()[3] == ["пост 3", "и тут"]
    assert ChannelCursor.objects.get().last_id == 11
    assert (room.heard.by_update, room.heard.by_poll) == (0, 1)
    assert double.count("GetChannelDifference") == 1
    assert room.by_update() == []
    room.check(lost=1)


@pytest.mark.parametrize("repeats", [1, 2])
def test_by_both_ways_at_once_nothing_comes_twice(
    repeats: int, room: Room, double: TelegramDouble, shop: Chat
) -> None:
    double.repeats = repeats

    def steps() -> Steps:
        yield synced
        for number in range(11, 41):
            double.directory.post(shop, f"пост {number}")
            if number % 3 == 0:
                double.directory.edit(shop, number - 1, "правка")
            if number % 10 == 0:
                polls = room.heard.polls
                yield lambda polls=polls: room.heard.polls > polls
        polls = room.heard.polls
        yield lambda: room.heard.polls > polls and len(room.versions()) == 40
        polls = room.heard.polls
        yield lambda: room.heard.polls > polls

    room.listen(steps(), every_s=1)
    versions = room.versions()
    assert [*sorted(versions)] == [*range(1, 41)]
    for number, texts in versions.items():
        edited = number > 10 and (number + 1) % 3 == 0
        assert texts[-1] == ("правка" if edited else f"пост {number}"), number
        assert len(texts) == len(set(texts)) <= 2
    assert ChannelCursor.objects.get().last_id == 40
    assert room.heard.by_update + room.heard.by_poll == 30
    if repeats == 2:
        assert room.heard.known >= 20
    room.check()


def test_a_post_that_came_ahead_of_missed_ones_does_not_hide_them_from_the_poll(
    room: Room, double: TelegramDouble, shop: Chat
) -> None:
    double.faults.order("GetChannelDifference", LONG, after=1)

    def steps() -> Steps:
        yield lambda: synced() and double.count("GetChannelDifference") == 1
        double.pushes = False
        double.directory.post(shop, "пропал 11")
        double.directory.post(shop, "пропал 12")
        double.pushes = True
        double.directory.post(shop, "дошёл 13")
        yield lambda: len(room.versions()) == 13

    room.listen(steps(), every_s=2)
    assert room.posts() == [*range(1, 14)]
    assert ChannelCursor.objects.get().last_id == 13
    room.check(lost=1 - double.faults.left)
    double.faults._ordered.clear()


def test_updates_that_were_missed_are_asked_for(
    room: Room, double: TelegramDouble, shop: Chat
) -> None:
    def steps() -> Steps:
        yield lambda: synced() and double.count("GetChannelDifference") == 1
        double.pushes = False
        double.directory.post(shop, "пропал 11")
        double.directory.edit(shop, 1, "пропала правка")
        double.directory.delete(shop, 5)
        double.pushes = True
        double.directory.post(shop, "дошёл 12")
        yield lambda: 12 in room.versions()

    room.listen(steps())
    assert double.count("GetHistory") == 2
    assert sorted(room.versions()) == [*range(1, 13)]
    assert room.versions()[1] == ["пост 1", "пропала правка"]
    assert room.gone() == [5]
    assert ChannelCursor.objects.get().last_id == 10
    room.check()


def test_updates_out_of_their_order_are_put_into_it(
    room: Room, double: TelegramDouble, shop: Chat
) -> None:
    def steps() -> Steps:
        yield lambda: synced() and double.count("GetChannelDifference") == 1
        double.pushes = False
        for number in range(11, 16):
            double.directory.post(shop, f"пост {number}")
        double.pushes = True
        for told in reversed(shop.log[-5:]):
            double._happened(shop, told)
        yield lambda: len(room.versions()) == 15

    room.listen(steps())
    assert room.posts() == [*range(1, 16)]
    room.check()


def test_after_a_cut_what_was_missed_is_asked_for(
    room: Room, double: TelegramDouble, shop: Chat
) -> None:
    def steps() -> Steps:
        yield lambda: synced() and double.count("GetChannelDifference") == 1
        double.directory.post(shop, "до")
        yield lambda: 11 in room.versions()
        double.cut()
        for number in range(12, 15):
            double.directory.post(shop, f"пост {number}")
        yield lambda: len(room.versions()) == 14
        double.directory.post(shop, "после")
        yield lambda: 15 in room.versions()

    room.listen(steps())
    assert room.posts() == [*range(1, 16)]
    assert room.heard.polls == 1
    room.check()


def test_a_server_that_restarts_is_waited_for(
    room: Room, double: TelegramDouble, shop: Chat
) -> None:
    def steps() -> Steps:
        yield lambda: synced() and double.count("GetChannelDifference") == 1
        double.stop()
        double.directory.post(shop, "в тишине")
        polls = room.heard.polls
        yield lambda: len(room.says) >= 1
        double.start()
        yield lambda: 11 in room.versions() and room.heard.polls >= polls
        double.directory.post(shop, "после")
        yield lambda: 12 in room.versions()

    room.listen(steps(), every_s=3)
    assert room.posts() == [*range(1, 13)]
    room.check(lost=None)


@pytest.mark.parametrize("fault", [Break.CUT_BEFORE, Break.CUT_WITHIN, Break.TWICE])
@pytest.mark.parametrize("method", ["GetChannelDifference", "GetHistory"])
def test_broken_connections_are_got_over(
    method: str, fault: Break, room: Room, double: TelegramDouble, shop: Chat
) -> None:
    double.faults.order(method, fault)

    def steps() -> Steps:
        yield lambda: synced() and double.faults.left == 0
        double.directory.post(shop, "новый")
        yield lambda: 11 in room.versions()

    room.listen(steps(), every_s=2)
    assert room.posts() == [*range(1, 12)]
    room.check()


def test_a_flood_wait_on_reading_leaves_updates_to_it(
    room: Room, double: TelegramDouble, shop: Chat
) -> None:
    double.faults.order("GetHistory", LONG, after=1)

    def steps() -> Steps:
        yield lambda: AccountWait.objects.filter(kind="history").exists()
        double.directory.post(shop, "по обновлению")
        yield lambda: 11 in room.versions()
        double.pushes = False
        double.directory.post(shop, "по разнице")
        yield lambda: 12 in room.versions()

    room.listen(steps(), every_s=1)
    assert room.posts() == [*range(1, 13)]
    assert double.count("GetHistory") == 3
    assert ChannelCursor.objects.get().last_id == 10
    room.check(lost=1)


def test_a_spent_budget_for_differences_leaves_polling(
    room: Room, double: TelegramDouble, shop: Chat
) -> None:
    room.budgets = tight(RequestClass.DIFFERENCE, 1)
    double.pushes = False

    def steps() -> Steps:
        yield lambda: synced() and double.count("GetChannelDifference") == 1
        double.directory.post(shop, "новый")
        yield lambda: 11 in room.versions()
        polls = room.heard.polls
        yield lambda: room.heard.polls > polls + 1

    room.listen(steps(), every_s=1)
    assert double.count("GetChannelDifference") == 1
    room.check()


def test_a_difference_that_nobody_can_read_leaves_it_to_polling(
    room: Room, double: TelegramDouble, shop: Chat
) -> None:
    double.faults.order("GetChannelDifference", Break.UNKNOWN)
    double.pushes = False

    def steps() -> Steps:
        yield lambda: double.faults.left == 0
        double.directory.post(shop, "новый")
        yield lambda: 11 in room.versions()
        double.pushes = True
        double.directory.post(shop, "ещё")
        yield lambda: 12 in room.versions()

    room.listen(steps(), every_s=1)
    assert room.posts() == [*range(1, 13)]
    assert Capture.objects.filter(outcome="layout_changed", run__kind="listen").count() == 1
    room.check()


def test_polls_that_bring_nothing_are_counted_and_not_kept(
    room: Room, double: TelegramDouble, shop: Chat
) -> None:
    def steps() -> Steps:
        yield lambda: room.heard.polls >= 4

    room.listen(steps(), every_s=1)
    assert room.heard.unchanged == room.heard.polls
    assert Capture.objects.filter(run__kind="listen").count() == 0
    assert room.count("sent", "for nothing new") >= 4
    room.check()


def test_albums_are_read_whole(room: Room, double: TelegramDouble, shop: Chat) -> None:
    def steps() -> Steps:
        yield synced
        for number, text in ((11, "альбом"), (12, ""), (13, "подпись")):
            double.directory.post(shop, text, id=number, grouped_id=77)
        yield lambda: 11 in room.versions()
        double.directory.post(shop, "после")
        yield lambda: 14 in room.versions()

    room.listen(steps())
    assert room.posts() == [*TEN, 11, 14]
    assert room.versions()[11] == ["альбом\nподпись"]
    room.check()


def test_where_updates_tell_no_more_the_channel_is_read_anew(
    room: Room, double: TelegramDouble, shop: Chat
) -> None:
    def steps() -> Steps:
        yield lambda: synced() and double.count("GetChannelDifference") == 1
        double.pushes = False
        double.directory.post(shop, "пропал")
        double.pushes = True
        shop.forgotten = shop.pts
        double.directory.post(shop, "дошёл")
        yield lambda: len(room.versions()) == 12 and synced()
        double.directory.post(shop, "по обновлению")
        yield lambda: 13 in room.versions()

    room.listen(steps())
    assert room.posts() == [*range(1, 14)]
    assert room.count("noticed", "changes that updates do not tell") == 1
    assert room.heard.by_poll == 2
    room.check()


def test_a_channel_that_closes_is_polled_less_and_less(
    room: Room, double: TelegramDouble, shop: Chat
) -> None:
    def steps() -> Steps:
        yield synced
        shop.private = True
        yield lambda: Capture.objects.filter(outcome="private", run__kind="listen").count() >= 3
        shop.private = False
        double.directory.post(shop, "снова открыт")
        yield lambda: 11 in room.versions()

    room.listen(steps(), every_s=1)
    assert room.posts() == [*range(1, 12)]
    room.check()


def test_differences_that_never_can_be_read_do_not_turn_in_circles(
    room: Room, double: TelegramDouble, shop: Chat
) -> None:
    double.faults.order("GetChannelDifference", *[Break.UNKNOWN] * 5)

    def steps() -> Steps:
        yield synced
        polls = room.heard.polls
        yield lambda: double.count("GetChannelDifference") >= 3
        assert room.heard.polls <= polls + 2 * double.count("GetChannelDifference") + 2
        yield lambda: double.faults.left == 0

    room.listen(steps(), every_s=1)
    assert double.count("GetHistory") <= 3 * double.count("GetChannelDifference") + 3
    room.check()
