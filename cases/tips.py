"""Tips in the record: noted once each, looked at in the night that follows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from cases import audit, intake, runs
from cases.cut_short import looks
from cases.models import CandidateRow, Run, Tip, TipTaken
from domain.candidates import Candidate, Why
from domain.clock import Clock, utc_now
from domain.digests import digest
from domain.states import CaseState

#: The kind of a run that noted tips by hand and fetched nothing.
KIND = "tips"
_NOTE = 500


@dataclass(frozen=True, slots=True)
class Origin:
    """Where one sender's tip came from: ``key`` is its own there, ``text`` what was said."""

    key: str
    via: str
    at: datetime
    text: str = ""

    def columns(self) -> dict[str, Any]:
        """As ``TipTaken`` keeps it."""
        return {"key": self.key, "via": self.via, "at": self.at, "text": self.text}


def by_hand(
    candidates: Iterable[Candidate],
    *,
    file: str,
    actor: str = "operator:console",
    clock: Clock = utc_now,
) -> tuple[Run, int, int]:
    """Note tips outside a night, in a run of their own that is complete at once.

    ``file`` is what the audit chain calls the file by, its SHA-256. Returns the run, how many
    targets are new, and how many tips were in the record before.
    """
    with transaction.atomic():
        run = new_run(clock=clock)
        listed = list(candidates)
        before = sum(_known(candidate) for candidate in listed)
        new = note(run, listed, clock=clock)
        audit.append(
            "tips.noted",
            f"run:{run.pk}",
            actor=actor,
            details={"file": file, "tips": len(listed), "new": new, "known": before},
            clock=clock,
        )
    return run, new, before


def new_run(*, clock: Clock = utc_now) -> Run:
    """A run for tips that came outside a night; it fetches nothing and is complete at once."""
    now = clock()
    return Run.objects.create(kind=KIND, started_at=now, finished_at=now, state=Run.State.COMPLETE)


def _known(tip: Candidate) -> bool:
    """Whether the record has the same tip already: of the same address, with the same words."""
    rows = CandidateRow.objects.filter(
        target__kind=tip.target.kind, target__value=tip.target.value, why=Why.TIP, parent=None
    )
    return rows.filter(url=tip.url, note=tip.note[:_NOTE]).exists()


def note(run: Run, candidates: Iterable[Candidate], *, clock: Clock = utc_now) -> int:
    """Note candidates from files. Returns how many targets are new to the record.

    A tip that says something else than the one before of the same address is new: its target is
    looked at again. The same tip again changes nothing.
    """
    with transaction.atomic():
        listed = list(candidates)
        new = intake.note_candidates(run.pk, listed, clock=clock)
        for candidate in listed:
            if candidate.why is Why.TIP:
                _renew(run, candidate, clock)
                words = [str(candidate.target), candidate.url, candidate.note]
                key = f"file/{digest(words)}"
                keep(run, candidate, Origin(key, TipTaken.Via.FILE, clock(), candidate.note))
    return len(new)


def keep(run: Run, candidate: Candidate, origin: Origin) -> bool:
    """Count one sender's tip under its target; False where it was taken before."""
    if TipTaken.objects.filter(key=origin.key).exists():
        return False
    target, _ = intake.target_row(candidate.target, clock=lambda: origin.at)
    times = {"first_at": origin.at, "last_at": origin.at}
    tip, _ = Tip.objects.get_or_create(target=target, defaults=times)
    TipTaken.objects.create(tip=tip, run=run, **origin.columns())
    Tip.objects.filter(pk=tip.pk).update(senders=F("senders") + 1, last_at=origin.at)
    return True


def take(run: Run, candidate: Candidate, origin: Origin, *, clock: Clock = utc_now) -> bool:
    """Take one tip from outside, once. Returns whether it was new to the record. Its target is
    looked at in the night that follows; again, where somebody has something new to say."""
    with transaction.atomic():
        if TipTaken.objects.filter(key=origin.key).exists():
            return False
        intake.note_candidates(run.pk, [candidate], clock=clock)
        if candidate.note:
            _renew(run, candidate, clock)
        return keep(run, candidate, origin)


def refuse(run: Run, origin: Origin, reason: str) -> bool:
    """Write down that a tip names nothing that can be looked at, once."""
    told = {"run": run, "refused": reason, **origin.columns()}
    _, created = TipTaken.objects.get_or_create(key=told.pop("key"), defaults=told)
    return created


def _renew(run: Run, candidate: Candidate, clock: Clock) -> None:
    target, _ = intake.target_row(candidate.target, clock=clock)
    rows = CandidateRow.objects.filter(target=target, why=Why.TIP, parent=None, url=candidate.url)
    told = candidate.note[:_NOTE]
    rows.exclude(note=told).update(note=told, run=run, noted_at=clock())


@dataclass(frozen=True, slots=True)
class Taken:
    """How many tips became sources of a run, did not fit the budget, or are of held cases."""

    taken: int
    over_budget: int
    held: int


def add_waiting(run: Run, *, limit: int) -> Taken:
    """Have the run look at the targets of tips that no run has looked at since they were noted.

    The oldest come first. A case that is kept for an investigation is left alone.
    """
    looked_at = looks().filter(target=OuterRef("target"), run__gte=OuterRef("run"))
    rows = (
        CandidateRow.objects.filter(~Exists(looked_at), why=Why.TIP, target__case__restricted=False)
        .select_related("target__case")
        .order_by("pk")
    )
    first: dict[int, CandidateRow] = {}
    for row in rows:
        first.setdefault(row.target_id, row)
    held = {pk for pk, row in first.items() if row.target.case.state == CaseState.ON_HOLD}
    waiting = [row for pk, row in first.items() if pk not in held]
    for row in waiting[:limit]:
        runs.add_source(run, row.target.key, Why.TIP, url=row.url, notes=row.note)
    return Taken(len(waiting[:limit]), len(waiting[limit:]), len(held))
