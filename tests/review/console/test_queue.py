"""One case at a time, nobody the same, nothing lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from cases import undoing
from cases.models import AuditEvent, Case, DecisionRow, Person
from cases.people import Role
from domain.clock import utc_now
from domain.errors import MoveError
from domain.states import CaseState
from review.models import Lease, Note
from tests.records import case_in
from tests.review.console.conftest import client_of

pytestmark = pytest.mark.django_db
CONFIRM = {"verdict": "confirm", "jurisdiction": "sells_in", "seconds": "7"}


def waiting(count: int) -> list[int]:
    return [case_in(CaseState.IN_REVIEW, f"host:shop{n}.test").pk for n in range(count)]


def shown(client: Client) -> int | None:
    view = client.get(reverse("queue")).context.get("view")
    return view and view.case_id


def decide(client: Client, case_id: int, given: dict[str, str]):
    return client.post(
        reverse("decide", args=[case_id]), given, headers={"Accept": "application/json"}
    )


def test_two_people_are_given_different_cases(analyst1: Person, analyst2: Person) -> None:
    first, second, third = waiting(3)
    one, two = client_of(analyst1), client_of(analyst2)
    assert shown(one) == first
    assert shown(two) == second
    assert shown(one) == first, "the case that one has comes again"
    answer = one.post(reverse("ahead"), {"case": str(first)})
    assert answer.context["view"].case_id == third
    ends = two.post(reverse("ahead"), {"case": str(second)})
    assert "Nothing is waiting" in ends.content.decode()


def test_a_lease_that_ran_out_is_anybodys(analyst1: Person, analyst2: Person) -> None:
    (only,) = waiting(1)
    assert shown(client_of(analyst1)) == only
    two = client_of(analyst2)
    assert shown(two) is None
    Lease.objects.update(ends_at=utc_now() - timedelta(seconds=1))
    assert shown(two) == only
    one = client_of(analyst1)
    assert one.post(reverse("keep", args=[only])).status_code == 409


def test_a_verdict_is_recorded_and_the_second_is_blind(analyst1: Person, analyst2: Person) -> None:
    (only,) = waiting(1)
    one, two = client_of(analyst1), client_of(analyst2)
    answer = decide(one, only, {**CONFIRM, "reason": "sells by price list"})
    assert answer.status_code == 200
    assert 0 < answer.json()["undo_left"] <= 60
    row = DecisionRow.objects.get()
    assert (row.person, row.verdict, row.seconds) == (analyst1, "confirm", 7)
    assert "sells by price list" not in two.get(reverse("queue")).content.decode()
    decide(two, only, CONFIRM)
    assert Case.objects.get(pk=only).state == CaseState.CONFIRMED
    assert "sells by price list" in two.get(reverse("case", args=[only])).content.decode()


def test_a_drawn_dismissal_looks_like_any_other(
    analyst1: Person, analyst2: Person, settings: Settings
) -> None:
    """Neither who gave it nor who looks next can tell that it was drawn."""
    (only,) = waiting(1)
    one, two = client_of(analyst1), client_of(analyst2)
    review = settings.NARCOWATCH.review.model_copy(update={"dismissals_drawn": 1.0})
    settings.NARCOWATCH = settings.NARCOWATCH.model_copy(update={"review": review})
    answer = decide(one, only, {"verdict": "dismiss", "reason": "a garden centre"})
    assert answer.json()["said"] == f"Dismissed: case {only}."
    assert shown(one) is None
    assert Case.objects.get(pk=only).state == CaseState.IN_REVIEW
    page = two.get(reverse("queue")).content.decode()
    assert shown(two) == only
    assert "garden" not in page
    decide(two, only, {"verdict": "dismiss", "reason": "sells seeds"})
    assert Case.objects.get(pk=only).state == CaseState.DISMISSED
    shares = DecisionRow.objects.order_by("pk").values_list("drawn_share", flat=True)
    assert list(shares) == [1.0, None]


def test_a_hold_and_an_escalation_keep_their_seconds(analyst1: Person) -> None:
    first, second = waiting(2)
    client = client_of(analyst1)
    decide(client, first, {"verdict": "escalate", "reason": "odd", "seconds": "9"})
    assert DecisionRow.objects.get().seconds == 9
    until = (utc_now() + timedelta(days=3)).date().isoformat()
    held = {"verdict": "hold", "reason": "watching", "until": until, "seconds": "11"}
    assert decide(client, second, held).status_code == 200
    event = AuditEvent.objects.get(action="decision.hold")
    assert event.details["seconds"] == 11


def test_what_is_refused_says_why_and_changes_nothing(analyst1: Person) -> None:
    (only,) = waiting(1)
    client = client_of(analyst1)
    for given, said in (
        ({"verdict": "confirm"}, "Say what ties it to the country."),
        ({"verdict": "dismiss", "reason": "  "}, "Give a reason."),
        ({"verdict": "hold", "reason": "watching"}, "Give the last day of the hold, after today."),
        ({"verdict": "hold", "reason": "x", "until": "2020-01-01"}, "after today"),
        ({"verdict": "buy"}, "buy"),
    ):
        answer = decide(client, only, given)
        assert answer.status_code == 422
        assert said in answer.json()["said"]
    assert not DecisionRow.every.exists()
    assert Case.objects.get(pk=only).state == CaseState.IN_REVIEW


def test_one_person_cannot_be_both(analyst1: Person) -> None:
    (only,) = waiting(1)
    client = client_of(analyst1)
    decide(client, only, CONFIRM)
    answer = decide(client, only, CONFIRM)
    assert answer.status_code == 422
    assert "another person must" in answer.json()["said"]


def test_a_verdict_is_taken_back(analyst1: Person) -> None:
    (only,) = waiting(1)
    client = client_of(analyst1)
    decide(client, only, {"verdict": "dismiss", "reason": "a garden centre"})
    assert Case.objects.get(pk=only).state == CaseState.DISMISSED
    answer = client.post(reverse("undo"), follow=True)
    assert f"Taken back: case {only}." in answer.content.decode()
    assert Case.objects.get(pk=only).state == CaseState.IN_REVIEW
    assert shown(client) == only


def test_what_is_taken_back_is_ones_own_before_it_is_open_again(
    analyst1: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    (only,) = waiting(1)
    client = client_of(analyst1)
    decide(client, only, {"verdict": "dismiss", "reason": "a garden centre"})
    real, had = undoing.undo, list[bool]()

    def undo(case_id: int, person: Person, within: timedelta) -> Case:
        had.append(Lease.objects.filter(case=only, person=analyst1).exists())
        return real(case_id, person, within)

    monkeypatch.setattr(undoing, "undo", undo)
    client.post(reverse("undo"))
    assert had == [True]


def test_what_cannot_be_taken_back_is_nobodys(
    analyst1: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    (only,) = waiting(1)
    client = client_of(analyst1)
    decide(client, only, CONFIRM)
    monkeypatch.setattr(undoing, "undo", refused)
    client.post(reverse("undo"))
    assert not Lease.objects.exists()


def refused(*given: object) -> Case:
    raise MoveError("went on since")


def test_a_skipped_case_is_left_to_others(analyst1: Person, analyst2: Person) -> None:
    first, second = waiting(2)
    one = client_of(analyst1)
    assert shown(one) == first
    one.post(reverse("skip", args=[first]))
    assert shown(one) == second
    assert shown(client_of(analyst2)) == first


def test_restricted_cases_are_not_there(client_in) -> None:
    (only,) = waiting(1)
    Case.objects.update(restricted=True)
    client = client_in(Role.SUPERVISOR)
    assert shown(client) is None
    assert client.get(reverse("case", args=[only])).status_code == 404
    for number in (only, 10_000):
        for page in ("decide", "skip", "keep", "note"):
            answer = client.post(reverse(page, args=[number]), {**CONFIRM, "text": "x"})
            assert answer.status_code == 404, page
            assert "restricted" not in answer.content.decode()
    assert not (Lease.objects.exists())
    assert not (Note.objects.exists())
    assert not DecisionRow.objects.exists()


def test_a_note_is_kept_and_told_by_its_digest(analyst1: Person) -> None:
    (only,) = waiting(1)
    client = client_of(analyst1)
    client.post(reverse("note", args=[only]), {"text": "asks for <b>cash</b>"})
    assert (
        "asks for &lt;b&gt;cash&lt;/b&gt;"
        in client.get(reverse("case", args=[only])).content.decode()
    )
    event = AuditEvent.objects.get(action="note.written")
    assert (event.actor, event.subject) == ("analyst1", f"case:{only}")
    assert "cash" not in str(event.details)


def test_a_form_without_its_token_is_refused(analyst1: Person) -> None:
    (only,) = waiting(1)
    client = client_of(analyst1)
    client.handler.enforce_csrf_checks = True
    assert decide(client, only, CONFIRM).status_code == 403
    assert not DecisionRow.every.exists()
