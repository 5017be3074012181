"""Photographs of pages: taken by the renderer, kept by the record, every request counted.

``ShotTaken`` says what was tried; picture and text go to ``keep``, in the same transaction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.db import transaction

from cases.evidence import EvidenceWriter
from cases.intake import url_hash
from crawlers.models import ShotTaken
from crawlers.rendering.client import Renderer
from crawlers.rendering.orders import End, Rendered
from crawlers.rendering.wanted import Wanted
from domain.clock import Clock, utc_now
from domain.shots import Shot

RESTRICTED, BUDGET = "restricted", "budget of the night"


class Keeper(Protocol):
    """Stores a screenshot with a custody record, as ``cases.screenshots.record`` does."""

    def __call__(
        self,
        case_id: int,
        run_id: int,
        shot: Shot,
        evidence: EvidenceWriter,
        *,
        actor: str,
        clock: Clock,
    ) -> object: ...


@dataclass(frozen=True, slots=True)
class Studio:
    """What is needed to photograph. ``is_restricted`` says of a text that it must not be kept."""

    renderer: Renderer
    evidence: EvidenceWriter
    keep: Keeper
    is_restricted: Callable[[str], bool]
    clock: Clock = utc_now


def shoot_all(
    studio: Studio, pages: Iterable[Wanted], *, most: int, actor: str, told: Callable[[int], None]
) -> Counter[tuple[str, str]]:
    """Photograph up to ``most`` pages one after the other. Returns counts by name and reason.

    ``told`` is called with how many are done.
    """
    counted: Counter[tuple[str, str]] = Counter()
    for number, page in enumerate(pages):
        if number >= most:
            counted["skipped", BUDGET] += 1
            continue
        taken = shoot(studio, page, actor=actor)
        done = taken.outcome == ShotTaken.TAKEN
        counted[("out", "taken") if done else ("failed", taken.outcome)] += 1
        for reason, n in taken.left_out:
            counted["dropped", f"page part: {reason}"] += n
        for client in taken.silent:
            counted["failed", f"Tor client {client} silent"[:80]] += 1
        told(number + 1)
    return counted


@dataclass(frozen=True, slots=True)
class Taken:
    """How a photograph ended: TAKEN, or why there is none. ``left_out`` is what of the page was
    not fetched, by reason, ``silent`` are Tor clients that were found not to answer."""

    outcome: str
    left_out: tuple[tuple[str, int], ...] = ()
    silent: tuple[str, ...] = ()


def shoot(studio: Studio, page: Wanted, *, actor: str, images: bool = False) -> Taken:
    """Photograph one page for ``actor``."""
    if studio.is_restricted(page.url):
        return Taken(RESTRICTED)
    begun = studio.clock()
    order = studio.renderer.order(page.url, page.url, picture=True, images=images)
    done = order.result()
    outcome = _outcome(studio, done)
    with transaction.atomic():
        if outcome == ShotTaken.TAKEN:
            shot = _shot(page, done, begun, images=images)
            studio.keep(
                page.case_id,
                page.run_id,
                shot,
                studio.evidence,
                actor=actor,
                clock=studio.clock,
            )
        ShotTaken.objects.create(
            case_id=page.case_id,
            run_id=page.run_id,
            url=page.url,
            url_hash=url_hash(page.url),
            digest=page.digest,
            images=images,
            outcome=outcome,
            requests=done.requests,
            tried_at=begun,
        )
        studio.evidence.flush()
    left_out = Counter(done.refused) + Counter(done.failed)
    return Taken(outcome, tuple(sorted(left_out.items())), done.silent)


def _outcome(studio: Studio, done: Rendered) -> str:
    if done.end is not End.RENDERED:
        return f"not taken: {done.end}"
    # the markup too: what a page's scripts say of its text is their word
    shown = f"{done.final_url}\n{done.text}\n{done.dom}"
    return RESTRICTED if studio.is_restricted(shown) else ShotTaken.TAKEN


def _shot(page: Wanted, done: Rendered, at: datetime, *, images: bool) -> Shot:
    return Shot(
        url=page.url,
        final_url=done.final_url,
        taken_at=at,
        egress=page.egress,
        png=done.png,
        text=done.text,
        browser=done.browser,
        images=images,
        requests=done.requests,
    )
