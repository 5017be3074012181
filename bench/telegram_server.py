"""A Telegram double with one large channel: ``python -m bench.telegram_server POSTS``.

The channel's messages are the sample world's, over and over, each with a number of its own, one
in fifty with a name that none had before. Prints as JSON how to reach it, and for each line on
its standard input how often the history was asked for since the line before.
"""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from itertools import cycle
from typing import Any

from telethon import helpers, types

from tests.world.addresses import addresses_of
from tests.world.content import load
from tests.world.mtproto.directory import Chat, Directory
from tests.world.mtproto.fromcontent import Chats
from tests.world.mtproto.server import TelegramDouble

CHANNEL = "large_channel"
_NUMBER = 9_000_001
_NEW_NAME_EVERY = 50


@dataclass(frozen=True)
class Place:
    """Where the double is, its key (PEM), and the session under which an account is signed in."""

    port: int
    key: str
    user: int
    session: str


@dataclass(frozen=True)
class Asked:
    """Requests for the history, and the seconds from the first to the last of them."""

    calls: int
    seconds: float


class Served:
    """A double in a process of its own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._given, self._told = process.stdin, process.stdout
        self.place = Place(**json.loads(self._told.readline()))

    def asked(self) -> Asked:
        """What was asked for since this was last called."""
        self._given.write("\n")
        self._given.flush()
        return Asked(**json.loads(self._told.readline()))


@contextmanager
def serving(posts: int) -> Iterator[Served]:
    """Serve a channel of ``posts`` messages while the block runs."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.telegram_server", str(posts)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Served(process)
    finally:
        process.communicate(timeout=60)


def _fill(directory: Directory, posts: int) -> None:
    content = load()
    Chats(directory, content, addresses_of(content)).add_all()
    given = [
        chat.messages[number]
        for chat in directory.chats.values()
        if not chat.group
        for number in sorted(chat.messages)
    ]
    chat = Chat(_NUMBER, CHANNEL, "Большой канал", "Всё обо всём", members=50_000)
    directory.fill(directory.add_chat(chat), _messages(chat, given, posts, directory))


def _messages(chat: Chat, given: list[Any], posts: int, directory: Directory) -> Iterator[Any]:
    begins = directory.clock() - timedelta(minutes=posts)
    for number, one in zip(range(1, posts + 1), cycle(given)):
        message = copy.copy(one)
        message.id, message.peer_id = number, chat.peer
        message.date, message.reply_to = begins + timedelta(minutes=number), None
        if getattr(message, "grouped_id", None):
            message.grouped_id += 1_000_000_000_000 * (number // len(given))
        if getattr(message, "message", ""):
            _make_its_own(message, number)
        yield message


def _make_its_own(message: Any, number: int) -> None:
    """No two texts are the same, so that nothing is gained by remembering what was read."""
    message.message += f"\n№ {number}"
    if number % _NEW_NAME_EVERY == 0:
        name = f"@newcomer_{number}"
        at = len(helpers.add_surrogate(message.message)) + 1
        message.message += f" {name}"
        mention = types.MessageEntityMention(at, len(name))
        message.entities = [*(message.entities or ()), mention]


def main() -> None:
    with TelegramDouble() as double:
        double.pushes = False
        _fill(double.directory, int(sys.argv[1]))
        account = double.directory.add_account("reader", "77010000001")
        session = double.session_of(account)
        place = Place(double.port, double.key.pem().decode(), account.id, session)
        print(json.dumps(asdict(place)), flush=True)
        told = 0
        for _ in sys.stdin:
            calls = double.calls
            at = [call.at for call in calls[told:] if call.method == "GetHistory"]
            told = len(calls)
            asked = Asked(len(at), at[-1] - at[0] if at else 0.0)
            print(json.dumps(asdict(asked)), flush=True)


if __name__ == "__main__":
    main()
