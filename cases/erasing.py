"""Erasing what is due: WARC files, and the words of the rows that point into them.

A WARC file holds records of many cases, and when it is written nobody knows what will become of
them. So whole files are removed, and where records in one have to stay, these go to a new file
first (``rewriting``). Each run and class is one batch:

1. files are compared with their seals, what stays is written to new files, onto the disk;
2. in one transaction rows are emptied or pointed to the new files, and the audit event is written,
   which holds the digests of the files that go and of the new ones;
3. the old files are removed.

Killed before 2, nothing has happened: the next start writes the new files again. Killed after it,
``remove_left_over`` does the rest.

Rows stay, without words: reports of earlier nights add up, posts that are still shown are known
and not stored again, and what a deleted file held can be told by its digests.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from cases import audit, sealing
from cases.committed import committed_ends
from cases.evidence import Pointer
from cases.files import sync_folder
from cases.keeping import TABLES, Due
from cases.models import AssessmentRow, Capture, CardNumber, DocumentRow, Screenshot
from cases.rewriting import Rewritten, Stays, rewrite
from domain.clock import Clock, utc_now
from domain.digests import digest
from domain.errors import EvidenceError
from domain.retention import Class

log = logging.getLogger(__name__)
ACTOR = "system:retention"
_CHUNK = 500
_NO_WORDS: Mapping[str, Any] = {"title": "", "text": "", "links": [], "forwarded_from": ""}
_NO_MARKS: Mapping[str, Any] = {"spans": [], "indicators": [], "prices": []}


@dataclass(slots=True)
class Erased:
    """What was done: rows by class; files removed, and written anew; ``failed`` files by reason.
    ``cases`` are those of which words went, for the search index."""

    rows: Counter[Class] = field(default_factory=Counter)
    documents: int = 0
    files: int = 0
    rewritten: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    cases: set[int] = field(default_factory=set)


@dataclass(slots=True)
class _File:
    """One file of a batch: what it was, which rows are due, and its successor if it has one."""

    name: str
    size: int
    sha256: str
    due: set[int]
    stays: list[tuple[Any, str]] = field(default_factory=list)
    new: Rewritten | None = None


def erase(
    due: Due,
    root: Path,
    *,
    clock: Clock = utc_now,
    told: Callable[[str], None] = lambda step: None,
) -> Erased:
    """Erase what is ``due`` from the record and the store at ``root``.

    ``told`` hears of each step of a batch (``written``, ``recorded``, ``removed``). A file that is
    not what was sealed, or cannot be read, stays with all its rows and is counted as failed.
    """
    done = Erased()
    _overwrite_what_goes()
    for (kind, run), files in sorted(due.rows.items()):
        ready = [*_ready(kind, run, files, root, done)]
        if not ready:
            continue
        told("written")
        with transaction.atomic():
            _record(kind, run, ready, done, clock)
        told("recorded")
        _remove(root, (one.name for one in ready))
        done.files += len(ready)
        done.rewritten += sum(one.new is not None for one in ready)
        told("removed")
    return done


def remove_left_over(root: Path) -> int:
    """Remove files whose end stands in the chain and that a killed start has left. Returns how
    many."""
    left = [name for name in sealing.erased() if (root / name).exists()]
    _remove(root, left)
    return len(left)


def _ready(
    kind: Class, run: int, files: Mapping[str, set[int]], root: Path, done: Erased
) -> Iterable[_File]:
    """The files of a batch, each checked, with what stays of it written to a new one."""
    seals, ends = sealing.seals([run]), committed_ends(run)
    for name, pks in sorted(files.items()):
        try:
            sealed = seals.get(name)
            if sealed is not None:
                sealing.check(root, name, sealed)
            size = sealed.size if sealed else ends[name]
            one = _File(name, size, sealing.digest_of(root / name, size), pks)
            _write_what_stays(kind, one, root)
        except EvidenceError as error:
            log.error("%s stays: %s", name, error)
            done.failed["file that is gone or not what was sealed"] += 1
            continue
        yield one


def _write_what_stays(kind: Class, file: _File, root: Path) -> None:
    model, _ = TABLES[kind]
    rows = model._default_manager.filter(warc_file=file.name).exclude(pk__in=file.due)
    stays = sorted(
        ((row, *piece) for row in rows for piece in _pieces(row)), key=lambda one: one[2]
    )
    if stays:
        records = [Stays(Pointer(file.name, at, n), sha256) for _, _, at, n, sha256 in stays]
        file.new = rewrite(root, file.name, records)
        file.stays = [(row, prefix) for row, prefix, *_ in stays]


def _pieces(row: Any) -> Iterable[tuple[str, int, int, str]]:
    """Which bytes of its file a row points to: prefix of the columns, offset, length, digest."""
    if isinstance(row, Screenshot):
        yield "png", row.png_offset, row.png_length, row.png_sha256
        yield "text", row.text_offset, row.text_length, row.text_sha256
    else:
        yield "warc", row.warc_offset, row.warc_length, row.sha256


def _record(kind: Class, run: int, files: Collection[_File], done: Erased, clock: Clock) -> None:
    """Rows and audit event of one batch; call it in a transaction."""
    model, _ = TABLES[kind]
    pks = sorted(pk for one in files for pk in one.due)
    for one in files:
        _point_to_new(model, one)
    erased = digest([[pk, *_digests(row)] for pk, row in _rows(model, pks)])
    documents = _empty(model, pks, clock(), done.cases)
    audit.append(
        sealing.ERASED,
        f"run:{run}",
        actor=ACTOR,
        details={
            "class": kind.value,
            "rows": len(pks),
            "documents": documents,
            "rows_sha256": erased,
            "files": {one.name: [one.size, one.sha256] for one in files},
            "kept": {one.new.name: [one.new.size, one.new.sha256] for one in files if one.new},
        },
        clock=clock,
    )
    done.rows[kind] += len(pks)
    done.documents += documents


def _rows(model: Any, pks: list[int]) -> list[tuple[int, Any]]:
    found: dict[int, Any] = {}
    for chunk in _chunks(pks):
        found.update(model._default_manager.in_bulk(chunk))
    return [(pk, found[pk]) for pk in pks]


def _digests(row: Any) -> list[str]:
    return [sha256 for _, _, _, sha256 in _pieces(row)]


def _point_to_new(model: Any, file: _File) -> None:
    if file.new is None:
        return
    changed = {row.pk: row for row, _ in file.stays}
    for (row, prefix), pointer in zip(file.stays, file.new.pointers, strict=True):
        row = changed[row.pk]
        row.warc_file = pointer.file
        setattr(row, f"{prefix}_offset", pointer.offset)
    columns = sorted({f"{prefix}_offset" for _, prefix in file.stays})
    rows = model._default_manager
    rows.bulk_update(changed.values(), ["warc_file", *columns], batch_size=_CHUNK)


def _empty(model: Any, pks: list[int], now: datetime, cases: set[int]) -> int:
    """Take the words out of rows. Returns how many documents lost theirs."""
    documents = 0
    for chunk in _chunks(pks):
        rows = model._default_manager.filter(pk__in=chunk)
        if model is Capture:
            cases.update(rows.values_list("target__case", flat=True).distinct())
            texts = DocumentRow.objects.filter(capture__in=chunk)
            AssessmentRow.objects.filter(document__in=texts.values("pk")).update(**_NO_MARKS)
            CardNumber.objects.filter(document__in=texts.values("pk")).delete()
            documents += texts.update(**_NO_WORDS)
            rows.update(warc_file="", headers=[], erased_at=now)
        else:
            rows.update(warc_file="", erased_at=now)
    return documents


def _remove(root: Path, names: Iterable[str]) -> None:
    for name in names:
        path = root / name
        path.unlink(missing_ok=True)
        if not path.parent.is_dir():
            continue
        sync_folder(path.parent)
        if not any(path.parent.iterdir()):
            path.parent.rmdir()


def _overwrite_what_goes() -> None:
    """SQLite leaves deleted words in its file unless told otherwise."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete = ON")


def settle() -> None:
    """Let what was overwritten reach SQLite's file: its log still has the pages before."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _chunks(pks: list[int]) -> Iterable[list[int]]:
    for at in range(0, len(pks), _CHUNK):
        yield pks[at : at + _CHUNK]
