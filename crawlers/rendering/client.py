"""The renderer as seen by who orders: a child process, started when first needed."""

from __future__ import annotations

import contextlib
import logging
import os
import subprocess
import sys
import threading
from concurrent.futures import Future
from itertools import count

from cases.children import child_environment
from crawlers.rendering.orders import End, Rendered, RendererPlan, RenderOrder

log = logging.getLogger(__name__)

#: So often it may die without having rendered anything before no further one is started.
_MOST_DEATHS = 3
#: Beyond a page's own time: for starting a browser, and for closing it.
_GRACE_S = 60.0
_END_S = 10.0


class Renderer:
    """Hands orders to the child and gives back futures. Safe to use from several threads.

    A child that dies or hangs answers its orders with End.DIED; the next order starts another.
    Use it in the thread that started it, or one that lives as long: the kernel kills the child
    when the thread that started it ends.
    """

    def __init__(self, plan: RendererPlan) -> None:
        self._plan = plan
        self._numbers = count(1)
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._listener: threading.Thread | None = None
        self._waiting: dict[int, Future[Rendered]] = {}
        self._deaths = 0
        self._closed = False

    @property
    def journal(self) -> str:
        """Where the child notes what it sends."""
        return self._plan.journal

    def order(
        self, url: str, key: str, *, picture: bool = False, images: bool = False, circuit: int = 0
    ) -> Future[Rendered]:
        """Have ``url`` rendered; its requests are journalled under ``key``. ``circuit`` says how
        many Tor circuits of an onion failed before."""
        order = RenderOrder(next(self._numbers), url, key, picture, images, circuit)
        future: Future[Rendered] = Future()
        with self._lock:
            if self._closed or self._deaths >= _MOST_DEATHS:
                future.set_result(Rendered(order.id, End.UNAVAILABLE))
                return future
            self._waiting[order.id] = future
            child = self._running()
            assert child.stdin is not None
            try:
                child.stdin.write(order.to_json().encode() + b"\n")
                child.stdin.flush()
            except OSError:  # it is dying: the thread that reads from it will say so
                log.warning("the renderer takes no orders")
        timer = threading.Timer(self._patience(), self._overdue, (order.id, child))
        timer.daemon = True
        timer.start()
        future.add_done_callback(lambda _: timer.cancel())
        return future

    def _patience(self) -> float:
        """How long an order may take, with all that stand before it."""
        queue = 1 + len(self._waiting) / self._plan.pages_at_once
        return _GRACE_S + self._plan.bounds.seconds * 2 * queue

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is None:
            child = subprocess.Popen(  # noqa: S603 - this interpreter, a room, a number
                [sys.executable, "-P", "-m", "crawlers.rendering", "--parent", str(os.getpid())],
                env=child_environment({}),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
            assert child.stdin is not None
            child.stdin.write(self._plan.to_json().encode() + b"\n")
            self._child = child
            self._listener = threading.Thread(
                target=self._listen, args=(child,), name="renderer", daemon=True
            )
            self._listener.start()
        return self._child

    def _listen(self, child: subprocess.Popen[bytes]) -> None:
        assert child.stdout is not None
        with child.stdout:
            for line in child.stdout:
                done = Rendered.of_json(line.decode())
                with self._lock:
                    self._deaths = 0
                    future = self._waiting.pop(done.id, None)
                if future is not None:
                    future.set_result(done)
        child.wait()
        assert child.stdin is not None
        with contextlib.suppress(OSError):  # orders that it never read
            child.stdin.close()
        self._gone(child)

    def _gone(self, child: subprocess.Popen[bytes]) -> None:
        """Answer what a child that has ended leaves behind."""
        with self._lock:
            if self._child is child:
                self._child = None
            left, self._waiting = self._waiting, {}
            if left:
                self._deaths += 1
        for number, future in left.items():
            log.error("the renderer ended with exit code %s", child.returncode)
            future.set_result(Rendered(number, End.DIED, f"exit code {child.returncode}"))

    def _overdue(self, number: int, child: subprocess.Popen[bytes]) -> None:
        with self._lock:
            hangs = number in self._waiting and child.poll() is None
        if hangs:
            log.error("the renderer does not answer and is ended")
            child.kill()

    def close(self) -> None:
        """End the child. What is still under way is answered with End.DIED."""
        with self._lock:
            self._closed = True
            child = self._child
        if child is None:
            return
        assert child.stdin is not None
        try:
            child.stdin.close()
            child.wait(_END_S)
        except (OSError, subprocess.TimeoutExpired):
            child.kill()
            child.wait()
        if self._listener is not None:
            self._listener.join()
