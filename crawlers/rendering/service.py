"""The renderer: takes orders, hands them to browsers, and gives back what came of each."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import Playwright, async_playwright
from publicsuffixlist import PublicSuffixList

from crawlers.rendering import browser, sandbox
from crawlers.rendering.browser import Browser, BrowserError, Guard
from crawlers.rendering.orders import End, Rendered, RendererPlan, RenderOrder
from crawlers.rendering.page import Visit
from domain.errors import KeyFormatError, RuleError
from domain.onion import is_onion
from domain.targets import canonical_onion
from net.guardproxy.certificate import server_context
from net.guardproxy.doors import Door
from net.guardproxy.onward import Onward
from net.journal import RequestJournal

log = logging.getLogger(__name__)
_THREADS_PER_PAGE = 8


class Service:
    """Renders orders with one browser at a time, ``plan.pages_at_once`` pages in it.

    A browser is replaced after so many pages, when it has grown too large, and when it has
    crashed or does not close its pages.
    """

    def __init__(self, plan: RendererPlan, playwright: Playwright, journal: RequestJournal) -> None:
        self._plan, self._playwright, self._journal = plan, playwright, journal
        self._who = sandbox.account(plan.user)
        self._walls = sandbox.shuts_in(self._who)
        if not self._walls and not plan.unconfined:
            raise RuleError("the kernel gives no namespaces to shut the browser in with")
        self._threads = ThreadPoolExecutor(plan.pages_at_once * _THREADS_PER_PAGE, "onward")
        self._guard = Guard(Onward(plan.net, plan.job), server_context(), self._threads)
        self._suffixes = PublicSuffixList()
        self._room = asyncio.Semaphore(plan.pages_at_once)
        self._turn = asyncio.Condition()
        self._browser: Browser | None = None
        self._active = 0
        self._worn = False

    async def render(self, order: RenderOrder) -> Rendered:
        """What came of ``order``."""
        async with self._room:
            try:
                async with self._in_browser() as running:
                    door = await running.free.get()
                    try:
                        done = await self._visit(running, order, door)
                    finally:
                        running.free.put_nowait(door)
                    running.pages += 1
                    self._worn = self._worn or done.end is End.CRASHED or self._is_worn(running)
                    return done
            except BrowserError as error:
                return Rendered(order.id, End.UNAVAILABLE, str(error))

    async def _visit(self, running: Browser, order: RenderOrder, door: Door) -> Rendered:
        tor = self._guard.onward.tor
        site = registrable(urlsplit(order.url).hostname or "", self._suffixes)
        if is_onion(site):
            tor.begin_at(site, order.circuit)
        known = tor.silent
        done = await Visit(running, order, self._plan, site).render(door, self._journal)
        silent = tuple(client for client in tor.silent if client not in known)
        return replace(done, silent=silent)

    def _is_worn(self, running: Browser) -> bool:
        plan = self._plan
        return (
            not running.alive
            or running.pages >= plan.pages_per_browser
            or running.memory() > plan.browser_bytes
        )

    @asynccontextmanager
    async def _in_browser(self) -> AsyncIterator[Browser]:
        """A browser to use. One that is worn is replaced once nobody uses it any more."""
        async with self._turn:
            await self._turn.wait_for(lambda: not self._worn or self._active == 0)
            if self._worn and self._browser is not None:
                await self._browser.close()
                self._browser = None
            if self._browser is None:
                self._browser = await browser.start(
                    self._playwright,
                    self._guard,
                    self._who,
                    doors=self._plan.pages_at_once,
                    walls=self._walls,
                )
            self._worn = False
            self._active += 1
            running = self._browser
        try:
            yield running
        finally:
            async with self._turn:
                self._active -= 1
                self._turn.notify_all()

    async def close(self) -> None:
        if self._browser is not None:
            await self._browser.close()
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._guard.onward.close()


def registrable(host: str, suffixes: PublicSuffixList) -> str:
    """The domain that was registered for ``host`` (the onion's own name for an onion service);
    the host itself where there is none, as of addresses."""
    if is_onion(host):
        try:
            return canonical_onion(host)
        except KeyFormatError:
            return host
    numeric = ":" in host or host.rpartition(".")[2].isdecimal()
    return host if numeric else suffixes.privatesuffix(host) or host


async def serve(
    plan: RendererPlan, orders: AsyncIterator[RenderOrder], answer: Callable[[Rendered], None]
) -> None:
    """Render ``orders`` until there are no more, and ``answer`` each.

    Raises RecordError where another process holds the journal.
    """
    journal = RequestJournal(Path(plan.journal))
    async with async_playwright() as playwright:
        service = Service(plan, playwright, journal)
        under_way: set[asyncio.Task[None]] = set()

        async def one(order: RenderOrder) -> None:
            try:
                done = await service.render(order)
            except Exception as error:  # one page must not take the others along
                log.exception("rendering %s", order.url)
                done = Rendered(order.id, End.FAILED, f"{type(error).__name__}: {error}"[:300])
            answer(done)

        try:
            async for order in orders:
                task = asyncio.create_task(one(order))
                under_way.add(task)
                task.add_done_callback(under_way.discard)
            await asyncio.gather(*under_way)
        finally:
            await service.close()
            journal.close()
