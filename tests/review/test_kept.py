"""A small record is counted anew each time; of a large one everybody sees the same for a while."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from cases.models import Case
from cases.people import Role
from domain.states import CaseState
from review import kept
from review.kept import LASTING, Kept
from tests.people import person
from tests.records import NOON, case_in
from tests.review.console.conftest import client_of, own

pytestmark = pytest.mark.django_db


class Counting:
    def __init__(self) -> None:
        self.cases = -1

    def read(self) -> None:
        self.cases = Case.objects.count()


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "LARGE", 1)


def ask(figures: Kept[Counting], minutes: float = 0):
    return figures.of("all", Counting, clock=lambda: NOON + timedelta(minutes=minutes))


def test_a_large_records_figures_are_kept_for_a_while(large) -> None:
    figures = Kept[Counting]()
    case_in(CaseState.IN_REVIEW)
    assert ask(figures)[0].cases == 1
    case_in(CaseState.IN_REVIEW, "host:other.test")
    found, at = ask(figures, 4)
    assert (found.cases, at) == (1, NOON)
    found, at = ask(figures, LASTING.total_seconds() / 60 + 1)
    assert (found.cases, at) == (2, NOON + LASTING + timedelta(minutes=1))


def test_what_became_restricted_is_in_none_that_were_kept(large) -> None:
    figures = Kept[Counting]()
    case = case_in(CaseState.IN_REVIEW)
    first, _ = ask(figures)
    Case.objects.filter(pk=case.pk).update(restricted=True)
    assert ask(figures, 1)[0] is not first


@pytest.mark.parametrize("page", ["overview", "second_review"])
def test_pages_say_of_when_kept_figures_are(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    case_in(CaseState.IN_REVIEW)
    client = client_of(own(person("one", Role.SUPERVISOR)))
    assert "Figures of" not in client.get(reverse(page)).content.decode()
    monkeypatch.setattr(kept, "LARGE", 1)
    monkeypatch.setattr(f"review.console.{page}._KEPT", Kept())
    first = client.get(reverse(page)).content.decode()
    assert "Figures of" in first
    case_in(CaseState.IN_REVIEW, "host:other.test")
    assert client.get(reverse(page)).content.decode().count(">1<") == first.count(">1<")
