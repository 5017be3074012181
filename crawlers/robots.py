"""robots.txt (RFC 9309), for runs whose settings say that it is obeyed."""

from __future__ import annotations

from pathlib import Path

from protego import Protego

from cases.evidence import Pointer, read_body
from cases.models import Capture
from crawlers.fetches import ROBOTS
from crawlers.models import FrontierEntry
from crawlers.reading import Reading
from crawlers.sites import Site
from domain.captures import Outcome


def rules(body: bytes) -> Protego:
    """The rules in a robots.txt."""
    return Protego.parse(body.decode("utf-8", "replace"))


def take_in(site: Site, reading: Reading) -> None:
    """``site``'s robots.txt has come back; without a readable one everything is allowed."""
    site.robots_due = False
    if reading.outcome is Outcome.OK:
        site.robots = rules(reading.body)


def reload(run_id: int, site: Site, evidence_root: Path) -> None:
    """After a restart, take the rules that this run fetched from its evidence."""
    hashes = FrontierEntry.objects.filter(run_id=run_id, target_id=site.id, why=ROBOTS)
    capture = Capture.objects.filter(
        run_id=run_id, url_hash__in=hashes.values("url_hash"), outcome=Outcome.OK
    ).first()
    if capture is not None and capture.warc_file:
        pointer = Pointer(capture.warc_file, capture.warc_offset, capture.warc_length)
        site.robots = rules(read_body(evidence_root, pointer))
