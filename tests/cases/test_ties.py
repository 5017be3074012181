from __future__ import annotations

import pytest

from cases import assessing, intake
from cases.models import AuditEvent, Case
from cases.ties import Tie, two_way_ties
from domain.candidates import Candidate, Why
from domain.states import CaseState
from domain.targets import parse_key
from tests.records import case_in, new_run

pytestmark = pytest.mark.django_db


def names(parent: str, target: str) -> Candidate:
    return Candidate(parse_key(target), Why.LINK, parent=parse_key(parent))


def test_only_links_both_ways_tie() -> None:
    shop, doubtful, forum, pharmacy = (
        case_in(CaseState.SCREENED_OUT, f"host:{name}.test")
        for name in ("shop", "doubtful", "forum", "pharmacy")
    )
    intake.note_candidates(
        new_run().pk,
        [
            names("host:shop.test", "host:doubtful.test"),
            names("host:doubtful.test", "host:shop.test"),
            names("host:forum.test", "host:shop.test"),
            names("host:shop.test", "host:pharmacy.test"),
        ],
    )
    others = [doubtful.target_id, forum.target_id, pharmacy.target_id]
    assert two_way_ties(others, [shop.target_id]) == {doubtful.target_id: [shop.target_id]}
    assert two_way_ties([shop.target_id], [shop.target_id]) == {}


def test_a_tied_case_is_queued_and_says_for_whose_sake() -> None:
    case = case_in(CaseState.SCREENED_OUT)
    Case.objects.filter(pk=case.pk).update(score=0.8)
    assert (
        assessing.queue_for_ties({case.pk: ["host:other.test"]}, Tie.NAMED, actor="system:assess")
        == 1
    )
    case.refresh_from_db()
    assert (case.state, case.tied_to) == ("in_review", ["host:other.test"])
    assert "host:other.test" in AuditEvent.objects.latest("seq").details["reason"]


def test_a_case_in_human_hands_is_left_alone() -> None:
    case = case_in(CaseState.DISMISSED)
    assert assessing.queue_for_ties({case.pk: ["host:other.test"]}, Tie.NAMED, actor="x") == 0
