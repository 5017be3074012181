"""A note says what its writer thinks: it is as blind as the verdict."""

from __future__ import annotations

import pytest

from cases.decisions import Verdict, decide
from cases.models import Case, Person
from domain.decisions import Jurisdiction, VerdictKind
from domain.states import CaseState
from review import notes
from tests.people import analyst
from tests.records import case_in

pytestmark = pytest.mark.django_db
CONFIRM = Verdict(VerdictKind.CONFIRM, jurisdiction=Jurisdiction.SELLS_IN)


def read(case: Case, person: Person) -> list[str]:
    case.refresh_from_db()
    return [note.text for note in notes.readable(case, person)]


def test_notes_of_who_decided_are_hidden_until_both_have() -> None:
    case = case_in(CaseState.IN_REVIEW)
    first, second, third = (analyst(name) for name in ("first", "second", "third"))
    notes.write(case.pk, first, "surely a shop")
    notes.write(case.pk, third, "seen in the spring")
    assert read(case, second) == ["surely a shop", "seen in the spring"]
    decide(case.pk, first, CONFIRM)
    assert read(case, second) == ["seen in the spring"]
    assert read(case, first) == ["surely a shop", "seen in the spring"]
    decide(case.pk, second, CONFIRM)
    assert read(case, second) == read(case, third) == ["surely a shop", "seen in the spring"]
