"""What an account reads of a channel, and what it asks for that."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from telethon import types

from channels.accounts.ledger import Budget, RequestClass
from channels.mtproto.reading import PAGE
from domain.captures import Outcome
from tests.channels.mtproto.accounts import PLENTY, Readers
from tests.world.mtproto.directory import Chat, Person
from tests.world.mtproto.server import TelegramDouble

pytestmark = pytest.mark.django_db
EVERYTHING = [*range(1, 251)]


def ids(posts: list[Any]) -> list[int]:
    return sorted(post.id for post in posts)


def test_a_channel_is_read_whole_and_resolved_once(
    double: TelegramDouble, readers: Readers, shop: Chat
) -> None:
    reading = readers.of()
    batches = reading.all("some_shop")
    assert ids([post for batch in batches for post in batch.posts]) == EVERYTHING
    assert [len(batch.posts) for batch in batches] == [100, 100, 50]
    assert [batch.older for batch in batches] == [151, 51, None]
    first = batches[0].channel
    assert first is not None
    assert (first.username, first.numeric_id, first.description) == (
        "some_shop",
        1001,
        "бот @shop_bot",
    )
    assert first.counters == (("subscribers", 42),)
    reading.numbers["some_shop"] = 1001
    assert ids(reading.posts("some_shop", since_id=250)) == [*range(151, 251)]
    assert double.count("ResolveUsername") == 1
    assert reading.ledger.used(RequestClass.HISTORY) == double.count("GetHistory") == 4


def test_every_request_is_told_and_stands_in_a_fetch(
    double: TelegramDouble, readers: Readers, shop: Chat
) -> None:
    reading = readers.of()
    fetches = [fetch for batch in reading.all("some_shop") for fetch in batch.fetches]
    asked = [url for url in reading.sent if "own=" not in url]
    assert [fetch.url for fetch in fetches] == asked
    assert [fetch.attempts for fetch in fetches] == [1] * len(fetches)
    assert len(reading.sent) == len(double.calls)
    assert [url.removeprefix("mtproto://telegram/") for url in asked] == [
        "contacts.resolveUsername?username=some_shop&account=one",
        "channels.getFullChannel?channel=some_shop&account=one",
        "messages.getHistory?channel=some_shop",
        "messages.getHistory?channel=some_shop&offset_id=151",
        "messages.getHistory?channel=some_shop&offset_id=51",
    ]


def test_answers_are_kept_as_json(readers: Readers, shop: Chat) -> None:
    fetch = readers.of().all("some_shop")[0].fetches[-1]
    assert fetch.exchange is not None
    kept = json.loads(fetch.exchange.body)
    assert kept["_"] == "ChannelMessages"
    assert [one["id"] for one in kept["messages"]] == [*range(250, 150, -1)]
    assert kept["messages"][0]["message"] == "пост 250"
    assert (
        fetch.exchange.body
        == json.dumps(kept, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    )


def test_reading_goes_on_where_it_was_cut_off(readers: Readers, shop: Chat) -> None:
    reading = readers.of()
    assert ids(reading.posts("some_shop", before=51)) == [*range(1, 51)]
    assert not any("getFullChannel" in url for url in reading.sent)


def test_a_caller_that_has_enough_has_nothing_fetched_in_vain(
    double: TelegramDouble, readers: Readers, shop: Chat
) -> None:
    reading = readers.of()
    assert len(reading.all("some_shop", at_most=2)) == 2
    assert double.count("GetHistory") == 2
    for _ in reading.reader.read("some_shop"):
        break  # what is under way is awaited, and counted
    assert double.count("GetHistory") == 4
    assert reading.ledger.used(RequestClass.HISTORY) == 4


def test_short_pages_and_gaps_are_not_the_end(
    double: TelegramDouble, readers: Readers, shop: Chat
) -> None:
    double.directory.delete(shop, *range(100, 200), *range(2, 40))
    double.most = 7
    reading = readers.of()
    assert ids(reading.posts("some_shop")) == [1, *range(40, 100), *range(200, 251)]


def test_albums_are_whole_across_batches(
    double: TelegramDouble, readers: Readers, shop: Chat
) -> None:
    for number in range(148, 154):
        shop.messages[number].grouped_id = 5
    for number in (250, 249):
        shop.messages[number].grouped_id = 6
    batches = readers.of().all("some_shop")
    posts = {post.id: post for batch in batches for post in batch.posts}
    assert posts[148].album == (148, 149, 150, 151, 152, 153)
    assert posts[249].album == (249, 250)
    assert len(posts) == 250 - 5 - 1
    assert batches[0].older == 154
    exchange = batches[1].fetches[-1].exchange
    assert exchange is not None
    carried = json.loads(exchange.body)["narcowatch_carried_over"]
    assert sorted(one["id"] for one in carried) == [151, 152, 153]


def test_a_channel_of_one_album_ends(double: TelegramDouble, readers: Readers) -> None:
    chat = double.directory.add_chat(Chat(1002, "album_only", "Альбом"))
    for number in (3, 4, 5):
        double.directory.post(chat, "", id=number, grouped_id=9)
    (post,) = readers.of().posts("album_only")
    assert post.album == (3, 4, 5)


def test_what_is_no_channel_is_told_apart(double: TelegramDouble, readers: Readers) -> None:
    directory = double.directory
    directory.add_chat(Chat(1, "a_group", "Группа", group=True))
    directory.add_chat(Chat(2, "closed_one", "Закрыт", private=True))
    directory.add_chat(Chat(3, "banned_one", "Запрещён", restricted="copyright"))
    directory.add_chat(Chat(4, "empty_one", "Пуст"))
    directory.add_person(Person(5, "some_person", "Имя", phone="77010000099"))
    directory.add_person(Person(6, "some_bot", "Бот", bot=True))
    reading = readers.of()
    told = {}
    for name in ("a_group", "closed_one", "banned_one", "empty_one", "some_person", "some_bot"):
        (batch,) = reading.all(name)
        told[name] = batch.outcome
        assert batch.posts == ()
        for fetch in batch.fetches:
            assert fetch.exchange is None or b"77010000099" not in fetch.exchange.body
    (nobody,) = reading.all("nobody_here")
    assert told == {
        "a_group": Outcome.GROUP,
        "closed_one": Outcome.PRIVATE,
        "banned_one": Outcome.RESTRICTED,
        "empty_one": Outcome.EMPTY,
        "some_person": Outcome.NO_CHANNEL,
        "some_bot": Outcome.NO_CHANNEL,
    }
    assert nobody.outcome is Outcome.NO_SUCH_NAME
    assert double.count("GetHistory") == 1


def test_a_renamed_channel_is_read_by_its_id(
    double: TelegramDouble, readers: Readers, shop: Chat
) -> None:
    reading = readers.of()
    reading.posts("some_shop", at_most=1)
    reading.numbers["some_shop"] = 1001
    shop.username = "new_name"
    double.directory.add_chat(Chat(1002, "some_shop", "Чужой"))
    (batch,) = reading.all("some_shop", since_id=250)
    assert batch.channel is not None
    assert (batch.channel.numeric_id, batch.channel.username) == (1001, "new_name")
    peer = reading.ledger.peer(1001)
    assert peer is not None
    assert peer.username == "new_name"
    assert ids(reading.posts("1001", since_id=250)) == [*range(151, 251)]
    assert double.count("ResolveUsername") == 1


def test_a_stale_access_hash_is_replaced(
    double: TelegramDouble, readers: Readers, shop: Chat
) -> None:
    reading = readers.of()
    reading.ledger.remember(1001, 5, "some_shop")
    reading.numbers["some_shop"] = 1001
    assert ids(reading.posts("some_shop")) == EVERYTHING
    assert double.count("ResolveUsername") == 1


def test_without_budget_for_descriptions_posts_are_read(
    double: TelegramDouble, readers: Readers, shop: Chat
) -> None:
    budgets = {**PLENTY, RequestClass.INFO: Budget(0, timedelta(hours=1))}
    batches = readers.of(budgets=budgets).all("some_shop")
    assert ids([post for batch in batches for post in batch.posts]) == EVERYTHING
    assert batches[0].channel is not None
    assert batches[0].channel.description == ""
    assert double.count("GetFullChannel") == 0


def test_of_users_in_an_answer_bots_alone_are_kept(
    double: TelegramDouble, readers: Readers
) -> None:
    chat = double.directory.add_chat(Chat(1002, "with_people", "Люди"))
    double.directory.add_person(Person(9, "somebody", "Имя", phone="77010000099"))
    double.directory.add_person(Person(10, "some_bot", "Бот", bot=True))
    double.directory.post(chat, "x", from_id=types.PeerUser(9), post_author="Админ")
    double.directory.post(chat, "y", from_id=types.PeerUser(10))
    fetch = readers.of().all("with_people")[0].fetches[-1]
    assert fetch.exchange is not None
    body = json.loads(fetch.exchange.body)
    assert [user["username"] for user in body["users"]] == ["some_bot"]
    assert (fetch.redacted, body["redactions"]) == ("users=1", {"users": 1})
    assert body["messages"][1]["post_author"] == "Админ"
    assert PAGE == 100
