"""What the record keeps of a run's sites, so that a crawl that is started again knows it."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from cases.intake import target_row
from cases.models import RunSource
from crawlers.focus import Yield
from crawlers.models import SiteVisit
from crawlers.redirects import Moved
from crawlers.sites import ASKED_FOR, Site
from domain.clock import Clock
from domain.coverage import Move


def load(run_id: int, sites: Iterable[Site]) -> None:
    """Take in what earlier starts of the run have noted of ``sites``."""
    rows = {row.target_id: row for row in SiteVisit.objects.filter(run_id=run_id)}
    belonging = destinations(run_id)
    for site in sites:
        if (row := rows.get(site.id)) is not None:
            site.busy_s, site.brought = row.seconds, row.brought
            site.given = Yield(row.scored, row.reward, row.selling)
        site.asked_for = site.asked_for or site.id in belonging


def note_use(run_id: int, sites: Iterable[Site]) -> None:
    """Note what ``sites`` have used up. Call it in the transaction that stores their pages."""
    rows = [
        SiteVisit(
            run_id=run_id,
            target_id=site.id,
            seconds=site.busy_s,
            brought=site.brought,
            scored=site.given.scored,
            reward=site.given.reward,
            selling=site.given.selling,
        )
        for site in sites
    ]
    SiteVisit.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["run", "target"],
        update_fields=["seconds", "brought", "scored", "reward", "selling"],
    )


def note_moves(run_id: int, moves: Iterable[Moved], clock: Clock) -> None:
    """Note where first pages redirect to. Call it in the transaction that stores them."""
    for move in moves:
        to = target_row(move.to, clock=clock)[0] if move.to else None
        known = {"stuck": move.stuck} if move.stuck else {"moves_to": to, "stuck": ""}
        SiteVisit.objects.update_or_create(run_id=run_id, target_id=move.site.id, defaults=known)


def moves(run_ids: Collection[int]) -> dict[int, dict[int, Move[int]]]:
    """Where first pages of the runs redirect to: by run, and by the target's row id."""
    found: dict[int, dict[int, Move[int]]] = {run_id: {} for run_id in run_ids}
    rows = SiteVisit.objects.filter(run_id__in=run_ids)
    for row in rows.exclude(moves_to=None, stuck=""):
        found[row.run_id][row.target_id] = Move(row.moves_to_id, row.stuck)
    return found


def destinations(run_id: int) -> set[int]:
    """Row ids of the targets that sources named beforehand redirect to, in however many steps."""
    onward = moves([run_id])[run_id]
    asked = RunSource.objects.filter(run_id=run_id, why__in=ASKED_FOR)
    found: set[int] = set()
    for start in asked.values_list("target_id", flat=True):
        move = onward.get(start)
        while move is not None and move.to is not None and move.to not in found:
            found.add(move.to)
            move = onward.get(move.to)
    return found
