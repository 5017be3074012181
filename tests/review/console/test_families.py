"""One verdict for the ticked cases of a family, each by the rules of its own."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import Case, DecisionRow, Family, MirrorPair, Person
from cases.people import Role
from domain.states import CaseState
from review.families import family_view
from review.family_picture import picture_of
from tests.records import NOON, case_in
from tests.review.console.conftest import client_of

pytestmark = pytest.mark.django_db
CONFIRM = {"verdict": "confirm", "jurisdiction": "ships_to", "seconds": "60"}


@pytest.fixture
def family(db: None) -> Family:
    """Three cases, of which the first two are near copies."""
    cases = [case_in(CaseState.IN_REVIEW, f"host:shop{n}.test") for n in range(3)]
    MirrorPair.objects.create(
        one=cases[0], other=cases[1], similarity=0.91, signs=[], found_at=NOON
    )
    names = " = ".join(case.target.name or case.target.value for case in cases[:2])
    family = Family.objects.create(founded_at=NOON, links=[["near copy", f"{names} (text 0.91)"]])
    Case.objects.update(family=family)
    return family


def numbers() -> list[int]:
    return list(Case.objects.order_by("pk").values_list("pk", flat=True))


def test_those_ticked_are_decided_and_no_others(family: Family, analyst1: Person) -> None:
    first, second, third = numbers()
    answer = client_of(analyst1).post(
        reverse("decide_family", args=[family.pk]),
        {**CONFIRM, "cases": [str(first), str(third)], "reason": "one price list"},
        follow=True,
    )
    page = answer.content.decode()
    assert "2 cases decided." in page
    rows = DecisionRow.objects.values_list("case_id", "verdict", "jurisdiction", "seconds")
    assert list(rows.order_by("case_id")) == [
        (first, "confirm", "ships_to", 30),
        (third, "confirm", "ships_to", 30),
    ]
    assert f'name="cases" value="{second}"' in page
    assert f'name="cases" value="{first}"' not in page


def test_what_one_case_refuses_is_named_and_holds_up_no_other(
    family: Family, analyst1: Person
) -> None:
    first, second, _ = numbers()
    client = client_of(analyst1)
    address = reverse("decide_family", args=[family.pk])
    client.post(address, {**CONFIRM, "cases": [str(first)]})
    answer = client.post(address, {**CONFIRM, "cases": [str(first), str(second)]}, follow=True)
    page = answer.content.decode()
    assert "1 case decided." in page
    assert f"Case {first} was not decided: you have decided this case already" in page


def test_strangers_and_nothing_ticked_are_refused(family: Family, analyst1: Person) -> None:
    stranger = case_in(CaseState.IN_REVIEW, "host:other.test")
    client = client_of(analyst1)
    for ticked, said in (
        ([str(stranger.pk)], f"Not of family {family.pk}: {stranger.pk}."),
        ([], "required"),
        (["1 or 1"], "These are no numbers of cases."),
    ):
        answer = client.post(
            reverse("decide_family", args=[family.pk]), {**CONFIRM, "cases": ticked}
        )
        assert answer.status_code == 422
        assert said in answer.content.decode()
    assert not DecisionRow.objects.exists()


def test_a_restricted_member_is_not_there(family: Family, client_in) -> None:
    first, *_ = numbers()
    Case.objects.filter(pk=first).update(restricted=True)
    client = client_in(Role.SUPERVISOR)
    page = client.get(reverse("family", args=[family.pk])).content.decode()
    assert "shop0" not in page
    Case.objects.update(restricted=True)
    assert client.get(reverse("family", args=[family.pk])).status_code == 404


def test_ties_are_drawn_between_those_that_show_them(family: Family, analyst1: Person) -> None:
    view = family_view(family.pk, analyst1)
    (tie,) = view.ties
    assert tie.members == tuple(numbers()[:2])
    picture = picture_of(view)
    heights = {label.y for label in picture.cases}
    assert len(heights) == 3
    assert [line.y1 for line in picture.lines] == [label.y for label in picture.cases[:2]]
    assert {line.y2 for line in picture.lines} == {picture.ties[0].y}
    assert picture.height > max(heights)


def test_the_page_asks_the_record_as_often_for_thirty_as_for_three(
    family: Family, analyst1: Person, django_assert_num_queries
) -> None:
    client = client_of(analyst1)
    address = reverse("family", args=[family.pk])
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for n in range(27):
        case = case_in(CaseState.IN_REVIEW, f"host:more{n}.test")
        Case.objects.filter(pk=case.pk).update(family=family)
    with django_assert_num_queries(len(few)):
        page = client.get(address).content.decode()
    assert page.count('name="cases"') == 30


def test_what_ties_a_small_family_stands_beside_a_case(family: Family, analyst1: Person) -> None:
    first, _, third = numbers()
    page = client_of(analyst1).get(reverse("case", args=[first])).content.decode()
    assert f'id="picture-{family.pk}"' in page
    assert f"{third}: shop2[.]test" in page
    for n in range(3, 13):
        case_in(CaseState.IN_REVIEW, f"host:shop{n}.test")
    Case.objects.update(family=family)
    page = client_of(analyst1).get(reverse("case", args=[first])).content.decode()
    assert reverse("family", args=[family.pk]) in page
    assert "<svg" not in page, "thirteen cases have a page of their own"


def test_a_restricted_member_is_not_in_the_picture_beside_a_case(
    family: Family, analyst1: Person
) -> None:
    first, second, _ = numbers()
    Case.objects.filter(pk=second).update(restricted=True)
    page = client_of(analyst1).get(reverse("case", args=[first])).content.decode()
    assert "shop2" in page
    assert "shop1[.]test" not in page
