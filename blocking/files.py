"""Writing an export's files: readable by their owner alone, whole or not at all."""

from __future__ import annotations

import fcntl
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from blocking.delta import Delta
from blocking.entries import Entry
from blocking.exporters.format import ExportInfo, Format
from blocking.manifest import DELTA, FileFacts
from cases.files import sync_folder, write_private
from domain.errors import RuleError

CURRENT = "current"


@dataclass(frozen=True, slots=True)
class Written:
    """The files of an export, and the entries that a format could not hold, by reason."""

    files: tuple[FileFacts, ...]
    left_out: dict[str, dict[str, int]]


def write_files(
    folder: Path,
    formats: Sequence[Format],
    entries: Sequence[Entry],
    info: ExportInfo,
    delta: Delta | None = None,
    kept: frozenset[str] = frozenset(),
) -> Written:
    """Write every format that takes at least one entry; companions stand with what needs them.

    A format that takes none gets no file, unless it is one of ``kept``: an empty block list is
    worse than none where nobody meant it. Formats that can are written as the ``delta``, too, where
    it holds something for them.
    """
    files: list[FileFacts] = []
    left_out: dict[str, dict[str, int]] = {}
    needed: set[str] = set()
    for fmt in formats:
        if fmt.companion:
            continue
        reasons = Counter(reason for entry in entries if (reason := fmt.leaves_out(entry, info)))
        if reasons:
            left_out[fmt.name] = dict(sorted(reasons.items()))
        taken = [entry for entry in entries if not fmt.leaves_out(entry, info)]
        if taken or fmt.name in kept:
            files.append(_write_format(folder, fmt, taken, info))
            needed.update(fmt.needs)
    for fmt in formats:
        if fmt.companion and fmt.name in needed:
            files.append(_write_format(folder, fmt, [], info))
    if delta is not None:
        files += _write_delta(folder, formats, delta, info)
    return Written(tuple(files), left_out)


def _write_delta(
    folder: Path, formats: Sequence[Format], delta: Delta, info: ExportInfo
) -> Iterator[FileFacts]:
    about = replace(info, since=delta.since)
    for fmt in formats:
        if not fmt.deltas:
            continue
        taken = [entry for entry in delta.entries if not fmt.leaves_out(entry, about)]
        if taken:
            of = replace(fmt, name=f"{DELTA}{fmt.name}", filename=fmt.delta_name, deltas=False)
            yield _write_format(folder, of, taken, about)


def _write_format(
    folder: Path, fmt: Format, entries: Sequence[Entry], info: ExportInfo
) -> FileFacts:
    size, digest = write_private(folder / fmt.filename, fmt.write(entries, info))
    return FileFacts(fmt.filename, fmt.name, fmt.media_type, size, digest, len(entries))


@contextmanager
def work_folder(parent: Path, name: str) -> Iterator[Path]:
    """A folder of its own to build in, gone at the end unless it was moved into place. What an
    earlier build left behind when it was killed is removed first."""
    folder = parent / f".{name}.partial"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def move_into_place(folder: Path, final: Path) -> None:
    """Give a finished folder its name. One that is there already has no row in the record (its
    number would be taken), so it was left by a build that was killed, and goes."""
    shutil.rmtree(final, ignore_errors=True)
    folder.rename(final)
    sync_folder(final.parent)


def point_to(parent: Path, name: str) -> None:
    """Make ``current`` in ``parent`` a link to the release called ``name``."""
    link, fresh = parent / CURRENT, parent / f".{CURRENT}.partial"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(name)
    fresh.replace(link)
    sync_folder(parent)


@contextmanager
def exclusive(parent: Path, what: str) -> Iterator[None]:
    """Hold ``parent`` for one builder. Raises RuleError when another process has it."""
    parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (parent / ".lock").open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RuleError(f"{what} is being built or released by another process") from None
        yield
