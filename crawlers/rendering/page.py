"""One page in a browser context of its own: fetched, left to its scripts for a while, read."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from dataclasses import replace
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, Dialog, Page, Request, Response, Route
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import TimeoutError as PlaywrightTimeout

from crawlers.rendering import snapshot
from crawlers.rendering.browser import Browser
from crawlers.rendering.journal import teller
from crawlers.rendering.orders import Bounds, End, Rendered, RendererPlan, RenderOrder
from crawlers.rendering.snapshot import OPEN_SHADOWS, OWN_WORDS
from net.guardproxy.doors import Door
from net.guardproxy.reach import Allowance, Reach
from net.guardproxy.session import Failure, Session
from net.journal import RequestJournal

_WIDTH, _HEIGHT = 1280, 900
_SETTLE_S, _CLOSE_S = 6.0, 5.0
_MOST_NAVIGATIONS, _MOST_FRAME_NAVIGATIONS = 5, 20
_NEEDED = frozenset({"document", "script", "xhr", "fetch"})
#: WebRTC would ask around for addresses; the kernel lets none of it out, this only spares it.
_BEFORE_ALL = """
for (const name of ["RTCPeerConnection", "webkitRTCPeerConnection", "RTCDataChannel",
                    "WebTransport", "SharedWorker"]) {
  try { Object.defineProperty(window, name, {value: undefined}); } catch (e) {}
}
"""
_LENGTH = "document.documentElement ? document.documentElement.outerHTML.length : 0"
_TALL = "document.documentElement ? document.documentElement.scrollHeight : 0"


#: What a page draws itself; pictures in its own text are kept out by the guard's policy.
_NO_DRAWINGS = "canvas, video, object, embed { visibility: hidden !important; }"


class Visit:
    """One page's visit. ``render`` may be called once. ``site`` is the registrable domain of the
    page's host."""

    def __init__(
        self, browser: Browser, order: RenderOrder, plan: RendererPlan, site: str = ""
    ) -> None:
        self._browser, self._order, self._plan = browser, order, plan
        self._bounds: Bounds = plan.bounds
        self._host = urlsplit(order.url).hostname or ""
        self._reach = Reach(self._host, order.images, site)
        self._refused: Counter[str] = Counter()
        self._main: Page | None = None
        self._answer: Response | None = None
        self._moved = ""
        self._asked = order.url
        self._navigations = self._frame_navigations = 0
        self._crashed = asyncio.Event()

    async def render(self, door: Door, journal: RequestJournal) -> Rendered:
        """What came of the order. Raises nothing for what a page can do."""
        bounds, order = self._bounds, self._order
        session = Session(
            self._reach,
            Allowance(
                bounds.requests, bounds.received, bounds.seconds, bounds.per_host, bounds.at_once
            ),
            teller(journal, order.key, self._host),
        )
        async with door.open_to(session):
            context = None
            try:
                async with asyncio.timeout(bounds.seconds):
                    context = await self._context(door, session)
                    done = await self._read(context)
            except (TimeoutError, PlaywrightTimeout):
                done = self._ended(End.TIMEOUT)
            except PlaywrightError as error:
                done = self._ended(End.NO_PAGE, _first_line(error))
            figures = session.close()
            done = _with_reason(done, session.failure_of(self._asked))
            if context is not None:
                await self._close(context)
        if self._crashed.is_set() or not self._browser.alive:
            done = self._ended(End.CRASHED)
        own = figures.sent.pop(self._host, 0)
        return replace(
            done,
            requests=own,
            elsewhere=figures.sent,
            refused=figures.refused + self._refused,
            failed=figures.failed,
            received=figures.received,
        )

    def _ended(self, end: End, detail: str = "") -> Rendered:
        if self._moved:
            return Rendered(self._order.id, End.MOVED, moved_to=self._moved, status=self._status)
        return Rendered(self._order.id, end, detail[:300], browser=self._browser.name)

    @property
    def _status(self) -> int:
        return self._answer.status if self._answer is not None else 0

    async def _context(self, door: Door, session: Session) -> BrowserContext:
        context = await self._browser.chromium.new_context(
            proxy={"server": door.url, "username": session.user, "password": session.password},
            user_agent=self._plan.net.user_agent,
            locale="ru-RU",
            viewport={"width": _WIDTH, "height": _HEIGHT},
            ignore_https_errors=True,
            accept_downloads=False,
            service_workers="block",
            permissions=[],
        )
        context.set_default_timeout(self._bounds.seconds * 1000)
        await context.add_init_script(_BEFORE_ALL + OPEN_SHADOWS + OWN_WORDS)
        await context.route("**/*", self._route)
        self._main = await context.new_page()
        context.on("page", _close_popup)
        self._main.on("dialog", _dismiss)
        self._main.on("crash", lambda _: self._crashed.set())
        return context

    async def _route(self, route: Route, request: Request) -> None:
        reason = self._against(request)
        with contextlib.suppress(PlaywrightError):  # the page is gone, and the request with it
            if reason:
                self._refused[reason] += 1
                await route.abort()
            else:
                await route.continue_()

    def _against(self, request: Request) -> str:
        """Why the browser does not even ask the proxy."""
        kind = request.resource_type
        if request.is_navigation_request():
            return self._against_navigation(request)
        if kind in _NEEDED or (self._order.picture and kind == "stylesheet"):
            return ""
        return "" if self._order.images and kind == "image" else kind[:40]

    def _against_navigation(self, request: Request) -> str:
        if not self._is_main(request):
            return self._against_frame(request)
        if (urlsplit(request.url).hostname or "") != self._host:
            self._moved = self._moved or request.url
            return "another host"
        self._navigations += 1
        self._asked = request.url.partition("#")[0]
        return "too many navigations" if self._navigations > _MOST_NAVIGATIONS else ""

    def _against_frame(self, request: Request) -> str:
        """A frame of the page's own site is part of what its reader sees, any other is not."""
        try:
            if request.frame.page != self._main:
                return "popup"
        except PlaywrightError:  # one that is not there yet
            return "popup"
        if not self._reach.shows(urlsplit(request.url).hostname or ""):
            return "frame"
        self._frame_navigations += 1
        return "too many frames" if self._frame_navigations > _MOST_FRAME_NAVIGATIONS else ""

    async def _read(self, context: BrowserContext) -> Rendered:
        page = self._main
        assert page is not None
        page.on("request", self._note_redirect)
        page.on("response", self._note_answer)
        crash = asyncio.ensure_future(self._crashed.wait())
        work = asyncio.ensure_future(self._look(page))
        try:
            await asyncio.wait({crash, work}, return_when=asyncio.FIRST_COMPLETED)
            return work.result() if work.done() else self._ended(End.CRASHED)
        finally:
            for task in (crash, work):
                task.cancel()
            await asyncio.gather(crash, work, return_exceptions=True)

    def _note_redirect(self, request: Request) -> None:
        """A redirect by the server, which the browser follows unasked; the guard lets it go no
        further than the page's own site."""
        if request.redirected_from is None or not request.is_navigation_request():
            return
        if self._is_main(request):
            self._asked = request.url.partition("#")[0]
            if (urlsplit(request.url).hostname or "") != self._host:
                self._moved = self._moved or request.url

    def _note_answer(self, response: Response) -> None:
        request = response.request
        if request.is_navigation_request() and self._is_main(request):
            self._answer = response

    def _is_main(self, request: Request) -> bool:
        try:
            return self._main is not None and request.frame == self._main.main_frame
        except PlaywrightError:  # a popup that is not there yet
            return False

    async def _look(self, page: Page) -> Rendered:
        await page.goto(self._order.url, wait_until="domcontentloaded")
        with contextlib.suppress(PlaywrightTimeout):
            await page.wait_for_load_state("networkidle", timeout=_SETTLE_S * 1000)
        if (urlsplit(page.url).hostname or "") != self._host:
            self._moved = self._moved or page.url
        if self._moved:
            return self._ended(End.MOVED)
        if not 200 <= self._status < 300:
            return self._ended(End.NO_PAGE, f"status {self._status}")
        if int(await page.evaluate(_LENGTH)) > self._bounds.dom:
            return self._ended(End.TOO_LARGE)
        try:
            shown = await snapshot.take(page, self._reach.shows, self._bounds.dom)
        except snapshot.TooLarge:
            return self._ended(End.TOO_LARGE)
        self._refused += shown.left_out
        return Rendered(
            self._order.id,
            End.RENDERED,
            status=self._status,
            final_url=page.url,
            dom=shown.html,
            text=shown.text,
            png=await self._picture(page) if self._order.picture else b"",
            browser=self._browser.name,
        )

    async def _picture(self, page: Page) -> bytes:
        """The whole page as PNG, down to the greatest height."""
        tall = min(max(int(await page.evaluate(_TALL)), 1), self._bounds.height)
        return await page.screenshot(
            full_page=True,
            clip={"x": 0, "y": 0, "width": _WIDTH, "height": tall},
            animations="disabled",
            style="" if self._order.images else _NO_DRAWINGS,
        )

    async def _close(self, context: BrowserContext) -> None:
        """A context that does not close is left to the end of its browser."""
        try:
            async with asyncio.timeout(_CLOSE_S):
                await context.close()
        except (TimeoutError, PlaywrightError):
            self._crashed.set()


def _with_reason(done: Rendered, failure: Failure | None) -> Rendered:
    """Of a page that did not come: why, as the guard knows it."""
    if done.end is not End.NO_PAGE or failure is None:
        return done
    end = End.TOR_DOWN if failure.reason == "tor_down" else End.NO_PAGE
    return replace(done, end=end, detail=f"{failure.reason}: {failure.message}"[:300])


async def _close_popup(page: Page) -> None:
    with contextlib.suppress(PlaywrightError):
        await page.close()


async def _dismiss(dialog: Dialog) -> None:
    with contextlib.suppress(PlaywrightError):
        await dialog.dismiss()


def _first_line(error: PlaywrightError) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
