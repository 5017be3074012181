"""Changes of channels put in order by their numbers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from telethon.tl import types

from channels.mtproto.updates import Change, in_a_row, news_of, pushed

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def change(pts: int, count: int = 1) -> Change:
    return Change(7, pts, count, None)


@given(st.data())
def test_each_change_comes_once_and_in_order_however_they_arrive(data: st.DataObject) -> None:
    counts = data.draw(st.lists(st.integers(1, 3), min_size=1, max_size=12))
    ends = [5 + sum(counts[: n + 1]) for n in range(len(counts))]
    told = [change(*pair) for pair in zip(ends, counts, strict=True)]
    twice = data.draw(st.permutations([*told, *data.draw(st.lists(st.sampled_from(told)))]))
    have, waiting, taken, known = 5, list[Change](), list[Change](), 0
    for one in twice:
        row = in_a_row(have, [*waiting, one])
        taken += row.next
        have = row.next[-1].pts if row.next else have
        waiting, known = row.wait, known + row.known
    assert taken == told
    assert waiting == []
    assert known == len(twice) - len(told)


def test_what_follows_a_missing_change_waits_for_it() -> None:
    row = in_a_row(10, [change(13), change(12), change(9)])
    assert ([one.pts for one in row.next], [one.pts for one in row.wait]) == ([], [12, 13])
    assert row.known == 1


def message(number: int, **more: Any) -> Any:
    return types.Message(number, types.PeerChannel(7), date=NOW, message="x", post=True, **more)


def test_updates_of_channels_are_told_from_all_others() -> None:
    mine = types.UpdateNewChannelMessage(message(1), 5, 1)
    private = types.UpdateNewMessage(message(2), 6, 1)
    gone = types.UpdateDeleteChannelMessages(8, [3], 9, 1)
    unsure = types.UpdateChannelTooLong(9)
    found = pushed(types.Updates([mine, private, gone, unsure], [], [], NOW, 0))
    assert [(one.number, one.pts) for one in found.changes] == [(7, 5), (8, 9)]
    assert found.unsure == {9}
    assert pushed(types.UpdateShort(gone, NOW)).changes == found.changes[1:]
    assert pushed(types.UpdatesTooLong()).unsure_of_all
    assert pushed(types.UpdateShortMessage(1, 2, "hi", 3, 1, NOW)).changes == ()


def test_of_others_no_more_is_kept_than_the_posts_speak_of() -> None:
    forwarded = types.MessageFwdHeader(NOW, from_id=types.PeerChannel(21))
    told = types.UpdateNewChannelMessage(message(1, fwd_from=forwarded, via_bot_id=31), 5, 1)
    chats = [types.Chat(n, str(n), types.ChatPhotoEmpty(), 1, NOW, 1) for n in (7, 21, 22)]
    users = [types.User(n, first_name=str(n)) for n in (31, 32)]
    news = news_of([Change(7, 5, 1, told)], chats, users)
    assert [one.id for one in news.raw.chats] == [7, 21]
    assert [one.id for one in news.raw.users] == [31]
    assert [one.id for one in news.new] == [1]
    assert news.chat is chats[0]
