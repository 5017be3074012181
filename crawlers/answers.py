"""Scrapy's responses and failures as fetches."""

from __future__ import annotations

from collections.abc import Sequence

from scrapy import Request
from scrapy.http import Headers, Response
from scrapy.utils.httpobj import urlparse_cached

from crawlers.failures import Failed
from crawlers.fetches import Fetch, Job
from crawlers.fetches import Headers as Pairs
from domain.captures import Egress, Outcome
from domain.clock import utc_now
from domain.onion import is_onion


def of_response(
    job: Job,
    response: Response,
    *,
    egress: Egress,
    attempts: int = 0,
    retried: Sequence[str] = (),
    closes: str = "",
    flooded: bool = False,
    cookies: tuple[int, int] = (0, 0),
) -> Fetch:
    """The fetch that ``response`` ends; ``flooded`` says that more came than is read, ``cookies``
    are the stamps of the host's when it was asked, and after its answer."""
    complete = "dataloss" not in response.flags
    return Fetch(
        job=job,
        fetched_at=utc_now(),
        egress=egress,
        attempts=attempts,
        status=response.status,
        request_headers=request_pairs(response.request),
        response_headers=pairs(response.headers),
        body=response.body,
        complete=complete,
        outcome=Outcome.TOO_LARGE if flooded and not complete else None,
        detail="more bytes on the wire than are read" if flooded and not complete else "",
        stopped="download_stopped" in response.flags,
        retried=tuple(retried),
        closes=closes,
        address=str(response.ip_address or "") if egress is Egress.DIRECT else "",
        cookies_sent=cookies[0],
        cookies_now=cookies[1],
    )


def of_failure(
    job: Job, failed: Failed, *, egress: Egress, attempts: int = 0, retried: Sequence[str] = ()
) -> Fetch:
    """The fetch that ends in a failure."""
    return Fetch(
        job=job,
        fetched_at=utc_now(),
        egress=egress,
        attempts=attempts,
        outcome=failed.outcome,
        detail=failed.detail[:500],
        retried=tuple(retried),
    )


def egress_of(url: str, proxy: str) -> Egress:
    """The way that ``url`` takes."""
    if is_onion(url.partition("://")[2].partition("/")[0].partition(":")[0]):
        return Egress.TOR
    return Egress.PROXY if proxy else Egress.DIRECT


def request_pairs(request: Request | None) -> Pairs:
    """The request's headers as they were sent, with the host that the client adds."""
    if request is None:
        return ()
    return (("Host", urlparse_cached(request).netloc), *pairs(request.headers))


def pairs(headers: Headers) -> Pairs:
    """Headers as pairs of text, repetitions kept."""
    return tuple(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name in headers
        for value in headers.getlist(name)
    )
