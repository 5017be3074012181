"""A person asks for the photograph of a case."""

from __future__ import annotations

from django.db import transaction

from cases import audit
from cases.models import Person
from cases.people import DECIDERS, require
from crawlers.models import ShotTaken
from crawlers.rendering.shooting import RESTRICTED, Studio, shoot
from crawlers.rendering.wanted import Wanted
from domain.errors import AccessError, BoundaryError


def photograph(studio: Studio, page: Wanted, person: Person, *, images: bool) -> None:
    """Photograph ``page`` for ``person``; that it was asked for is in the audit chain first.

    Raises AccessError for who may not decide cases and for a page that must not be kept, and
    BoundaryError where the page could not be photographed.
    """
    require(person, DECIDERS, "ask for screenshots")
    with transaction.atomic():
        audit.append(
            "screenshot.asked",
            f"case:{page.case_id}",
            actor=person.username,
            details={"images": images},
            clock=studio.clock,
        )
    outcome = shoot(studio, page, actor=person.username, images=images)
    if outcome == RESTRICTED:
        raise AccessError(f"case {page.case_id}: its page matches the restricted lexicon")
    if outcome != ShotTaken.TAKEN:
        raise BoundaryError(f"case {page.case_id}: {outcome}")
