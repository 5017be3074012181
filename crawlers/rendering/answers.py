"""What came of rendering a page, as the fetch that the writer takes in."""

from __future__ import annotations

from collections import Counter

from crawlers.fetches import Fetch, Job
from crawlers.rendering.orders import End, Rendered
from domain.captures import Egress, Outcome
from domain.clock import Clock, utc_now

_HTML = (("Content-Type", "text/html; charset=utf-8"),)


def of_rendered(job: Job, done: Rendered, *, egress: Egress, clock: Clock = utc_now) -> Fetch:
    """The fetch that ``done`` ends."""
    failed = done.end not in (End.RENDERED, End.MOVED)
    outcome = Outcome.TOR_DOWN if done.end is End.TOR_DOWN else Outcome.NOT_RENDERED
    return Fetch(
        job=job,
        fetched_at=clock(),
        egress=egress,
        attempts=done.requests,
        outcome=outcome if failed else None,
        detail=": ".join(filter(None, (done.end.value, done.detail))) if failed else "",
        status=0 if failed else done.status,
        response_headers=() if failed else _HTML,
        body=done.dom.encode("utf-8", "replace"),
        sent_on=done.moved_to,
        received=done.received,
        left_out=tuple((Counter(done.refused) + Counter(done.failed)).items()),
    )
