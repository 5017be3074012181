"""The stage that lets go of what has been kept long enough, and what it would let go of."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection

from cases import erasing, keeping
from domain.clock import Clock, utc_now
from domain.errors import IndexingError
from domain.retention import Class
from index.feeding import sync
from index.opening import open_engine
from nightly.forgetting import Forgetter, Forgotten
from nightly.night import Counted, Night
from nightly.plan import Plan

log = logging.getLogger(__name__)
_NAMES = {
    Class.PAGES: "pages",
    Class.POSTS: "batches of posts",
    Class.SCREENS: "screenshots",
    Class.IMAGES: "images",
}


def forget(night: Night) -> Counted:
    """Let go of what is due; see ``let_go``."""
    return let_go(night.plan, but_run=night.run.pk, clock=night.clock)


def would_go(plan: Plan, *, clock: Clock = utc_now) -> Counted:
    """What ``let_go`` would do now, by the same names, and what evidence stays since it is young.
    Nothing is changed. Who advertised in groups is counted where the words are erased already."""
    now = clock()
    due = keeping.due(plan.retention, now)
    files = {file for found in due.rows.values() for file in found}
    counted: Counter[tuple[str, str]] = Counter(
        {("out", f"{_NAMES[kind]} erased"): due.count(kind) for kind in Class}
    )
    counted["out", "files touched"] = len(files)
    _add_forgotten(counted, Forgetter(plan.data_dir, plan.retention, now, dry=True).all())
    _add_kept(counted, due)
    for kind in Class:
        old = due.count(kind) + sum(n for (its, _), n in due.kept.items() if its is kind)
        young = f"{_NAMES[kind]} kept: their time is not over"
        counted["skipped", young] = keeping.how_many(kind) - old
    return +counted


def let_go(plan: Plan, *, but_run: int | None = None, clock: Clock = utc_now) -> Counted:
    """Erase evidence that is due, bring the search index in line, forget journals, old lines of
    the log, account requests and notes of tips. Safe to run again after a kill.

    ``but_run`` is at work: what it took stays.
    """
    now = clock()
    counted: Counter[tuple[str, str]] = Counter()
    counted["out", "files left over by a kill"] = erasing.remove_left_over(plan.evidence_root)
    due = keeping.due(plan.retention, now, but_run=but_run)
    done = erasing.erase(due, plan.evidence_root, clock=clock)
    for kind in Class:
        counted["out", f"{_NAMES[kind]} erased"] = done.rows[kind]
    counted["out", "texts erased"] = done.documents
    counted["out", "files removed"] = done.files
    counted["out", "files written anew"] = done.rewritten
    for reason, n in done.failed.items():
        counted["failed", reason] += n
    _add_kept(counted, due)
    _add_forgotten(counted, Forgetter(plan.data_dir, plan.retention, now, clock=clock).all())
    erasing.settle()
    counted.update(_out_of_the_index(plan, done.cases))
    return +counted


def _add_kept(counted: Counter[tuple[str, str]], due: keeping.Due) -> None:
    for (kind, reason), n in due.kept.items():
        counted["skipped", f"{_NAMES[kind]} kept: {reason}"] += n


def _add_forgotten(counted: Counter[tuple[str, str]], kinds: Collection[Forgotten]) -> None:
    for one in kinds:
        counted["out", f"{one.what} forgotten"] += one.gone
        counted["skipped", f"{one.what} kept: {one.reason}"] += one.kept


def _out_of_the_index(plan: Plan, cases: Collection[int]) -> Counter[tuple[str, str]]:
    """Where the index cannot follow, the next night's stage makes up for it."""
    if not cases:
        return Counter()
    try:
        engine = open_engine(plan.index_url, plan.index_path)
        try:
            done = sync(engine, cases=cases)
        finally:
            engine.close()
    except IndexingError as error:
        log.warning("the index still has what was erased: %s", error)
        return Counter({("failed", "cases in the index until the next night"): len(cases)})
    return Counter({("out", "entries out of the index"): done.deleted})
