"""The server itself: connections, sealed messages, requests and answers, on a thread of its own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import struct
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any
from zlib import crc32

from telethon import functions, types
from telethon.crypto import AuthKey
from telethon.extensions import BinaryReader
from telethon.sessions import StringSession
from telethon.tl.core import GzipPacked, MessageContainer
from telethon.tl.tlobject import TLObject

from tests.world.mtproto.directory import Account, Chat, Directory
from tests.world.mtproto.faults import Break, Faults, RpcFault
from tests.world.mtproto.keyexchange import KeyExchange, ServerKey
from tests.world.mtproto.methods import Caller, Methods
from tests.world.mtproto.sealing import key_id_of, open_sealed, seal

_RESULT = 0xF35C6D01
_KEY_UNKNOWN = struct.pack("<i", -404)
_STOP_S = 10.0
_MOST_PACKET = 16 * 1024 * 1024
#: A message's time may be so much off the server's (https://core.telegram.org/mtproto).
_TOO_LOW, _TOO_HIGH, _OLD_S, _EARLY_S = 16, 17, 300, 30


@dataclass(frozen=True, slots=True)
class Call:
    """One request that reached the API. ``about`` is the chat or name that it is for."""

    account: str
    method: str
    at: float
    about: str = ""


@dataclass(slots=True, eq=False)
class _Line:
    """One connection. ``key`` and ``session`` are known from its first sealed message on."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    exchange: KeyExchange
    packets: int = 0
    messages: int = 0
    last_id: int = 0
    key: AuthKey | None = None
    session: int = 0
    salt: int = 0
    broken: bool = False

    def packet(self, body: bytes) -> bytes:
        """``body`` in a frame of the full transport."""
        head = struct.pack("<ii", len(body) + 12, self.packets) + body
        self.packets += 1
        return head + struct.pack("<I", crc32(head))


class TelegramDouble:
    """A context manager: inside it the server is up on ``port`` of 127.0.0.1.

    It can be stopped and started again on the same port; chats, accounts and keys stay.
    ``skew_s`` is how much its clock goes ahead; a history answer has ``most`` messages at most.
    """

    def __init__(self, *, port: int = 0, skew_s: float = 0.0) -> None:
        self.key = ServerKey()
        self.faults = Faults()
        self.port = port
        self.skew_s = skew_s
        self.directory = Directory(self._now)
        self.directory.listeners.append(self._happened)
        self.pushes = True
        self.repeats = 1
        self._methods = Methods(self.directory)
        self._callers: dict[int, Caller] = {}
        self._keys: dict[int, AuthKey] = {}
        self._calls: list[Call] = []
        self._lines: set[_Line] = set()
        self._bugs: list[Exception] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> TelegramDouble:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    # what tests ask for

    @property
    def most(self) -> int:
        return self._methods.most

    @most.setter
    def most(self, most: int) -> None:
        self._methods.most = most

    def start(self) -> int:
        """Begin to serve; returns the port."""
        ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._thread = threading.Thread(target=self._serve, args=(ready,), daemon=True)
        self._thread.start()
        if not ready.wait(_STOP_S):
            raise RuntimeError("the Telegram double did not start")
        return self.port

    def stop(self) -> None:
        """End all connections and the thread. May be called twice. Raises what went wrong in the
        server itself."""
        if self._loop is not None and self._thread is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join(_STOP_S)
        bugs, self._bugs = self._bugs, []
        if bugs:
            raise ExceptionGroup("the Telegram double failed", bugs)

    def session_of(self, account: Account) -> str:
        """A session string under which ``account`` is signed in."""
        key = AuthKey(os.urandom(256))
        self._keys[key.key_id] = key
        self._callers[key.key_id] = Caller(account)
        session = StringSession()
        session.set_dc(2, "127.0.0.1", self.port)
        session.auth_key = key
        text: str = session.save()
        return text

    @property
    def calls(self) -> list[Call]:
        """All requests so far that reached the API, those that failed too."""
        with self.directory.lock:
            return list(self._calls)

    def count(self, method: str, account: str = "") -> int:
        """How often ``method`` was called, by ``account`` alone if one is given."""
        return sum(call.method == method and account in ("", call.account) for call in self.calls)

    def cut(self) -> None:
        """Cut all connections, and take new ones."""
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._cut_all)

    # the thread

    def _serve(self, ready: threading.Event) -> None:
        assert self._loop is not None
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._run(ready))
        finally:
            self._loop.close()

    async def _run(self, ready: threading.Event) -> None:
        tasks: set[asyncio.Task[None]] = set()

        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.get_running_loop().create_task(self._connection(reader, writer))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

        server = await asyncio.start_server(accept, "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        await self._stopping.wait()
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = _Line(reader, writer, KeyExchange(self.key, self._time, self._made))
        self._lines.add(line)
        try:
            while not line.broken:
                (length,) = struct.unpack("<i", await reader.readexactly(4))
                if not 12 < length < _MOST_PACKET:
                    return
                body = (await reader.readexactly(length - 4))[4:-4]
                await self._packet(line, body)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client hung up
        except Exception as bug:  # told to the test, when it ends
            self._bugs.append(bug)
        finally:
            self._lines.discard(line)
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _packet(self, line: _Line, body: bytes) -> None:
        if key_id_of(body) == 0:
            answer = bytes(line.exchange.answer(body[20:]))
            head = struct.pack("<qqi", 0, self._message_id(line), len(answer))
            await self._send(line, line.packet(head + answer))
            return
        key = self._keys.get(key_id_of(body))
        if key is None:
            await self._send(line, line.packet(_KEY_UNKNOWN))
            return
        opened = open_sealed(key, body)
        line.key, line.session, line.salt = key, opened.session, opened.salt
        if wrong := self._wrong_time(opened.message):
            notice = types.BadMsgNotification(opened.message, opened.sequence, wrong)
            await self._send_sealed(line, bytes(notice))
            return
        await self._message(line, opened.message, BinaryReader(opened.body).tgread_object())

    async def _message(self, line: _Line, number: int, given: Any) -> None:
        if isinstance(given, MessageContainer):
            for one in given.messages:
                await self._message(line, one.msg_id, one.obj)
            return
        if isinstance(given, GzipPacked):
            given = BinaryReader(given.data).tgread_object()
        if isinstance(given, types.MsgsAck):
            return
        if isinstance(given, functions.PingRequest | functions.PingDelayDisconnectRequest):
            await self._send_sealed(line, bytes(types.Pong(number, given.ping_id)))
            return
        while hasattr(given, "query"):
            given = given.query
        await self._request(line, number, given)

    async def _request(self, line: _Line, number: int, request: Any) -> None:
        assert line.key is not None
        method = type(request).__name__.removesuffix("Request")
        caller = self._callers.setdefault(line.key.key_id, Caller())
        self._note(caller, method, request)
        fault = self.faults.next(method, caller.name)
        if fault is Break.CUT_BEFORE:
            self._cut(line)
            return
        if fault is Break.SILENT:
            return
        answer = self._answer(method, request, caller, fault)
        result = struct.pack("<Iq", _RESULT, number) + answer
        if fault is Break.CUT_WITHIN:
            packet = line.packet(self._sealed(line, result))
            line.writer.write(packet[: len(packet) // 2])
            await line.writer.drain()
            self._cut(line)
            return
        for _ in range(2 if fault is Break.TWICE else 1):
            await self._send_sealed(line, result)

    def _answer(self, method: str, request: Any, caller: Caller, fault: object) -> bytes:
        try:
            if isinstance(fault, RpcFault):
                raise fault
            answer = self._methods.call(method, request, caller)
        except RpcFault as error:
            answer = types.RpcError(error.code, error.name)
        if fault is Break.UNKNOWN:
            return struct.pack("<I", 0xF00DF00D)
        return answer if isinstance(answer, bytes) else bytes(answer)

    def _note(self, caller: Caller, method: str, request: Any) -> None:
        given = getattr(request, "channel", None) or getattr(request, "peer", None)
        chat = self.directory.chats.get(getattr(given, "channel_id", 0))
        about = getattr(request, "username", "") or (chat.username if chat else "")
        with self.directory.lock:
            self._calls.append(Call(caller.name, method, time.monotonic(), about))

    # sending

    def _sealed(self, line: _Line, body: bytes, kind: int = 1) -> bytes:
        assert line.key is not None
        number = self._message_id(line) | (kind - 1)
        sequence = line.messages * 2 + 1
        line.messages += 1
        return seal(line.key, line.salt, line.session, number, sequence, body)

    async def _send_sealed(self, line: _Line, body: bytes) -> None:
        await self._send(line, line.packet(self._sealed(line, body)))

    async def _send(self, line: _Line, packet: bytes) -> None:
        line.writer.write(packet)
        await line.writer.drain()

    def _message_id(self, line: _Line) -> int:
        """Odd, as the answers of a server are, and rising."""
        line.last_id = max((int(self._time() * 2**32) & ~3) | 1, line.last_id + 4)
        return line.last_id

    def _happened(self, chat: Chat, update: TLObject) -> None:
        """Something has happened in ``chat``: tell everybody who is connected."""
        if self.pushes and self._loop is not None and self._loop.is_running():
            self._loop.call_soon_threadsafe(self._push, chat, update)

    def _push(self, chat: Chat, update: TLObject) -> None:
        for line in self._lines:
            caller = self._callers.get(line.key.key_id) if line.key else None
            if caller is None or caller.account is None:
                continue
            shown = [chat.shown(caller.name)]
            body = bytes(types.Updates([update], [], shown, self._now(), 0))
            for _ in range(self.repeats):
                line.writer.write(line.packet(self._sealed(line, body, 3)))

    # the rest

    def _made(self, key: AuthKey) -> None:
        self._keys[key.key_id] = key

    def _cut(self, line: _Line) -> None:
        line.broken = True
        line.writer.transport.abort()

    def _cut_all(self) -> None:
        for line in tuple(self._lines):
            self._cut(line)

    def _time(self) -> float:
        return time.time() + self.skew_s

    def _now(self) -> datetime:
        return datetime.fromtimestamp(int(self._time()), UTC)

    def _wrong_time(self, message: int) -> int:
        """The error code for a message whose id is of another time than the server's."""
        ahead = (message >> 32) - self._time()
        return _TOO_LOW if ahead < -_OLD_S else _TOO_HIGH if ahead > _EARLY_S else 0
