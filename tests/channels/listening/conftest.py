from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.channels.listening.room import Room
from tests.channels.mtproto.accounts import Readers
from tests.channels.mtproto.conftest import double, readers
from tests.channels.previewserver import PreviewServer
from tests.world.mtproto.directory import Chat
from tests.world.mtproto.server import TelegramDouble

__all__ = ["double", "readers"]


@pytest.fixture
def shop(double: TelegramDouble) -> Chat:
    """Ten posts, ids from 1."""
    chat = double.directory.add_chat(Chat(1001, "some_shop", "Лавка", members=42))
    for number in range(1, 11):
        double.directory.post(chat, f"пост {number}")
    return chat


@pytest.fixture
def room(
    tmp_path: Path, double: TelegramDouble, server: PreviewServer, readers: Readers, shop: Chat
) -> Iterator[Room]:
    """A room with account *one*, which has read the shop for a night."""
    room = Room(tmp_path, double, server, readers)
    room.account("one")
    room.read("some_shop")
    yield room
    assert double.faults.left == 0
