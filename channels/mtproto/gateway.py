"""Telethon on an event loop of its own, with synchronous calls for who owns the record.

One request at a time, each sent once: trying again, budgets and waits are the caller's.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import Counter
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

from channels.mtproto.addresses import own_url
from channels.mtproto.failures import Unreachable, failure_of
from domain.errors import BoundaryError, RecordError

_T = TypeVar("_T")
#: A client builder: it is given what to call with the name of each request right before it goes.
ClientBuilder = Callable[[Callable[[str], None]], Any]
_STOP_S = 10.0


class Gateway:
    """The connection of one account. ``sent`` is told the URL of each request right before it
    goes out; it is called on the gateway's thread. A request unanswered for ``timeout_s`` counts
    as lost, and the connection with it."""

    def __init__(
        self,
        account: str,
        build: ClientBuilder,
        sent: Callable[[str], None],
        *,
        timeout_s: float = 30.0,
    ) -> None:
        self._account, self._build, self._sent = account, build, sent
        self._timeout_s = timeout_s
        self._client: Any = None
        self._made = 0
        self._under_way = ("", "")
        self._counts: Counter[str] = Counter()
        self._goes_out = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._one_at_a_time = asyncio.Lock()
        self._thread = threading.Thread(target=self._run, name="mtproto", daemon=True)
        self._thread.start()

    @property
    def connected(self) -> bool:
        """Whether a request would go out right away."""
        return self._client is not None and bool(self._client.is_connected())

    @property
    def made(self) -> int:
        """How many connections were made so far: what is pushed between two is lost."""
        return self._made

    def connect(self) -> None:
        """Connect anew. Raises BoundaryError (see ``failures``)."""
        self._submit(self._connect()).result()

    def submit(self, request: Any, url: str) -> Future[Any]:
        """Send ``request``, which stands in the record as ``url``. The future has the answer, or
        a failure (see ``failures``).

        Comes back when the request goes out: a caller that went on to compute would hold the
        interpreter's lock, and so the request up, for some milliseconds.
        """
        self._goes_out.clear()
        answer = self._submit(self._ask(request, url))
        answer.add_done_callback(lambda _: self._goes_out.set())
        self._goes_out.wait(self._timeout_s)
        return answer

    def taken(self, url: str) -> int:
        """How often ``url`` went out since this was last asked."""
        return self._counts.pop(url, 0)

    def close(self) -> None:
        """End the connection and the thread. May be called twice."""
        if self._loop.is_closed():
            return
        with contextlib.suppress(TimeoutError, BoundaryError):
            self._submit(self._disconnect()).result(_STOP_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_STOP_S)
        if not self._thread.is_alive():
            self._loop.close()

    # on the loop's thread

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def _submit(self, work: Coroutine[Any, Any, _T]) -> Future[_T]:
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    async def _connect(self) -> None:
        await self._disconnect()
        self._client = self._build(self._told)
        try:
            await asyncio.wait_for(self._client.connect(), self._timeout_s)
        except RecordError:
            raise
        except Exception as error:
            await self._disconnect()
            raise failure_of(error) from error
        except asyncio.CancelledError:
            await self._disconnect()
            raise Unreachable("the connection ended while it was made") from None
        self._made += 1

    async def _ask(self, request: Any, url: str) -> Any:
        async with self._one_at_a_time:
            if not self.connected:
                raise Unreachable("not connected")
            self._under_way = (type(request).__name__.removesuffix("Request"), url)
            try:
                # a list: then errors come as they are, without pauses and memories of waits
                (answer,) = await asyncio.wait_for(self._client([request]), self._timeout_s)
            except asyncio.CancelledError:  # so end requests whose connection is given up
                raise Unreachable("the connection ended before the answer came") from None
            except RecordError:
                raise
            except Exception as error:
                failure = failure_of(error)
                if isinstance(failure, Unreachable):
                    await self._disconnect()
                raise failure from error
            finally:
                self._under_way = ("", "")
            return answer

    async def _disconnect(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(Exception):  # it is gone in any case
                await asyncio.wait_for(client.disconnect(), _STOP_S)
            with contextlib.suppress(Exception):  # why it is gone has been told
                await asyncio.wait_for(client.disconnected, _STOP_S)

    def _told(self, method: str) -> None:
        under_way, url = self._under_way
        if method != under_way:
            url = own_url(method, self._account)
        else:
            self._counts[url] += 1
            self._goes_out.set()
        try:
            self._sent(url)
        except OSError as error:  # a full disk is no broken connection
            raise RecordError(f"a request cannot be written down: {error}") from error
