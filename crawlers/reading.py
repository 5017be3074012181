"""A fetch to what it amounts to: outcome, evidence, document, and where it leads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from http import HTTPStatus

from classifiers.cascade import Glance
from crawlers.bodies import is_markup, looks_binary, unwanted
from crawlers.decoding import decode
from crawlers.discovery import Findings, discover
from crawlers.endings import by_status, ending_of
from crawlers.extraction import Page, extract, extract_plain
from crawlers.fetches import SITEMAP, Fetch
from crawlers.mirrors.fingerprinting import fingerprint
from crawlers.platforms import Platforms
from crawlers.rendering.explaining import explained
from crawlers.rendering.needs import need
from crawlers.sitemaps import unpacked_file
from crawlers.softblocks import is_vendor
from crawlers.urls import NotFollowed, absolute, followable
from domain.candidates import Candidate
from domain.captures import IN_DOUBT, CaptureRecord, Exchange, Outcome
from domain.documents import Document
from domain.errors import TransportError
from net.decoding import BoundedBody

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PIECE = 1_024
#: What stands before a site may be passed by another of its links; what stands in its place leads
#: to those who put it there.
_STANDS_BEFORE = frozenset(
    {Outcome.EMPTY, Outcome.CAPTCHA, Outcome.INTERSTITIAL, Outcome.LOGIN_WALL}
)
#: First-stage probability from which a page is read though it seems to be an obstacle alone, and
#: compared with shops' pages though it may be an obstacle's.
_SPEAKS_OF_DRUGS = 0.5
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


#: The first stage's word on a document.
Glancing = Callable[[Document], Glance]


def read(
    fetch: Fetch,
    platforms: Platforms,
    max_bytes: int,
    most_links: int,
    glance: Glancing | None = None,
) -> Reading:
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
    if kind := looks_binary(body, content_type):
        return Reading(fetch, _unless_error(fetch, Outcome.NOT_TEXT), f"{kind} by its first bytes")
    decoded = decode(body, content_type)
    if body and not decoded.encoding:
        return Reading(fetch, Outcome.UNDECODABLE, "no character encoding fits", body)
    if is_markup(content_type, body):
        page, markup = extract(decoded.text, fetch.job.url), decoded.text
    else:
        page, markup = extract_plain(decoded.text), ""
    findings = _found(fetch, page, platforms, most_links)
    reading = _judged(fetch, page, markup, body, findings, glance)
    return _looked_through(reading, page) if markup else reading


def _found(fetch: Fetch, page: Page, platforms: Platforms, most_links: int) -> Findings:
    """What the page leads to, without those who sell obstacles: they stand on them everywhere."""
    job = fetch.job
    found = discover(
        page, job.url, job.site, platforms, why=job.candidates_are, most_links=most_links
    )
    own = [one for one in found.candidates if not is_vendor(one.target.value)]
    if len(own) < len(found.candidates):
        found.dropped["link to a vendor of browser checks"] += len(found.candidates) - len(own)
        found.candidates = own
    return found


def _sitemap(fetch: Fetch, max_bytes: int) -> Reading:
    """A sitemap as its text, whatever its type says: it may be a packed file."""
    if (failed := by_status(fetch.status)) is not None:
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
    return by_status(fetch.status) or outcome


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
    fetch: Fetch,
    page: Page,
    markup: str,
    body: bytes,
    findings: Findings,
    glance: Glancing | None,
) -> Reading:
    ending = ending_of(fetch, page, markup)
    if ending.outcome is Outcome.EMPTY and page.refresh:
        location = _sent_on(page.refresh, fetch.job.url)
        if location:
            # It is followed as the redirect that it is, within the bound of those.
            findings.pages = [page for page in findings.pages if page.url != location]
            detail = f"to {location}, by an empty page"
            return Reading(
                fetch, Outcome.REDIRECT, detail, body, findings=findings, location=location
            )
    document = page.document if page.document.text else None
    seen = glance(document) if glance is not None and document is not None else None
    if ending.alone and not (seen and max(seen.selling, seen.about_drugs) >= _SPEAKS_OF_DRUGS):
        followed = _beyond(ending.outcome, findings)
        return Reading(fetch, ending.outcome, ending.detail, body, findings=followed)
    if document is not None and (
        ending.outcome not in IN_DOUBT or (seen and seen.selling >= _SPEAKS_OF_DRUGS)
    ):
        printed = fingerprint(document.text, page.paths, fetch.job.url)
        document = replace(document, fingerprint=printed)
    return Reading(
        fetch, ending.outcome, ending.detail, body, document, findings, glance=seen, icon=page.icon
    )


def _beyond(outcome: Outcome, findings: Findings) -> Findings:
    """What is followed of a page that is an obstacle alone; the rest is counted."""
    if outcome in _STANDS_BEFORE:
        return findings
    dropped = findings.dropped.copy()
    if left := len(findings.pages) + len(findings.candidates):
        dropped[f"stands on a page: {outcome}"] += left
    return Findings(dropped=dropped)
