"""Figures of second reviews against decisions that can be counted by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases.models import Case
from review.second_review import SecondReview
from tests.people import analyst, supervisor
from tests.review.deciding import at, decided, queued, say

pytestmark = pytest.mark.django_db


def figures(days: int = 30) -> SecondReview:
    return SecondReview(days, at(24)())


@pytest.fixture
def three(db: None):
    return analyst("ann"), supervisor("bob"), analyst("cid")


def test_pairs_by_hand(three) -> None:
    ann, bob, cid = three
    for n in range(3):
        decided(f"both{n}", [(ann, "confirm"), (bob, "confirm")], langs=["ru"])
    decided("apart", [(bob, "confirm"), (ann, "dismiss"), (cid, "dismiss")], langs=["kk", "ru"])
    decided("alone", [(ann, "dismiss")])
    hidden = decided("hidden", [(ann, "confirm"), (cid, "confirm")])
    Case.objects.filter(pk=hidden.pk).update(restricted=True)
    found = {row[:2]: row[2:] for row in figures().pairs().rows}
    assert found.keys() == {("ann", "bob")}, "cid was asked because they disagreed: in no pair"
    assert found["ann", "bob"][:3] == (4, 3, 0.75)
    assert found["ann", "bob"][3:5] == pytest.approx((0.3006, 0.9544), abs=1e-4)
    assert found["ann", "bob"][5] == 0, "bob confirms all: by chance they agree in 3 of 4, too"


def test_languages_by_hand(three) -> None:
    ann, bob, cid = three
    for n in range(3):
        decided(f"both{n}", [(ann, "confirm"), (bob, "confirm")], langs=["ru"])
    decided("apart", [(bob, "confirm"), (ann, "dismiss"), (cid, "dismiss")], langs=["kk", "ru"])
    decided("silent", [(ann, "confirm"), (bob, "confirm")], langs=[])
    found = {row[0]: row[1:] for row in figures().languages().rows}
    assert found.keys() == {"Kazakh", "Russian", "not known"}
    assert found["Kazakh"][:2] == (1, 0)
    assert found["Russian"][:3] == (4, 3, 0.75)
    assert found["not known"][:2] == (1, 1)


def test_drawn_dismissals_stand_for_all(three) -> None:
    ann, bob, _cid = three
    decided("sold", [(ann, "confirm"), (bob, "confirm")])
    for n in range(2):
        case = say(queued(f"drawn{n}"), ann, "dismiss", drawn_share=0.25, draw=lambda: 0.2)
        assert case.state == "in_review", "a second person has to look"
        assert say(case, bob, "dismiss").state == "dismissed"
    spared = say(queued("spared"), ann, "dismiss", drawn_share=0.25, draw=lambda: 0.3)
    assert spared.state == "dismissed"
    case = say(queued("apart"), ann, "dismiss", drawn_share=0.25, draw=lambda: 0.2)
    assert say(case, bob, "confirm").state == "escalated"
    (row,) = figures().pairs().rows
    assert row[:5] == ("ann", "bob", 4, 3, 0.75)
    # 1 and 4 times 3 cases: 9 of 13 agree; by chance 1/13 * 5/13 + 12/13 * 8/13 = 101/169.
    assert row[7] == pytest.approx((9 / 13 - 101 / 169) / (1 - 101 / 169))
    assert figures().escalations().rows[1][:2] == ("disagreed", 1)


def test_rounds_are_not_mixed_and_what_was_undone_counts_nowhere(three) -> None:
    ann, bob, _cid = three
    case = decided("again", [(ann, "dismiss")])
    Case.objects.filter(pk=case.pk).update(state="in_review", review_round=case.review_round + 1)
    say(case, bob, "confirm")
    assert figures().pairs().rows == ()
    say(case, ann, "confirm")
    assert [row[:4] for row in figures().pairs().rows] == [("ann", "bob", 1, 1)]
    case.decisions.filter(person=ann).update(undone_at=at(3)())
    assert figures().pairs().rows == ()


def test_older_ones_are_left_out(three) -> None:
    ann, bob, _cid = three
    decided("old", [(ann, "confirm"), (bob, "confirm")])
    later = SecondReview(30, at(24)() + timedelta(days=31))
    assert later.pairs().rows == later.times().rows == ()


def test_times_by_person_and_verdict(three) -> None:
    ann, bob, cid = three
    for n, seconds in enumerate((10, 20, 30, 40, 0)):
        say(case := queued(f"c{n}"), ann, "confirm", seconds=seconds)
        say(case, cid, "confirm", 3, seconds=7)
    say(queued("open"), ann, "confirm", seconds=99)  # told to nobody yet
    say(queued("d"), ann, "dismiss", seconds=5)
    say(queued("e"), bob, "dismiss")
    assert figures().times().rows == (
        ("ann", "sells drugs", 4, 25.0, pytest.approx(37.0), 1),
        ("ann", "does not sell drugs", 1, 5.0, 5.0, 0),
        ("bob", "does not sell drugs", 0, None, None, 1),
        ("cid", "sells drugs", 5, 7.0, 7.0, 0),
    )


def test_escalations_and_how_they_ended(three) -> None:
    ann, bob, cid = three
    decided("asked", [(ann, "escalate"), (bob, "dismiss")])
    decided("open", [(ann, "escalate")])
    decided("apart", [(ann, "confirm"), (bob, "dismiss"), (cid, "confirm")])
    held = decided("held", [(ann, "escalate")])
    Case.objects.filter(pk=held.pk).update(state="on_hold")
    gone = decided("gone", [(ann, "escalate")])
    Case.objects.filter(pk=gone.pk).update(state="in_review", review_round=2)
    assert figures().escalations().rows == (
        ("asked for", 4, 0, 1, 1, 1, 1),
        ("disagreed", 1, 1, 0, 0, 0, 0),
    )
