"""The spider ``sites``: fetches what the writer hands out and gives back what came."""

from __future__ import annotations

import logging
import random
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any, Self, cast

from publicsuffixlist import PublicSuffixList
from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, StopDownload
from scrapy.http import Headers, Response
from scrapy.utils.defer import deferred_from_coro, maybe_deferred_to_future
from scrapy.utils.httpobj import urlparse_cached
from twisted.internet.threads import deferToThread
from twisted.python.failure import Failure

from classifiers.store import glance_threshold_of
from crawlers.answers import egress_of, of_failure, of_response
from crawlers.bodies import unwanted
from crawlers.cookies import Jar, cookie_header, stamp_of, take_cookies
from crawlers.failures import judge
from crawlers.feeding import Feeder
from crawlers.fetches import ICON, SITEMAP, Fetch, Job, Returned
from crawlers.limits import Limits
from crawlers.mirrors import icon_reading
from crawlers.onions import TorUse
from crawlers.ordering import BestFirst
from crawlers.pacing import Pacer, Politeness
from crawlers.readers import ReaderPlan
from crawlers.rendering.answers import of_rendered
from crawlers.rendering.client import Renderer
from crawlers.rendering.orders import Rendered, RendererPlan
from crawlers.retrying import FOR_COOKIE, Pause, Retries, is_strain
from crawlers.sending import SentLedger
from crawlers.tries import Tries
from crawlers.wire import most_wire_bytes
from crawlers.writer import FAILED, REFUSED, Listeners, Orders, Writer
from domain.captures import Egress, Outcome
from domain.errors import InputError, NarcowatchError
from net.journal import RequestJournal
from net.resolving import Resolver
from net.retries import Backoff
from net.tor_pool import TorPool
from net.tor_probing import probe_tor
from net.twisted_resolver import address_of, resolver_of

log = logging.getLogger(__name__)
#: For a longer pause of a host its jobs go back to the frontier, to make room for other hosts'.
_HELD_S = 20.0


class SitesSpider(Spider):
    """``scrapy crawl sites -a run=ID``: crawl the sources of a run, and go on where it stopped.

    ``exit_code`` says how it ended, see ``crawlers.writer``. Runs in the reactor's thread and
    never touches the database: that is the writer's.
    """

    name = "sites"

    def __init__(self, run: str = "", max_pages: str = "") -> None:
        super().__init__()
        self.exit_code = FAILED
        self.ledger = SentLedger()
        self._tries = Tries(self.ledger)
        self.guard = Resolver()
        self.tor = TorPool((), "")
        self.run_id = 0
        self._arguments = (run, max_pages)
        self._closing = self._enough = False
        self._writer: Writer | None = None
        self._journal: RequestJournal | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.guard = resolver_of(crawler.settings)
        connect = crawler.signals.connect
        connect(spider._opened, signals.spider_opened)
        connect(spider._closed, signals.spider_closed)
        connect(spider._went_wrong, signals.spider_error)
        connect(spider._headers_received, signals.headers_received)
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """Nothing to begin with: the writer hands out the first jobs once it has read them."""
        nothing: tuple[Request, ...] = ()
        for request in nothing:
            yield request

    def _opened(self) -> None:
        logging.getLogger("scrapy").setLevel(logging.INFO)
        try:
            limits = self._prepare()
        except NarcowatchError as error:
            log.error("crawl refused: %s", error)
            self.exit_code = REFUSED
            raise CloseSpider("refused") from error
        from twisted.internet import reactor  # it is installed by now, and not before

        self._reactor = cast("Any", reactor)
        rng = random.Random()  # noqa: S311 - spreads pauses, guards nothing
        policy = Backoff(tries=limits.tries, base_s=limits.retry_base_s)
        self._retries = Retries(policy, rng, limits.longest_wait_s)
        self._jar = Jar() if limits.cookies else None
        self._most_bytes = most_wire_bytes(limits.max_body_bytes)
        self._pacer = Pacer(Politeness.of(limits), rng)
        self._feeder = Feeder(
            self._begin,
            self._pacer,
            concurrency=limits.concurrency,
            call_later=self._reactor.callLater,
            monotonic=self._reactor.seconds,
        )
        listeners = Listeners(
            post=self._reactor.callFromThread,
            jobs=self._feeder.offer,
            stored=self._feeder.stored,
            enough=self._give_up_waiting,
            given_up=lambda host: self._send_back(host, 0.0),
            ended=self._ended,
        )
        assert self._journal is not None
        self._writer = Writer(self._orders(limits), self._journal, listeners)
        self._writer.start()

    def _prepare(self) -> Limits:
        """Take the arguments in and open the journal. Raises NarcowatchError."""
        run, max_pages = self._arguments
        if not (run.isascii() and run.isdecimal()):
            raise InputError(f"-a run=ID names the run to crawl, not {run!r}")
        self.run_id = int(run)
        limits: Limits = self.settings["NARCOWATCH_LIMITS"]
        if max_pages:
            limits = limits.with_max_pages(max_pages)
        proxy = self.settings["NET_PROXY"]
        if proxy and not proxy.startswith(("http://", "https://")):
            raise InputError(f"sites are crawled through HTTP proxies, not through {proxy}")
        threshold = self.settings["NARCOWATCH_REVIEW_THRESHOLD"]
        model_dir = Path(self.settings["NARCOWATCH_MODEL_DIR"])
        self._sells_from = glance_threshold_of(model_dir) if threshold is None else threshold
        self.tor = TorPool(self.settings.getlist("TOR_SOCKS"), f"run-{self.run_id}")
        journals = Path(self.settings["NARCOWATCH_JOURNALS"])
        self._journal = RequestJournal(journals / f"crawl-{self.run_id:06d}.log")
        self.ledger.open(self._journal)
        plan: RendererPlan = self.settings["NARCOWATCH_RENDERER"]
        self._renderer = Renderer(plan.for_run(self.run_id, journals))
        return limits

    def _orders(self, limits: Limits) -> Orders:
        settings = self.settings
        headers: dict[str, str] = settings.getdict("NARCOWATCH_REQUEST_HEADERS")
        self._request_headers = headers
        suffixes = PublicSuffixList()
        return Orders(
            run_id=self.run_id,
            limits=limits,
            reader=ReaderPlan(
                platforms=settings["NARCOWATCH_PLATFORMS"],
                max_bytes=limits.max_body_bytes,
                most_links=limits.max_links_per_page,
                model_dir=Path(settings["NARCOWATCH_MODEL_DIR"]),
                lexicon_dir=Path(settings["NARCOWATCH_LEXICON_DIR"]),
            ),
            readers=settings.getint("NARCOWATCH_READERS"),
            order=BestFirst(limits.explore_share, self._sells_from),
            platforms=settings["NARCOWATCH_PLATFORMS"],
            user_agent=headers["User-Agent"],
            evidence_root=Path(settings["NARCOWATCH_EVIDENCE_ROOT"]),
            rotate_bytes=settings.getint("NARCOWATCH_ROTATE_BYTES"),
            tor=TorUse(settings["NARCOWATCH_TOR"]),
            tor_answers=partial(probe_tor, self.tor),
            tor_silent=lambda: self.tor.silent,
            domain_of=lambda host: suffixes.privatesuffix(host) or host,
            renders=settings["NARCOWATCH_RENDER_LIMITS"],
            render_journal=Path(self._renderer.journal),
        )

    def _begin(self, job: Job) -> None:
        if self._closing:
            return
        if job.render:
            circuit = self.tor.number_of(job.site.value)
            self._renderer.order(job.url, job.url, circuit=circuit).add_done_callback(
                lambda done: self._reactor.callFromThread(self._rendered, job, done.result())
            )
            return
        request = Request(
            job.url,
            callback=self._answered,
            errback=self._failed,
            headers={**self._request_headers, **cookie_header(self._jar, job.url)},
            dont_filter=True,
            meta={
                "job": job,
                "cookies": stamp_of(self._jar, job.url),
                "download_timeout": self._timeout(job),
                **({"download_maxsize": icon_reading.MOST_BYTES} if job.why == ICON else {}),
            },
        )
        self._tries.begin(job, request.url)
        self.crawler.engine.crawl(request)

    def _rendered(self, job: Job, done: Rendered) -> None:
        assert self._writer is not None
        for client in done.silent:
            self.tor.take_out(client)
        if not self._closing:  # what comes too late is due again at the next start
            fetch = of_rendered(job, done, egress=self._egress(job))
            self._writer.put(fetch)
            self._feeder.came_back(job, len(fetch.body))

    def _timeout(self, job: Job) -> float:
        name = "TOR_TIMEOUT_S" if self._egress(job) is Egress.TOR else "DOWNLOAD_TIMEOUT"
        return self.settings.getfloat(name)

    def _egress(self, job: Job) -> Egress:
        return egress_of(job.url, self.settings["NET_PROXY"])

    def _headers_received(self, headers: Headers, body_length: object, request: Request) -> None:
        """Do not read what will not be kept."""
        kind = (headers.get("Content-Type") or b"").decode("latin-1")
        length = body_length if isinstance(body_length, int) else None
        if request.meta["job"].why == ICON:
            refused = icon_reading.unwanted(kind, length)
        else:
            if request.meta["job"].why == SITEMAP:
                kind = ""  # it may be a packed file; nothing but text is kept of it
            refused = unwanted(kind, length, self.settings.getint("DOWNLOAD_MAXSIZE"))
        if refused:
            raise StopDownload(fail=False)

    def _answered(self, response: Response) -> None:
        request = response.request
        assert request is not None
        job: Job = request.meta["job"]
        host = self._host_of(request)
        if is_strain(response.status):
            self._pacer.strained(host)
        else:
            self._pacer.answered(host, request.meta.get("download_latency", 0.0))
        news = take_cookies(self._jar, job.url, response)
        retried = self._tries.retried(job)
        retry_after = (response.headers.get("Retry-After") or b"").decode("latin-1")
        pause = self._retries.after_answer(response.status, retry_after, len(retried) + 1)
        fetch = of_response(
            job,
            response,
            egress=self._egress(job),
            retried=retried,
            closes=pause.closes,
            flooded=self._tries.received(job) > self._most_bytes,
            cookies=(request.meta["cookies"], stamp_of(self._jar, job.url)),
        )
        if news and self._retries.for_cookie(response.status, retried):
            self._go_on(fetch, Pause(0.0), host, FOR_COOKIE)
            return
        self._go_on(fetch, pause, host, f"status {response.status}")

    def _failed(self, failure: Failure) -> None:
        request: Request = failure.request  # type: ignore[attr-defined]  # Scrapy puts it there
        assert failure.value is not None
        job: Job = request.meta["job"]
        host = self._host_of(request)
        failed = judge(failure.value, host, self._reactor)
        if not failed.known:
            log.error("fetching %s: %s", job.url, failed.detail, exc_info=failure.value)
        if failed.outcome is Outcome.TIMEOUT:
            self._pacer.strained(host)
        retried = self._tries.retried(job)
        answered = "download_latency" in request.meta
        pause = self._retries.after_failure(failed, len(retried) + 1, answered=answered)
        fetch = of_failure(job, failed, egress=self._egress(job), retried=retried)
        self._go_on(fetch, pause, host, failed.outcome.value)

    def _host_of(self, request: Request) -> str:
        """The request's host, whose address counts from now on where it was looked up here."""
        host = urlparse_cached(request).hostname or ""
        direct = self._egress(request.meta["job"]) is Egress.DIRECT
        if direct and (address := address_of(self._reactor, host)):
            self._pacer.found_at(host, address)
        return host

    def _go_on(self, fetch: Fetch, pause: Pause, host: str, reason: str) -> None:
        """A try has ended in ``fetch``: try again after ``pause``, or hand it over."""
        assert self._writer is not None
        if pause.of_host:
            self._pacer.pause(host, self._reactor.seconds() + pause.of_host)
        if pause.wait_s is None or self._enough:
            self._writer.put(self._tries.finish(fetch))
            self._feeder.came_back(fetch.job, len(fetch.body))
        else:
            self._tries.again(fetch, reason)
            self._feeder.again(fetch.job, pause.wait_s)
        if pause.closes or pause.of_host > _HELD_S:
            self._send_back(host, pause.of_host)

    def _send_back(self, host: str, wait_s: float) -> None:
        """Jobs of ``host`` that were not begun go back to the frontier for ``wait_s`` seconds."""
        assert self._writer is not None
        waiting = self._feeder.take_back(host)
        self._feeder.offer(job for job in waiting if self._tries.tried(job))
        for job in waiting:
            if not self._tries.tried(job):
                self._writer.put(Returned(job, wait_s))

    def _give_up_waiting(self) -> None:
        """The crawl's time or budget is over: what was not begun goes back, what was tried ends."""
        assert self._writer is not None
        self._enough = True
        fresh, ended = self._tries.give_up(self._feeder.take_back())
        for job in fresh:
            self._writer.put(Returned(job))
        for fetch in ended:
            self._feeder.kept(len(fetch.body))
            self._writer.put(fetch)

    def _ended(self, code: int, error: str) -> None:
        self.exit_code = code
        if error:
            log.error("crawl of run %s: %s", self.run_id, error)
        self._close("finished" if code == 0 else "failed")

    def _went_wrong(self, failure: Failure) -> None:
        """An error in this spider's own code: the job is lost to it, so it must not go on."""
        log.error("crawl of run %s: %s", self.run_id, failure.getTraceback())
        self._close("failed")

    def _close(self, reason: str) -> None:
        if not self._closing:
            self._closing = True
            self._feeder.close()
            deferred_from_coro(self.crawler.engine.close_spider_async(reason=reason))

    async def _closed(self) -> None:
        """Wait until all that came back is stored."""
        self._closing = True
        if self._writer is not None:
            self._feeder.close()
            await maybe_deferred_to_future(deferToThread(self._renderer.close))
            self._writer.stop()
            await maybe_deferred_to_future(deferToThread(self._writer.join))
        if self._journal is not None:
            self._journal.close()
