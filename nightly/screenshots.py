"""The stage that photographs what was queued for review."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from django.db.models import Count

from cases import screenshots
from cases.evidence import EvidenceWriter
from crawlers.models import ShotTaken
from crawlers.rendering import shot_stock
from crawlers.rendering.client import Renderer
from crawlers.rendering.shooting import Studio, shoot_all
from crawlers.rendering.wanted import Wanted, wanted
from nightly.night import Counted, Night

ACTOR = "system:screenshots"


def photograph(night: Night) -> Counted:
    """One picture of each case in review whose page is new or has changed, images blocked."""
    plan = night.plan
    pages = [*wanted(night.run.pk)]
    if obstacle := plan.shots.obstacle:
        return {("skipped", f"not taken: {obstacle}"): len(pages)}
    journal = shot_stock.journal_of(night.run.pk, plan.data_dir / "journal")
    shot_stock.take_stock(night.run.pk, journal)
    counted = _tried(night.run.pk)
    tried = counted.total()
    if pages:
        with _studio(night) as studio:
            counted += _all(night, studio, pages, tried)
        shot_stock.take_stock(night.run.pk, journal)
    counted[("in", "pages")] = tried + len(pages)
    return dict(counted)


def _tried(run_id: int) -> Counter[tuple[str, str]]:
    """What an earlier start of this stage, which was killed, has tried, by name and reason."""
    rows = ShotTaken.objects.filter(run=run_id, images=False).values_list("outcome")
    return Counter(
        {
            ("out", "taken") if outcome == ShotTaken.TAKEN else ("failed", outcome): n
            for outcome, n in rows.annotate(n=Count("pk"))
        }
    )


def _all(night: Night, studio: Studio, pages: list[Wanted], tried: int) -> Counter[tuple[str, str]]:
    return shoot_all(
        studio,
        pages,
        most=max(0, night.plan.shots.most - tried),
        actor=ACTOR,
        told=lambda done: night.progress.at(done, len(pages), "pictures"),
    )


@contextmanager
def _studio(night: Night) -> Iterator[Studio]:
    plan, run_id = night.plan, night.run.pk
    journal = shot_stock.journal_of(run_id, plan.data_dir / "journal")
    renderer = Renderer(plan.shots.renderer.with_journal(f"shots-{run_id}", journal))
    evidence = EvidenceWriter(
        plan.evidence_root,
        run_id,
        "screenshots",
        screenshots.RETENTION,
        rotate_bytes=plan.shots.rotate_bytes,
    )
    try:
        yield Studio(renderer, evidence, screenshots.record, plan.shots.is_restricted, night.clock)
    finally:
        renderer.close()
        evidence.close()
