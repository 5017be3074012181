"""A fetch to what it amounts to: outcome, evidence, document, and where it leads."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from http import HTTPStatus

from classifiers.cascade import Glance
from crawlers.bodies import is_markup, looks_binary, unwanted
from crawlers.decoding import decode
from crawlers.discovery import Findings, discover
from crawlers.extraction import Page, extract, extract_plain
from crawlers.fetches import SITEMAP, Fetch
from crawlers.mirrors.fingerprinting import fingerprint
from crawlers.platforms import Platforms
from crawlers.rendering.explaining import explained
from crawlers.rendering.needs import need
from crawlers.sitemaps import unpacked_file
from crawlers.softblocks import recognise
from crawlers.urls import NotFollowed, absolute, followable
from domain.candidates import Candidate
from domain.captures import CaptureRecord, Exchange, Outcome
from domain.documents import Document
from domain.errors import TransportError
from net.decoding import BoundedBody

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PIECE = 1_024
_GONE = frozenset({404, 410})
_AUTHENTICATION = frozenset({401, 407})
#: Obstacles that sites also show with an error status.
_SHOWN_WITH_ERRORS = frozenset(
    {
        Outcome.SEIZED,
        Outcome.INTERSTITIAL,
        Outcome.CAPTCHA,
        Outcome.LOGIN_WALL,
        Outcome.PARKED,
    }
)
#: A page behind an obstacle is not rendered: a browser would only stand before it too.
_MAY_NEED_SCRIPT = frozenset({Outcome.OK, Outcome.EMPTY})
_BODY_FAILURES = {
    "bomb": Outcome.BOMB,
    "too_large": Outcome.TOO_LARGE,
    "undecodable": Outcome.UNDECODABLE,
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What one fetch amounts to. ``location`` is where it redirects to, in canonical form.

    ``body`` is decoded and empty where nothing is kept; ``glance`` is the classifier's first word
    on the document, where it was asked. ``icon`` is the URL of the icon that the
    page names; ``icon_digest`` is set where the fetch was that of an icon.
    """

    fetch: Fetch
    outcome: Outcome
    detail: str = ""
    body: bytes = b""
    document: Document | None = None
    findings: Findings = field(default_factory=Findings)
    location: str = ""
    glance: Glance | None = None
    icon: str = ""
    icon_digest: str = ""
    needs_script: str = ""

    def record(self, detail: str, candidates: tuple[Candidate, ...]) -> CaptureRecord:
        """The capture for the record."""
        job = self.fetch.job
        return CaptureRecord(
            site=job.site,
            url=job.url,
            fetched_at=self.fetch.fetched_at,
            egress=self.fetch.egress,
            outcome=self.outcome,
            exchange=self._exchange() if self._is_kept else None,
            detail=detail,
            depth=job.depth,
            attempts=self.fetch.attempts,
            documents=(self.document,) if self.document else (),
            candidates=candidates,
            rendered=job.render,
            again=job.again,
        )

    @property
    def _is_kept(self) -> bool:
        return bool(self.fetch.status and (self.body or not self.fetch.job.render))

    def _exchange(self) -> Exchange:
        fetch = self.fetch
        return Exchange(
            url=fetch.job.url,
            method="GET",
            request_headers=fetch.request_headers,
            status=fetch.status,
            reason=_phrase(fetch.status),
            response_headers=fetch.response_headers,
            body=self.body,
            address=fetch.address,
        )


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def read(fetch: Fetch, platforms: Platforms, max_bytes: int, most_links: int) -> Reading:
    """Read what came back. Never raises for anything a server can send."""
    if fetch.outcome is not None:
        return Reading(fetch, fetch.outcome, fetch.detail)
    if fetch.sent_on:
        return _redirect(fetch, fetch.sent_on, ", by a script")
    if fetch.status in _REDIRECTS and fetch.header("location"):
        return _redirect(fetch, fetch.header("location"))
    if fetch.job.why == SITEMAP:
        return _sitemap(fetch, max_bytes)
    content_type = fetch.header("content-type")
    announced = fetch.header("content-length")
    length = int(announced[:15]) if fetch.stopped and announced.isdecimal() else None
    if refused := unwanted(content_type, length, max_bytes):
        return Reading(fetch, _unless_error(fetch, refused[0]), refused[1])
    try:
        body = unpacked(fetch, max_bytes)
    except TransportError as error:
        return Reading(fetch, _BODY_FAILURES.get(error.reason, Outcome.FAILED), str(error))
    if kind := looks_binary(body):
        return Reading(fetch, _unless_error(fetch, Outcome.NOT_TEXT), f"{kind} by its first bytes")
    decoded = decode(body, content_type)
    if body and not decoded.encoding:
        return Reading(fetch, Outcome.UNDECODABLE, "no character encoding fits", body)
    if is_markup(content_type, body):
        page = extract(decoded.text, fetch.job.url)
        reading = _judged(fetch, page, decoded.text, body, platforms, most_links)
        return _looked_through(reading, page)
    return _judged(fetch, extract_plain(decoded.text), "", body, platforms, most_links)


def _sitemap(fetch: Fetch, max_bytes: int) -> Reading:
    """A sitemap as its text, whatever its type says: it may be a packed file."""
    if (failed := _by_status(fetch.status)) is not None:
        return Reading(fetch, failed, f"status {fetch.status}")
    if fetch.stopped:
        return Reading(fetch, Outcome.TOO_LARGE, f"more than {max_bytes} bytes announced")
    try:
        body = unpacked_file(fetch.job.url, unpacked(fetch, max_bytes), max_bytes)
    except TransportError as error:
        return Reading(fetch, _BODY_FAILURES.get(error.reason, Outcome.FAILED), str(error))
    if kind := looks_binary(body):
        return Reading(fetch, Outcome.NOT_TEXT, f"{kind} by its first bytes")
    return Reading(fetch, Outcome.OK, "sitemap", body)


def unpacked(fetch: Fetch, max_bytes: int) -> bytes:
    """The body decoded. In small pieces, so that little of a bomb is enough to know it.

    Raises TransportError where it is too large or cannot be decoded.
    """
    body = BoundedBody(fetch.job.url, fetch.header("content-encoding"), max_bytes)
    for at in range(0, len(fetch.body), _PIECE):
        body.add(fetch.body[at : at + _PIECE])
    return body.content()


def _unless_error(fetch: Fetch, outcome: Outcome) -> Outcome:
    """An error status says more of a page than the type of the body that came with it."""
    return _by_status(fetch.status) or outcome


def _by_status(status: int) -> Outcome | None:
    if status in _GONE:
        return Outcome.NOT_FOUND
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Outcome.THROTTLED
    if status in _AUTHENTICATION:
        return Outcome.LOGIN_WALL
    return None if 200 <= status < 300 else Outcome.HTTP_ERROR


def _looked_through(reading: Reading, page: Page) -> Reading:
    """The reading, with why its page has to be rendered, or why it is empty although it was."""
    fetch = reading.fetch
    if fetch.job.render:
        outcome, detail = explained(reading.outcome, reading.detail, fetch.left_out)
        return replace(reading, outcome=outcome, detail=detail)
    if not fetch.complete or reading.outcome not in _MAY_NEED_SCRIPT:
        return reading
    return replace(reading, needs_script=need(page))


def _redirect(fetch: Fetch, target: str, how: str = "") -> Reading:
    try:
        location = followable(absolute(fetch.job.url, target))
    except NotFollowed as error:
        findings = Findings(dropped=Counter({error.reason: 1}))
        detail = f"not followed ({error.reason}): {target[:300]}"
        return Reading(fetch, Outcome.REDIRECT, detail, findings=findings)
    return Reading(fetch, Outcome.REDIRECT, f"to {location}{how}", location=location)


def _sent_on(refresh: str, url: str) -> str:
    """Where a page without text sends its reader; empty for itself and for what is no page."""
    try:
        location = followable(absolute(url, refresh))
    except NotFollowed:
        return ""
    return "" if location == url else location


def _judged(
    fetch: Fetch, page: Page, markup: str, body: bytes, platforms: Platforms, most_links: int
) -> Reading:
    headers = {name.lower(): value for name, value in fetch.response_headers}
    block = recognise(page, markup, headers) if fetch.complete else None
    failed = _by_status(fetch.status)
    if failed is not None:
        if block is not None and block.outcome in _SHOWN_WITH_ERRORS:
            return Reading(fetch, block.outcome, f"{block.detail}, status {fetch.status}", body)
        return Reading(fetch, failed, f"status {fetch.status}", body)
    findings = discover(
        page,
        fetch.job.url,
        fetch.job.site,
        platforms,
        why=fetch.job.candidates_are,
        most_links=most_links,
    )
    if block is not None and block.outcome is Outcome.EMPTY and page.refresh:
        location = _sent_on(page.refresh, fetch.job.url)
        if location:
            # It is followed as the redirect that it is, within the bound of those.
            findings.pages = [page for page in findings.pages if page.url != location]
            detail = f"to {location}, by an empty page"
            return Reading(
                fetch, Outcome.REDIRECT, detail, body, findings=findings, location=location
            )
    if block is not None:
        # An empty page may still be a frame set or send its reader on.
        followed = findings if block.outcome is Outcome.EMPTY else Findings()
        return Reading(fetch, block.outcome, block.detail, body, findings=followed)
    outcome, detail = Outcome.OK, "reading was cut short" if page.cut else ""
    if not fetch.complete:
        outcome, detail = Outcome.TRUNCATED, fetch.detail or "the connection ended early"
    document = page.document if page.document.text else None
    if document is not None:
        printed = fingerprint(document.text, page.paths, fetch.job.url)
        document = replace(document, fingerprint=printed)
    return Reading(fetch, outcome, detail, body, document, findings, icon=page.icon)
