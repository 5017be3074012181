from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from telethon.crypto import rsa as known_keys

from tests.channels.mtproto.accounts import Readers
from tests.channels.mtproto.visits import Visits
from tests.world.mtproto.directory import Chat
from tests.world.mtproto.server import TelegramDouble


@pytest.fixture
def double() -> Iterator[TelegramDouble]:
    before = dict(known_keys._server_keys)
    with TelegramDouble() as running:
        yield running
    known_keys._server_keys.clear()
    known_keys._server_keys.update(before)


@pytest.fixture
def readers(double: TelegramDouble, tmp_path: Path) -> Iterator[Readers]:
    made = Readers(double, tmp_path)
    yield made
    for reading in made.made:
        reading.gateway.close()


@pytest.fixture
def shop(double: TelegramDouble) -> Chat:
    """250 posts, ids from 1."""
    chat = double.directory.add_chat(Chat(1001, "some_shop", "Лавка", "бот @shop_bot", members=42))
    for number in range(1, 251):
        double.directory.post(chat, f"пост {number}")
    return chat


@pytest.fixture
def visits(double: TelegramDouble, tmp_path: Path) -> Visits:
    return Visits(tmp_path, double)
