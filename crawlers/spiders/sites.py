"""The spider ``sites``: fetches what the writer hands out and gives back what came."""

from __future__ import annotations

import logging
import random
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any, Self

from publicsuffixlist import PublicSuffixList
from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, StopDownload
from scrapy.http import Headers, Response
from scrapy.utils.defer import deferred_from_coro, maybe_deferred_to_future
from scrapy.utils.httpobj import urlparse_cached
from twisted.internet.threads import deferToThread
from twisted.python.failure import Failure

from crawlers.answers import egress_of, of_failure, of_response
from crawlers.bodies import unwanted
from crawlers.failures import judge
from crawlers.feeding import Feeder
from crawlers.fetches import Fetch, Job
from crawlers.limits import Limits
from crawlers.onions import TorUse
from crawlers.rendering.answers import of_rendered
from crawlers.rendering.client import Renderer
from crawlers.rendering.orders import Rendered, RendererPlan
from crawlers.retrying import Retries
from crawlers.sending import SentLedger
from crawlers.writer import FAILED, REFUSED, Listeners, Orders, Writer
from domain.captures import Egress
from domain.errors import InputError, NarcowatchError
from net.addresses import TestNetwork
from net.egress import tor_answers
from net.journal import RequestJournal
from net.resolving import Resolver
from net.retries import Backoff

log = logging.getLogger(__name__)


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
        self.guard = Resolver()
        self.run_id = 0
        self._arguments = (run, max_pages)
        self._closing = False
        self._writer: Writer | None = None
        self._journal: RequestJournal | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        networks = tuple(
            TestNetwork.of(row["name"], row["cidr"], row["hosts"])
            for row in crawler.settings.getlist("NET_TEST_NETWORKS")
        )
        spider.guard = Resolver(crawler.settings.getdict("NET_RESOLVER_OVERRIDES"), networks)
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

        self._reactor: Any = reactor
        self._retries = Retries(
            Backoff(tries=limits.tries, base_s=limits.retry_base_s),
            random.Random(),  # noqa: S311 - spreads pauses, guards nothing
        )
        self._feeder = Feeder(
            self._begin, concurrency=limits.concurrency, per_site=limits.concurrency_per_host
        )
        listeners = Listeners(
            post=self._reactor.callFromThread,
            jobs=self._feeder.offer,
            stored=self._feeder.stored,
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
            platforms=settings["NARCOWATCH_PLATFORMS"],
            user_agent=headers["User-Agent"],
            evidence_root=Path(settings["NARCOWATCH_EVIDENCE_ROOT"]),
            rotate_bytes=settings.getint("NARCOWATCH_ROTATE_BYTES"),
            tor=TorUse(settings["NARCOWATCH_TOR"]),
            tor_answers=partial(tor_answers, settings["TOR_SOCKS"]),
            domain_of=lambda host: suffixes.privatesuffix(host) or host,
            renders=settings["NARCOWATCH_RENDER_LIMITS"],
            render_journal=Path(self._renderer.journal),
        )

    def _begin(self, job: Job) -> None:
        if job.render:
            self._renderer.order(job.url, job.url).add_done_callback(
                lambda done: self._reactor.callFromThread(self._rendered, job, done.result())
            )
        else:
            self._send(job, ())

    def _rendered(self, job: Job, done: Rendered) -> None:
        if not self._closing:  # what comes too late is due again at the next start
            self._hand_over(of_rendered(job, done, egress=self._egress(job)))

    def _send(self, job: Job, retried: tuple[str, ...]) -> None:
        if self._closing:
            return
        request = Request(
            job.url,
            callback=self._answered,
            errback=self._failed,
            headers=self._request_headers,
            dont_filter=True,
            meta={
                "job": job,
                "retried": retried,
                "download_timeout": self._timeout(job),
            },
        )
        self.ledger.register(request.url, job.url)
        self.crawler.engine.crawl(request)

    def _timeout(self, job: Job) -> float:
        name = "TOR_TIMEOUT_S" if self._egress(job) is Egress.TOR else "DOWNLOAD_TIMEOUT"
        return self.settings.getfloat(name)

    def _egress(self, job: Job) -> Egress:
        return egress_of(job.url, self.settings["NET_PROXY"])

    def _headers_received(self, headers: Headers, body_length: object, request: Request) -> None:
        """Do not read what will not be kept."""
        kind = (headers.get("Content-Type") or b"").decode("latin-1")
        length = body_length if isinstance(body_length, int) else None
        if unwanted(kind, length, self.settings.getint("DOWNLOAD_MAXSIZE")):
            raise StopDownload(fail=False)

    def _answered(self, response: Response) -> None:
        request = response.request
        assert request is not None
        job: Job = request.meta["job"]
        retried: tuple[str, ...] = request.meta["retried"]
        retry_after = (response.headers.get("Retry-After") or b"").decode("latin-1")
        wait = self._retries.after_answer(response.status, retry_after, len(retried) + 1)
        if wait is not None:
            self._again(wait, job, (*retried, f"status {response.status}"))
            return
        sent = self.ledger.settle(request.url)
        self._hand_over(
            of_response(job, response, egress=self._egress(job), attempts=sent, retried=retried)
        )

    def _failed(self, failure: Failure) -> None:
        request: Request = failure.request  # type: ignore[attr-defined]  # Scrapy puts it there
        assert failure.value is not None
        job: Job = request.meta["job"]
        retried: tuple[str, ...] = request.meta["retried"]
        host = urlparse_cached(request).hostname or ""
        failed = judge(failure.value, host, self._reactor)
        if not failed.known:
            log.error("fetching %s: %s", job.url, failed.detail, exc_info=failure.value)
        answered = "download_latency" in request.meta
        wait = self._retries.after_failure(failed, len(retried) + 1, answered=answered)
        if wait is not None:
            self._again(wait, job, (*retried, failed.outcome.value))
            return
        sent = self.ledger.settle(request.url)
        self._hand_over(
            of_failure(job, failed, egress=self._egress(job), attempts=sent, retried=retried)
        )

    def _again(self, wait: float, job: Job, retried: tuple[str, ...]) -> None:
        self._reactor.callLater(wait, self._send, job, retried)

    def _hand_over(self, fetch: Fetch) -> None:
        assert self._writer is not None
        self._writer.put(fetch)
        self._feeder.came_back(fetch.job, len(fetch.body))

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
