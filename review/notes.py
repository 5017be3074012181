"""Notes on cases: for all who read them, and in the audit chain by their digest."""

from __future__ import annotations

from django.db import transaction

from cases import audit
from cases.models import Person
from cases.people import DECIDERS, require
from domain.clock import Clock, utc_now
from domain.digests import sha256_hex
from review.models import Note
from review.service import readable_case


def write(case_id: int, person: Person, text: str, *, clock: Clock = utc_now) -> Note:
    """Write a note down. Raises as ``readable_case``, AccessError also for who decides no cases."""
    require(person, DECIDERS, "write notes")
    case, at = readable_case(case_id, person), clock()
    with transaction.atomic():
        note = Note.objects.create(case=case, person=person, at=at, text=text)
        details = {"note": note.pk, "text_sha256": sha256_hex(text.encode())}
        audit.append(
            "note.written", f"case:{case_id}", actor=person.username, details=details,
            clock=lambda: at,
        )  # fmt: skip
    return note
