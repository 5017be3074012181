"""What travels between the reactor and the writer thread: jobs one way, fetches the other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crawlers.focus import NO_LEAD, Lead
from domain.candidates import Why
from domain.captures import Egress, Outcome
from domain.targets import TargetKey

#: Why a URL is fetched: a site's robots.txt, its icon, a redirect, a link, or the source's own
#: first URL.
ROBOTS, ICON, REDIRECT, LINK, SOURCE = "robots", "icon", "redirect", "link", "source"
#: A sitemap, and a page that one or a robots.txt names.
SITEMAP, HINT = "sitemap", "hint"
Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Job:
    """One URL to fetch: the frontier's entry ``entry``, of the run's target ``site``.

    ``site_id`` is the target's row, ``hops`` how many sites away from a source it is,
    ``redirects`` how many redirects led to it, ``single`` that its links are not followed on the
    same site (a result page, one URL of a platform), ``render`` that it has been fetched and is to
    be rendered, ``again`` that it is asked for once more with a cookie. ``lead`` is what was known
    of the link to it.
    """

    entry: int
    url: str
    site: TargetKey
    site_id: int
    depth: int
    hops: int
    redirects: int
    priority: float
    why: str
    candidates_are: Why = Why.LINK
    single: bool = False
    lead: Lead = NO_LEAD
    render: bool = False
    again: bool = False


@dataclass(frozen=True, slots=True)
class Fetch:
    """How the fetch of one job ended: an answer (``status`` above 0) or a failure.

    ``body`` is as it came, content coding and all. ``outcome`` is set for what the downloader
    knows already (a failure, a body that was not wanted); ``complete`` is False for a body whose
    connection ended early, ``stopped`` is True where it was not read for what its headers said.
    ``attempts`` counts requests that were sent, ``received`` the bytes that came for them, and
    ``spans`` says when each try began and ended (monotonic seconds);
    ``retried`` failures that were tried again, by reason. ``closes`` says why nothing more is to
    be fetched from the site, if so. ``address`` is the server's, empty behind a proxy or Tor.
    ``cookies_sent`` and ``cookies_now`` are the stamps (see ``Jar.stamp``) of the host's cookies
    when it was asked, and after its answer.

    Of a rendered page ``body`` is the finished HTML, ``sent_on`` where its script sends the
    reader, ``left_out`` what of it was not fetched, by reason.
    """

    job: Job
    fetched_at: datetime
    egress: Egress
    attempts: int
    outcome: Outcome | None = None
    detail: str = ""
    status: int = 0
    request_headers: Headers = ()
    response_headers: Headers = ()
    body: bytes = b""
    complete: bool = True
    stopped: bool = False
    retried: tuple[str, ...] = ()
    received: int = 0
    spans: tuple[tuple[float, float], ...] = ()
    closes: str = ""
    address: str = ""
    cookies_sent: int = 0
    cookies_now: int = 0
    sent_on: str = ""
    left_out: tuple[tuple[str, int], ...] = ()

    def header(self, name: str) -> str:
        """The first response header called ``name`` (lower case), or an empty string."""
        return next((value for key, value in self.response_headers if key.lower() == name), "")


@dataclass(frozen=True, slots=True)
class Returned:
    """A job that was not begun goes back to the frontier, its site not to be asked for
    ``wait_s`` seconds."""

    job: Job
    wait_s: float = 0.0
