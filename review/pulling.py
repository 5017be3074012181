"""How a recipient's program keeps in step: from the release that it has to the one in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from blocking.exporters import FORMATS
from blocking.manifest import DELTA, FileFacts, Manifest, parse
from blocking.models import Export
from cases.models import Person
from review.own_files import files_of, number_in_force, own_files
from review.recipients import released_to

#: After so many releases the full set is less to take than all that came between.
MOST_STEPS = 100


@dataclass(frozen=True, slots=True)
class Step:
    """One release's delta against the release ``since``, which came before it: ``files`` are the
    delta in each format, the manifest, and what seals it."""

    number: int
    since: int
    released_at: datetime | None
    manifest_sha256: str
    added: int
    changed: int
    lifted: int
    files: tuple[FileFacts, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """From the release ``since`` to ``current``, the one in force, by ``steps`` in their order;
    none where it is in force itself."""

    since: int
    current: int
    steps: tuple[Step, ...]


def way_since(person: Person, number: int, folder: Path) -> Way | None:
    """The deltas that lead from a release to the one in force; None where none do and the full set
    has to be taken.

    That is where there was no release of that number, where it lies more than ``MOST_STEPS`` back,
    and where a format was not delivered all along, so that no delta tells what happened meanwhile.
    Raises AccessError, and InputError where nothing was released yet.
    """
    current = number_in_force(person)
    rows = released_to(person).filter(number__gte=number).defer("findings", "unchecked")
    chain = list(rows.order_by("number")[: MOST_STEPS + 2])
    if not chain or chain[0].number != number or len(chain) > MOST_STEPS + 1:
        return None
    manifests = [_manifest(row) for row in chain]
    steps = []
    for at, row in enumerate(chain[1:], start=1):
        step = _step(row, manifests[at], chain[at - 1], manifests[at - 1], folder)
        if step is None:
            return None
        steps.append(step)
    return Way(number, current, tuple(steps))


def sums(person: Person, number: int, folder: Path) -> str:
    """The files of a release, as ``sha256sum --check`` takes them. Raises as ``own_files`` does."""
    return _sums(number, own_files(person, number, folder))


def sums_of(way: Way) -> str:
    """The same of all that a way needs, in its order."""
    return "".join(_sums(step.number, step.files) for step in way.steps)


def _sums(number: int, files: Sequence[FileFacts]) -> str:
    return "".join(f"{file.sha256}  {number}/{file.name}\n" for file in files)


def _manifest(row: Export) -> Manifest:
    return parse(row.manifest.encode(), f"export {row.recipient}/{row.number}")


def _step(
    row: Export, manifest: Manifest, before: Export, held: Manifest, folder: Path
) -> Step | None:
    delta = manifest.delta
    if row.previous_id != before.pk or delta is None or delta.since != before.number:
        return None
    if not _with_deltas(manifest) <= _with_deltas(held):
        return None
    listed = {file.name for file in manifest.files if not file.format.startswith(DELTA)}
    return Step(
        number=row.number,
        since=before.number,
        released_at=row.released_at,
        manifest_sha256=row.manifest_sha256,
        added=delta.added,
        changed=delta.changed,
        lifted=delta.lifted,
        files=tuple(file for file in files_of(row, folder) if file.name not in listed),
    )


def _with_deltas(manifest: Manifest) -> set[str]:
    """The formats of the full set that have deltas."""
    return {f.format for f in manifest.files if f.format in FORMATS and FORMATS[f.format].deltas}
