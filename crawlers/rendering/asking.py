"""A person asks for the photograph of a case."""

from __future__ import annotations

from django.db import transaction

from cases import audit
from cases.bundles.access import check_seeing
from cases.intake import url_hash
from cases.models import Case, Person, Screenshot
from crawlers.models import ShotTaken
from crawlers.rendering.shooting import RESTRICTED, Studio, Taken, shoot
from crawlers.rendering.wanted import Wanted
from domain.clock import iso
from domain.errors import AccessError, BoundaryError, InputError


def photograph(studio: Studio, page: Wanted, person: Person, *, images: bool) -> Taken:
    """Photograph ``page`` for ``person``; that it was asked for is in the audit chain first.

    Raises AccessError for who may not see the case (restricted, or on hold by somebody else) and
    for a page that must not be kept,
    InputError where the record has such a picture of that page from the same run, which is never
    replaced, and BoundaryError where the page could not be photographed.
    """
    check_seeing(Case.objects.get(pk=page.case_id), person, "ask for screenshots")
    _refuse_another(page, images=images)
    with transaction.atomic():
        audit.append(
            "screenshot.asked",
            f"case:{page.case_id}",
            actor=person.username,
            details={"images": images},
            clock=studio.clock,
        )
    taken = shoot(studio, page, actor=person.username, images=images)
    if taken.outcome == RESTRICTED:
        raise AccessError(f"case {page.case_id}: its page matches the restricted lexicon")
    if taken.outcome != ShotTaken.TAKEN:
        raise BoundaryError(f"case {page.case_id}: {taken.outcome}")
    return taken


def _refuse_another(page: Wanted, *, images: bool) -> None:
    rows = Screenshot.objects.filter(
        case=page.case_id, run=page.run_id, url_hash=url_hash(page.url), images=images
    )
    if (row := rows.first()) is not None:
        raise InputError(
            f"case {page.case_id}: its page of run {page.run_id} was photographed at "
            f"{iso(row.taken_at)} for {row.taken_for}, images {'on' if images else 'off'}, and "
            "that picture stays; the next night that looks at the page can give another"
        )
