"""Screenshots as files, for a person who has to look at them before deciding a case.

What is handed out stands in the audit chain before the folder gets its name, as with bundles.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from cases import audit
from cases.bundles.access import check_seeing
from cases.files import folder_in_the_making, give_name, write_private
from cases.models import Case, Person, Screenshot
from cases.screenshots import read_png, read_text
from domain.clock import Clock, utc_now
from domain.digests import sha256_hex
from domain.errors import InputError

ACTION = "screenshot.saved"
_LOOK = "look at screenshots"


@dataclass(frozen=True, slots=True)
class Saved:
    """The new folder, the screenshots in it (oldest first), how many with images were left out,
    and the audit event that speaks of it."""

    folder: Path
    shots: tuple[Screenshot, ...]
    left_out: int
    event: int


def save(
    case_id: int,
    person: Person,
    out: Path,
    *,
    evidence_root: Path,
    images: bool = False,
    clock: Clock = utc_now,
) -> Saved:
    """Write the pictures of a case and the texts that the browser showed to the new folder ``out``:
    ``NNNNNN.png``, ``NNNNNN.txt`` by number of the screenshot, and ``SHA256SUMS``. Pictures with
    images only with ``images``: a file manager would show them to whoever looks over a shoulder.

    Raises InputError when there is no such case or picture, or ``out`` is there already,
    AccessError when ``person`` may not see them, EvidenceError when they are gone or not those that
    were taken. Nothing is left behind then.
    """
    out = out.absolute()
    case = Case.objects.select_related("target").filter(pk=case_id).first()
    if case is None:
        raise InputError(f"there is no case {case_id}")
    check_seeing(case, person, _LOOK)
    every = list(case.screenshots.order_by("taken_at", "pk"))
    shots = [row for row in every if images or not row.images]
    if not shots:
        more = f"; {len(every)} with images, which --images saves too" if every else ""
        raise InputError(f"case {case_id} has no screenshots{more}")
    with folder_in_the_making(out) as folder:
        sums = []
        for name, data in _files(shots, evidence_root):
            write_private(folder / name, [data])
            sums.append(f"{sha256_hex(data)}  {name}\n")
        write_private(folder / "SHA256SUMS", ["".join(sums).encode()])
        event = _note(case_id, person, shots, clock)
        give_name(folder, out)
    return Saved(out, tuple(shots), len(every) - len(shots), event)


def _files(shots: list[Screenshot], root: Path) -> Iterator[tuple[str, bytes]]:
    for row in shots:
        yield f"{row.pk:06d}.png", read_png(root, row)
        yield f"{row.pk:06d}.txt", read_text(root, row).encode()


def _note(case_id: int, person: Person, shots: list[Screenshot], clock: Clock) -> int:
    """Write down who has them. The case may have been restricted or held meanwhile."""
    with transaction.atomic():
        case = Case.objects.select_for_update().select_related("target").get(pk=case_id)
        check_seeing(case, person, _LOOK)
        details = {"screenshots": [row.pk for row in shots]}
        event = audit.append(
            ACTION, f"case:{case_id}", actor=person.username, details=details, clock=clock
        )
    return event.seq
