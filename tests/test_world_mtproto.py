"""The Telegram double speaks MTProto with a real client and fails as it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import pytest
from telethon import TelegramClient, errors, events, functions, types
from telethon.crypto import rsa as client_keys
from telethon.errors import TypeNotFoundError
from telethon.sessions import StringSession

from tests.world.addresses import addresses_of
from tests.world.content import load
from tests.world.mtproto.directory import Account, Chat
from tests.world.mtproto.faults import Break, RpcFault
from tests.world.mtproto.fromcontent import Chats
from tests.world.mtproto.server import TelegramDouble
from tests.world.mtproto.signing_in import CODE

WAIT_S = 60


@pytest.fixture
def double() -> Iterator[TelegramDouble]:
    with TelegramDouble() as running:
        client_keys._server_keys.clear()
        client_keys._server_keys[running.key.fingerprint] = (running.key.public, False)
        yield running


@pytest.fixture
def account(double: TelegramDouble) -> Account:
    return double.directory.add_account("one", "77010000001", "second factor")


@pytest.fixture
def news(double: TelegramDouble) -> Chat:
    chat = double.directory.add_chat(Chat(1001, "alpha", "Alpha", "see t.me/beta", members=42))
    for number in range(1, 251):
        double.directory.post(chat, f"post {number}")
    return chat


def with_client(
    double: TelegramDouble, session: str, talk: Callable[[TelegramClient], Awaitable[None]]
) -> None:
    """Let ``talk`` run with a client that is connected to the double."""

    async def run() -> None:
        kept = StringSession(session)
        kept.set_dc(2, "127.0.0.1", double.port)
        client = TelegramClient(kept, 1, "0" * 32, flood_sleep_threshold=0, retry_delay=0.1)
        await client.connect()
        try:
            await talk(client)
        finally:
            await client.disconnect()

    asyncio.run(asyncio.wait_for(run(), WAIT_S))


def test_a_client_reads_a_channel_and_what_it_says_of_itself(
    double: TelegramDouble, account: Account, news: Chat
) -> None:
    async def talk(client: TelegramClient) -> None:
        channel = await client.get_entity("alpha")
        full = await client(functions.channels.GetFullChannelRequest(channel))
        ids = [message.id async for message in client.iter_messages(channel)]
        late = [message.id async for message in client.iter_messages(channel, min_id=247)]
        assert (channel.id, full.full_chat.about) == (1001, "see t.me/beta")
        assert ids == list(range(250, 0, -1))
        assert late == [250, 249, 248]

    with_client(double, double.session_of(account), talk)
    assert double.count("ResolveUsername", "one") == 1


def test_signing_in_takes_the_code_and_the_second_factor(
    double: TelegramDouble, account: Account
) -> None:
    async def talk(client: TelegramClient) -> None:
        await client.send_code_request(f"+{account.phone}")
        with pytest.raises(errors.PhoneCodeInvalidError):
            await client.sign_in(code="11111")
        with pytest.raises(errors.SessionPasswordNeededError):
            await client.sign_in(code=CODE)
        with pytest.raises(errors.PasswordHashInvalidError):
            await client.sign_in(password="wrong")
        await client.sign_in(password="second factor")
        assert (await client.get_me()).id == account.id

    with_client(double, "", talk)


def test_errors_come_once_each_in_the_order_given(
    double: TelegramDouble, account: Account, news: Chat
) -> None:
    faults = RpcFault(400, "CHANNEL_PRIVATE"), RpcFault(420, "FLOOD_WAIT_72000")
    double.faults.order("GetHistory", *faults, after=1)

    async def talk(client: TelegramClient) -> None:
        channel = await client.get_input_entity("alpha")
        assert len(await client.get_messages(channel, limit=5)) == 5
        with pytest.raises(errors.ChannelPrivateError):
            await client.get_messages(channel, limit=5)
        with pytest.raises(errors.FloodWaitError) as flood:
            await client.get_messages(channel, limit=5)
        assert flood.value.seconds == 72_000

    with_client(double, double.session_of(account), talk)
    assert double.faults.left == 0


@pytest.mark.parametrize("fault", [Break.CUT_BEFORE, Break.CUT_WITHIN, Break.TWICE])
def test_a_client_gets_over_broken_connections(
    fault: Break, double: TelegramDouble, account: Account, news: Chat
) -> None:
    double.faults.order("GetHistory", fault)

    async def talk(client: TelegramClient) -> None:
        ids = [message.id for message in await client.get_messages("alpha", limit=3)]
        assert ids == [250, 249, 248]

    with_client(double, double.session_of(account), talk)
    assert double.faults.left == 0


def test_a_message_of_an_unknown_kind_cannot_be_read(
    double: TelegramDouble, account: Account, news: Chat
) -> None:
    news.unknown.add(249)

    async def talk(client: TelegramClient) -> None:
        with pytest.raises(TypeNotFoundError):
            await client.get_messages("alpha", limit=3)
        assert [one.id for one in await client.get_messages("alpha", limit=1)] == [250]

    with_client(double, double.session_of(account), talk)


def test_a_client_outlives_a_restart_and_a_clock_that_is_off(
    double: TelegramDouble, account: Account, news: Chat
) -> None:
    async def talk(client: TelegramClient) -> None:
        await asyncio.to_thread(double.stop)
        double.skew_s = 4000.0
        double.start()
        assert len(await client.get_messages("alpha", limit=3)) == 3

    with_client(double, double.session_of(account), talk)


def test_news_are_pushed_and_can_be_asked_for(
    double: TelegramDouble, account: Account, news: Chat
) -> None:
    double.repeats = 2

    async def talk(client: TelegramClient) -> None:
        heard: asyncio.Queue[int] = asyncio.Queue()
        client.add_event_handler(lambda event: heard.put(event.id), events.NewMessage)
        channel = await client.get_input_entity("alpha")
        before = news.pts
        double.directory.post(news, "live")
        assert await heard.get() == 251
        missed = await client(
            functions.updates.GetChannelDifferenceRequest(
                channel, types.ChannelMessagesFilterEmpty(), pts=before, limit=100
            )
        )
        assert [message.id for message in missed.new_messages] == [251]
        assert missed.final

    with_client(double, double.session_of(account), talk)


def test_an_account_that_is_lost_is_told_so(double: TelegramDouble, account: Account) -> None:
    account.lost = "USER_DEACTIVATED_BAN"

    async def talk(client: TelegramClient) -> None:
        with pytest.raises(errors.UserDeactivatedBanError):
            await client(functions.contacts.ResolveUsernameRequest("alpha"))

    with_client(double, double.session_of(account), talk)


def test_the_channels_of_the_world_have_their_posts_here_too(
    double: TelegramDouble, account: Account
) -> None:
    content = load()
    Chats(double.directory, content, addresses_of(content)).add_all()

    async def talk(client: TelegramClient) -> None:
        for channel in content.channels.values():
            if channel.private:
                continue
            entity = await client.get_input_entity(channel.name)
            found = {message.id: message async for message in client.iter_messages(entity)}
            assert {post.id for post in channel.posts} <= set(found)
            for post in channel.posts:
                assert len(found[post.id].buttons or []) == (1 if post.buttons else 0)

    with_client(double, double.session_of(account), talk)
