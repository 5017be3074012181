"""Forgetting what is no evidence: journals, lines of the log, account requests, notes of tips,
who advertised in groups.

Each kind that loses something has one audit event, with a digest of what went.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from django.db import transaction
from django.db.models import CharField, Exists, F, OuterRef, QuerySet
from django.db.models.functions import Cast

from cases import audit
from cases.erasing import ACTOR
from cases.models import CandidateRow, Case, DocumentRow, RunSource, TipTaken
from channels.models import AccountUse, Advertiser, AdvertisersPost
from domain.candidates import Why
from domain.clock import Clock, utc_now
from domain.digests import digest, sha256_hex
from domain.retention import Days
from domain.states import CaseState
from review.dossier.building import FOLDER
from review.models import DossierRow

ACTION = "retention.forgotten"
_STAMP = len("2026-03-01 12:00:00")
_NEEDED = (CaseState.IN_REVIEW, CaseState.ESCALATED, CaseState.CONFIRMED, CaseState.REQUESTED,
           CaseState.ON_HOLD)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many of a kind went (or would go), and how many stay although they are old, and why."""

    what: str
    gone: int
    kept: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Forgetter:
    """Forgets what is older than ``days`` say at ``now``; with ``dry`` it only counts."""

    data_dir: Path
    days: Days
    now: datetime
    dry: bool = False
    clock: Clock = utc_now

    def all(self) -> list[Forgotten]:
        """Every kind, in turn."""
        return [
            self.journals(),
            self.log_lines(),
            self.requests(),
            self.tips(),
            self.texts_of_tips(),
            self.advertisers(),
            self.dossiers(),
        ]

    def journals(self) -> Forgotten:
        """Files of requests sent that nobody has written to since."""
        before = self._before(self.days.journals).timestamp()
        folders = (self.data_dir / "journal", self.data_dir / "journals")
        found = (path for folder in folders if folder.is_dir() for path in sorted(folder.iterdir()))
        old = [path for path in found if path.is_file() and path.stat().st_mtime < before]
        if old and not self.dry:
            self._note("journals", len(old), [[p.name, sha256_hex(p.read_bytes())] for p in old])
            for path in old:
                path.unlink(missing_ok=True)
        return Forgotten("journals", len(old))

    def log_lines(self) -> Forgotten:
        """Lines at the beginning of logs, and whole logs that were put aside."""
        before = self._before(self.days.logs)
        folder = self.data_dir / "log"
        gone = 0
        for path in sorted(folder.glob("*.log*")) if folder.is_dir() else ():
            gone += self._cut(path, before)
        return Forgotten("lines of the log", gone)

    def requests(self) -> Forgotten:
        """How many requests accounts sent in windows that ended long ago."""
        rows = AccountUse.objects.filter(ends_at__lt=self._before(self.days.requests))
        n = rows.count()
        if n and not self.dry:
            with transaction.atomic():
                listed = rows.order_by("pk").values_list("account__name", "kind", "used")
                self._note("account requests", n, [list(row) for row in listed])
                rows.delete()
        return Forgotten("account requests", n)

    def tips(self) -> Forgotten:
        """Notes of tips, in the tips themselves and in the sources that nights made of them."""
        before = self._before(self.days.tips)
        old = CandidateRow.objects.filter(why=Why.TIP, noted_at__lt=before).exclude(note="")
        waits = ~Exists(RunSource.objects.filter(target=OuterRef("target"), done=True))
        kept = old.filter(waits | self._needed()).count()
        notes = old.exclude(waits | self._needed())
        sources = RunSource.objects.filter(why=Why.TIP, run__started_at__lt=before)
        sources = sources.exclude(self._needed()).exclude(notes="")
        n = notes.count()
        if (n or sources.exists()) and not self.dry:
            with transaction.atomic():
                self._note("notes of tips", n, _digests(notes.values_list("note", flat=True)))
                _blank(notes, "note")
                _blank(sources, "notes")
        return Forgotten("notes of tips", n, kept, "of a tip that waits, or of a case at work")

    def texts_of_tips(self) -> Forgotten:
        """What senders wrote, tip by tip."""
        before = self._before(self.days.tips)
        old = TipTaken.objects.filter(at__lt=before).exclude(text="")
        at_work = Case.objects.filter(target__tip=OuterRef("tip"))
        needed = at_work.filter(state__in=_NEEDED) | at_work.filter(came_from__in=_NEEDED)
        texts = old.exclude(Exists(needed))
        kept, n = old.filter(Exists(needed)).count(), texts.count()
        if n and not self.dry:
            with transaction.atomic():
                self._note("texts of tips", n, _digests(texts.values_list("text", flat=True)))
                texts.update(text="")
        return Forgotten("texts of tips", n, kept, "of a case at work")

    def advertisers(self) -> Forgotten:
        """Accounts that advertised in groups and were not met since, once the words of all that
        they wrote are erased."""
        left = DocumentRow.objects.filter(
            target=OuterRef(OuterRef("target")),
            part=Cast(OuterRef("post"), CharField(max_length=30)),
            capture__erased_at=None,
        )
        wrote = AdvertisersPost.objects.annotate(target=F("advertiser__target"))
        wrote = wrote.filter(Exists(left), advertiser=OuterRef("pk"))
        rows = Advertiser.objects.filter(~Exists(wrote), met_at__lt=self._before(self.days.posts))
        n = rows.count()
        if n and not self.dry:
            with transaction.atomic():
                listed = rows.order_by("pk").values_list("target", "kind", "number")
                self._note("advertisers in groups", n, [list(row) for row in listed])
                rows.delete()
        return Forgotten("advertisers in groups", n)

    def dossiers(self) -> Forgotten:
        """Archives of dossiers, which hold evidence; that they were handed over stays known."""
        rows = DossierRow.objects.filter(made_at__lt=self._before(self.days.dossiers))
        old = list(rows.exclude(file="").order_by("pk"))
        if old and not self.dry:
            with transaction.atomic():
                self._note("dossiers", len(old), [[row.pk, row.sha256] for row in old])
                DossierRow.objects.filter(pk__in=[row.pk for row in old]).update(file="")
            for row in old:
                (self.data_dir / FOLDER / row.file).unlink(missing_ok=True)
        return Forgotten("archives of dossiers", len(old))

    def _needed(self) -> Exists:
        """Whether the case of a row's target is at work."""
        cases = Case.objects.filter(target=OuterRef("target"))
        return Exists(cases.filter(state__in=_NEEDED) | cases.filter(came_from__in=_NEEDED))

    def _cut(self, path: Path, before: datetime) -> int:
        """Take old lines off the beginning of a log. Returns how many there are."""
        with path.open("rb") as stream:
            removed, lines = hashlib.sha256(), 0
            end = 0
            for line in stream:
                if (stamp := _stamp(line)) is not None and stamp >= before:
                    break
                removed.update(line)
                end += len(line)
                lines += 1
            if lines and not self.dry:
                self._note("lines of the log", lines, [path.name, removed.hexdigest()])
                _drop_beginning(path, stream, end)
        return lines

    def _before(self, days: int) -> datetime:
        return self.now - timedelta(days=days)

    def _note(self, what: str, n: int, gone: object) -> None:
        with transaction.atomic():
            audit.append(
                ACTION,
                f"retention:{what}",
                actor=ACTOR,
                details={"n": n, "sha256": digest(gone)},
                clock=self.clock,
            )


def _stamp(line: bytes) -> datetime | None:
    """When a line of the log was written; None for a line that goes on with the one before."""
    try:
        local = datetime.strptime(line[:_STAMP].decode("ascii"), "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007
    except ValueError:
        return None
    return local.astimezone()


def _drop_beginning(path: Path, stream: BinaryIO, end: int) -> None:
    """Put what follows ``end`` in the file's place. Handlers of other processes notice that
    (``WatchedFileHandler``); what they wrote meanwhile is taken over."""
    partial = path.with_name(f".{path.name}.partial")
    with partial.open("wb") as kept:
        partial.chmod(0o600)
        stream.seek(end)
        shutil.copyfileobj(stream, kept)
        kept.flush()
        partial.replace(path)
        shutil.copyfileobj(stream, kept)


def _digests(texts: Iterable[str]) -> list[str]:
    return sorted(sha256_hex(text.encode()) for text in texts)


def _blank(rows: QuerySet[CandidateRow] | QuerySet[RunSource], column: str) -> None:
    """Empty a column. The rows are found by it, so their numbers are read first."""
    for chunk in _chunks(list(rows.values_list("pk", flat=True))):
        rows.model._default_manager.filter(pk__in=chunk).update(**{column: ""})


def _chunks(pks: list[int]) -> Iterator[list[int]]:
    for at in range(0, len(pks), 500):
        yield pks[at : at + 500]
