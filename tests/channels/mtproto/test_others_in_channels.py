"""Of a broadcast channel what it says is kept; whom else Telegram tells of stands nowhere."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from telethon import types

from cases.models import Capture, DocumentRow
from channels.channel_answers import without_people
from channels.documents import UNTOLD
from channels.mtproto.answers import as_json
from domain.captures import Outcome
from tests.channels.mtproto.accounts import Readers
from tests.channels.mtproto.visits import Visits
from tests.world.mtproto.directory import Chat, Person
from tests.world.mtproto.server import TelegramDouble

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
BUYER, CLIENT, CARD, WINNER, ALIAS = 880_001, 880_002, 880_003, 880_004, 990_001
#: What must stand nowhere.
MARKS = (
    *("aliya_buyer", "Покупателева", "marat_client", "Клиентов", "Скрытова", "Контактова"),
    *("77017778899", "77015556677", "VCARD", "alias_blog", "Страницына", "Цитатина"),
    *map(str, (BUYER, CLIENT, CARD, WINNER, ALIAS)),
)


@pytest.fixture
def marked(double: TelegramDouble) -> Chat:
    """A shop's channel in whose posts others left marks wherever the API has room for one."""
    directory = double.directory
    directory.add_person(
        Person(BUYER, "aliya_buyer", "Алия", last="Покупателева", phone="77015556677")
    )
    directory.add_person(Person(CLIENT, "marat_client", "Марат", last="Клиентов"))
    directory.add_chat(Chat(ALIAS, "alias_blog", "Страницына пишет"))
    directory.add_chat(Chat(1_500, "partner_shop", "Партнёр"))
    chat = directory.add_chat(Chat(1_001, "some_shop", "Лавка"))

    def post(text: str, **more: Any) -> None:
        directory.post(chat, text, **more)

    commenting = [types.PeerUser(BUYER), types.PeerChannel(ALIAS)]
    post("новые клады, пишите @shop_oper или +7 701 000 11 22", post_author="Админ Сауле",
         replies=types.MessageReplies(
             replies=3, replies_pts=1, comments=True, recent_repliers=commenting, channel_id=5
         ))  # fmt: skip
    post("Все пришло, спасибо!", fwd_from=_forward(from_id=types.PeerUser(CLIENT)))
    post("Отзыв: всё ровно", fwd_from=_forward(from_name="Жанна Скрытова"))
    post("и у партнёра", fwd_from=_forward(
        from_id=types.PeerChannel(1_500), channel_post=7, post_author="Скрытова"))  # fmt: skip
    post("контакт", media=types.MessageMediaContact(
        "77017778899", "Дина", "Контактова", "BEGIN:VCARD", CARD))  # fmt: skip
    post("итоги", media=types.MessageMediaGiveawayResults(
        channel_id=1_001, launch_msg_id=1, winners_count=1, unclaimed_count=0, winners=[WINNER],
        until_date=AT))  # fmt: skip
    post("t.me/marat", media=types.MessageMediaWebPage(types.WebPage(
        7, "https://t.me/marat", "t.me/marat", 0, type="telegram_user", title="Мария Страницына",
        description="мама, 77015556677")))  # fmt: skip
    post("отвечаем", reply_to=types.MessageReplyHeader(
        reply_to_msg_id=3, reply_to_peer_id=types.PeerUser(BUYER), quote_text="пишет Цитатина"
    ), reactions=types.MessageReactions(
        [types.ReactionCount(types.ReactionEmoji("x"), 2)],
        recent_reactions=[types.MessagePeerReaction(
            types.PeerUser(BUYER), AT, types.ReactionEmoji("x"))]))  # fmt: skip
    return chat


def _forward(**origin: Any) -> Any:
    return types.MessageFwdHeader(date=AT, **origin)


def everything(folder: Path) -> Iterator[str]:
    """What was written to the store, and to the record."""
    for path in folder.rglob("*.warc.gz"):
        yield gzip.decompress(path.read_bytes()).decode()
    yield str([*DocumentRow.objects.values()])
    yield str([*Capture.objects.values()])


def test_others_stand_neither_in_the_store_nor_in_the_record(
    readers: Readers, marked: Chat, visits: Visits, tmp_path: Path
) -> None:
    sent = str([message.to_dict() for message in marked.messages.values()])
    sent += str(
        [*readers.double.directory.people.values(), *readers.double.directory.chats.values()]
    )
    assert [mark for mark in MARKS if mark not in sent] == []
    assert visits.visit(readers.of()) is Outcome.OK
    written = [*everything(tmp_path / "evidence")]
    assert [mark for mark in MARKS if any(mark in text for text in written)] == []
    assert visits.posts() == [*range(1, 9)]


def test_what_the_channel_says_stays_and_the_mark_tells_what_went(
    readers: Readers, marked: Chat, visits: Visits
) -> None:
    reading = readers.of()
    fetch = reading.all("some_shop")[0].fetches[-1]
    assert fetch.exchange is not None
    body = json.loads(fetch.exchange.body)
    first, *_, partner = (one for one in reversed(body["messages"][4:]))
    assert first["message"] == "новые клады, пишите @shop_oper или +7 701 000 11 22"
    assert first["post_author"] == "Админ Сауле"
    assert first["replies"]["replies"] == 3
    assert partner["fwd_from"]["from_id"] == {"_": "PeerChannel", "channel_id": 1_500}
    assert partner["fwd_from"]["channel_post"] == 7
    assert {chat["username"] for chat in body["chats"]} == {"some_shop", "partner_shop"}
    assert body["redactions"] == {
        **{"repliers": 2, "forward headers": 3, "contacts": 1, "people": 1, "personal pages": 1},
        **{"reply headers": 1, "reactions": 1, "users": 2, "chats": 1},
    }
    assert fetch.redacted == (
        "chats=1 contacts=1 forward-headers=3 people=1 personal-pages=1 reactions=1 repliers=2 "
        "reply-headers=1 users=2"
    )
    visits.visit(reading)
    assert not any(one.of_group for one in Capture.objects.all())
    assert {*Capture.objects.exclude(redacted="").values_list("redacted", flat=True)} == {
        fetch.redacted
    }
    origins = dict(
        DocumentRow.objects.exclude(forwarded_from="").values_list("part", "forwarded_from")
    )
    assert origins == {"2": UNTOLD, "3": UNTOLD, "4": "@partner_shop"}


def test_an_answer_in_which_nobody_stands_is_not_marked() -> None:
    header = {"_": "MessageFwdHeader", "imported": False,
              "from_id": {"_": "PeerChannel", "channel_id": 7}}  # fmt: skip
    message = {"_": "Message", "id": 1, "message": "x", "fwd_from": header,
               "media": {"_": "MessageMediaPhoto"}}  # fmt: skip
    answer = {"messages": [message], "chats": [], "users": []}
    before = json.loads(json.dumps(answer))
    assert without_people(answer) == {}
    assert answer == before


def test_what_comes_by_update_is_kept_without_them_as_well() -> None:
    commenting = [types.PeerUser(BUYER), types.PeerChannel(ALIAS)]
    message = types.Message(
        id=5,
        peer_id=types.PeerChannel(1_001),
        date=AT,
        message="новые адреса",
        fwd_from=_forward(from_name="Жанна Скрытова"),
        replies=types.MessageReplies(3, 3, comments=True, recent_repliers=commenting),
    )
    told = types.Updates(
        [types.UpdateNewChannelMessage(message, 9, 1)],
        [types.User(id=BUYER, first_name="Алия", username="aliya_buyer")],
        [types.Channel(ALIAS, "Страницына пишет", types.ChatPhotoEmpty(), AT)],
        AT,
        0,
    )
    written = as_json(told)
    assert "новые адреса" in written.body.decode()
    assert not [mark for mark in MARKS if mark in written.body.decode()]
    assert {"repliers=2", "users=1", "chats=1"} <= {*written.redacted.split()}
