"""Notes on cases: for all who read them, and in the audit chain by their digest."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet

from cases import audit
from cases.decisions import is_undecided
from cases.models import Case, DecisionRow, Person
from cases.people import DECIDERS, require
from domain.clock import Clock, utc_now
from domain.digests import sha256_hex
from review.blindness import is_blind
from review.models import Note
from review.service import readable_case


def readable(case: Case, person: Person) -> QuerySet[Note]:
    """The notes on ``case`` that ``person`` may read now, the oldest first.

    While it is open, those of people who have decided it are as hidden as their verdicts, until
    ``person`` has decided it, too: a note says what its writer thinks. Who decides no cases reads
    them all.
    """
    found = Note.objects.filter(case=case).select_related("person")
    rounds = {"case": case, "review_round": case.review_round}
    decided = DecisionRow.objects.filter(**rounds)
    if not is_undecided(case) or decided.filter(person=person).exists() or not is_blind(person):
        return found
    # Also of those who took their verdict back: they may give another.
    others = DecisionRow.every.filter(**rounds).exclude(person=person).values("person")
    return found.exclude(person__in=others)


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
