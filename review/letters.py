"""Letters as people take them from the console."""

from __future__ import annotations

from uuid import UUID

from blocking.letters.making import release_letter, request_letter
from blocking.models import Export
from blocking.plan import ExportPlan
from cases.models import Person
from cases.people import require
from domain.clock import Clock, utc_now
from domain.errors import InputError
from review.exports import EXPORT_READERS
from review.service import READERS


def letter_of(
    request_id: UUID, language: str, person: Person, plan: ExportPlan, *, clock: Clock = utc_now
) -> bytes:
    """The letter of a request as PDF. Raises AccessError, and InputError as
    ``blocking.letters.making.request_letter`` does."""
    require(person, READERS, "read requests")
    return request_letter(request_id, language, plan, clock=clock)


def letter_with(export_id: int, language: str, person: Person, plan: ExportPlan) -> bytes:
    """The letter that goes with a release. Raises AccessError, and InputError as
    ``blocking.letters.making.release_letter`` does."""
    require(person, EXPORT_READERS, "read exports")
    row = Export.objects.filter(pk=export_id).first()
    if row is None:
        raise InputError(f"there is no export {export_id}")
    return release_letter(row, language, plan)
