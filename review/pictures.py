"""The screenshots of a case as a page for a browser: those with images blurred until clicked."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.template.loader import render_to_string

from cases import audit, screenshots
from cases.bundles.access import on_hold
from cases.models import Case, Person, Screenshot
from cases.people import RELEASERS, require
from domain.clock import Clock, iso, utc_now
from domain.defang import defang
from domain.errors import InputError
from review.service import readable_case


@dataclass(frozen=True, slots=True)
class Picture:
    """One screenshot with what was needed to take it. ``png`` is in base64."""

    number: int
    url: str
    taken_at: str
    note: str
    sha256: str
    images: bool
    png: str


def page_of_pictures(case_id: int, person: Person, root: Path, *, clock: Clock = utc_now) -> str:
    """All screenshots of a case as one HTML page without scripts or outside resources, the newest
    first. Who looked at what is in the audit chain before the page is handed out.

    Raises AccessError for who may not read cases, for restricted cases and for those that somebody
    else holds, InputError where there is none, EvidenceError where a picture is not what was taken.
    """
    case = _lookable(case_id, person)
    rows = list(case.screenshots.order_by("-taken_at", "-pk"))
    if not rows:
        raise InputError(f"case {case_id} has no screenshots")
    pictures = [_picture(row, root) for row in rows]
    _tell(case_id, rows, person, clock)
    target = defang(case.target.name or case.target.value)
    values = {"case": case_id, "target": target, "pictures": pictures}
    return render_to_string("review/pictures.html", values)


def screenshot_png(
    case_id: int, shot_id: int, person: Person, root: Path, *, clock: Clock = utc_now
) -> bytes:
    """One screenshot of a case as PNG. Who looked at it is in the audit chain first.

    Raises as ``page_of_pictures``.
    """
    case = _lookable(case_id, person)
    row = case.screenshots.filter(pk=shot_id, erased_at=None).first()
    if row is None:
        raise InputError(f"case {case_id} has no screenshot {shot_id}")
    data = screenshots.read_png(root, row)
    _tell(case_id, [row], person, clock)
    return data


def _lookable(case_id: int, person: Person) -> Case:
    case = readable_case(case_id, person, "look at screenshots")
    if on_hold(case) and case.hold_owner_id != person.pk:
        require(person, RELEASERS, f"look at screenshots of case {case_id}, which is on hold")
    return case


def _tell(case_id: int, rows: Sequence[Screenshot], person: Person, clock: Clock) -> None:
    with transaction.atomic():
        audit.append(
            "screenshot.shown",
            f"case:{case_id}",
            actor=person.username,
            details={"screenshots": [row.pk for row in rows]},
            clock=clock,
        )


def _picture(row: Screenshot, root: Path) -> Picture:
    return Picture(
        number=row.pk,
        url=defang(row.final_url),
        taken_at=iso(row.taken_at),
        note=f"through {row.egress}, with {row.browser}, for {row.taken_for}",
        sha256=row.png_sha256,
        images=row.images,
        png=b64encode(screenshots.read_png(root, row)).decode(),
    )
