"""Requests to the preview's host: polite, retried, journalled, each counted when it really goes."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from domain.captures import Exchange
from domain.clock import Clock, utc_now
from domain.errors import TransportError
from net.client import Fetched, NetConfig, build_client, fetch
from net.retries import Backoff, wait_asked, with_retries

#: The client follows no redirect by itself, so that each hop is paced, counted and kept.
_NO_REDIRECTS = 0
_MOST_HOPS = 4
_PERMANENT_STATUS = 500


@dataclass(frozen=True, slots=True)
class Hop:
    """One answer on the way; ``attempts`` requests for ``url`` went out, the last at ``at``."""

    url: str
    at: datetime
    attempts: int
    exchange: Exchange | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What asking for one URL came to: redirects first, the last hop at the end.

    ``fetched`` is the last answer; where it is None, ``failure`` says why and ``reason`` is the
    short name of it (see ``domain.errors.TransportError``).
    """

    hops: tuple[Hop, ...]
    fetched: Fetched | None = None
    failure: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between requests, largest body in bytes, and how failures are tried again."""

    delay_s: float = 2.0
    max_bytes: int = 5_000_000
    retries: Backoff = field(default_factory=Backoff)


class Wire:
    """The guarded client towards one preview host. Not for use by several threads.

    ``sent`` is told each URL right before its request goes out on an open connection.
    """

    def __init__(
        self,
        config: NetConfig,
        pace: Pace,
        sent: Callable[[str], None],
        *,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
        clock: Clock = utc_now,
        rng: random.Random | None = None,
    ) -> None:
        self._client = build_client(config)
        self._proxied = bool(config.proxy)
        self._client.max_redirects = _NO_REDIRECTS
        self._client.event_hooks = {"request": [self._on_request], "response": [self._on_response]}
        self._pace, self._sent, self._sleep = pace, sent, sleep
        self._monotonic, self._clock = monotonic, clock
        self._rng = rng or random.Random()  # noqa: S311 - spreads pauses, guards nothing
        self._attempts: Counter[str] = Counter()
        self._redirect: httpx.Response | None = None
        self._last: float | None = None

    def close(self) -> None:
        self._client.close()

    def get(self, url: str) -> Answer:
        """Ask for ``url`` and follow redirects on its own host. Failures come as an Answer."""
        hops: list[Hop] = []
        while True:
            self._attempts.clear()
            self._redirect = None
            at = self._clock()
            try:
                tried = with_retries(
                    partial(self._once, url),
                    self._pace.retries,
                    rng=self._rng,
                    sleep=self._sleep,
                    asked_to_wait=self._ask_again,
                )
            except TransportError as error:
                hop = self._hop(url, at, self._seen_redirect())
                hops.append(hop)
                following = self._following(url, error)
                fresh = following not in {hop.url for hop in hops}
                if following and fresh and len(hops) <= _MOST_HOPS:
                    url = following
                    continue
                return Answer(tuple(hops), None, str(error), error.reason)
            return Answer((*hops, self._hop(url, at, self._exchange(tried.value))), tried.value)

    def _once(self, url: str) -> Fetched:
        self._redirect = None
        if self._last is not None:
            self._sleep(max(0.0, self._last + self._pace.delay_s - self._monotonic()))
        try:
            return fetch(self._client, url, self._pace.max_bytes)
        finally:
            self._last = self._monotonic()

    def _ask_again(self, fetched: Fetched) -> float | None:
        """Servers that fail or cut the page off are asked again; so are those that say when."""
        asked = wait_asked(fetched, self._clock)
        if asked is None and (fetched.status >= _PERMANENT_STATUS or fetched.truncated):
            return 0.0
        return asked

    def _following(self, url: str, error: TransportError) -> str:
        """Where the redirect leads, if that is on the same host; empty otherwise."""
        if error.reason != "redirects" or self._redirect is None:
            return ""
        following = redirect_target(url, self._redirect.headers.get("Location", ""))
        same = (urlsplit(following).hostname or "") == (urlsplit(url).hostname or "")
        return following if same else ""

    def _hop(self, url: str, at: datetime, exchange: Exchange | None) -> Hop:
        return Hop(url, at, sum(self._attempts.values()), exchange)

    def _exchange(self, fetched: Fetched) -> Exchange:
        return Exchange(
            url=fetched.url,
            method="GET",
            request_headers=fetched.request_headers,
            status=fetched.status,
            reason=fetched.reason,
            response_headers=fetched.headers,
            body=fetched.body,
            address="" if self._proxied else fetched.address,
        )

    def _seen_redirect(self) -> Exchange | None:
        """The redirect that was answered. Its body is not read: the way on is in its headers."""
        response = self._redirect
        if response is None:
            return None
        return Exchange(
            url=str(response.request.url),
            method="GET",
            request_headers=_pairs(response.request.headers),
            status=response.status_code,
            reason=response.reason_phrase,
            response_headers=_pairs(response.headers),
            body=b"",
        )

    def _on_request(self, request: httpx.Request) -> None:
        url = str(request.url)

        def trace(event: str, info: Mapping[str, Any]) -> None:
            tunnel = getattr(info.get("request"), "method", b"") == b"CONNECT"
            if event.endswith(".send_request_headers.started") and not tunnel:
                self._attempts[url] += 1
                self._sent(url)

        request.extensions = {**request.extensions, "trace": trace}

    def _on_response(self, response: httpx.Response) -> None:
        if response.has_redirect_location:
            self._redirect = response


def redirect_target(url: str, location: str) -> str:
    """The absolute address that a Location header means, without fragment; empty if none."""
    try:
        target = urljoin(url, location.strip()).partition("#")[0]
        return str(httpx.URL(target)) if location.strip() else ""
    except (ValueError, httpx.InvalidURL):
        return ""


def _pairs(headers: httpx.Headers) -> tuple[tuple[str, str], ...]:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers.raw)
