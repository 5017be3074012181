from __future__ import annotations

import pytest

from cases import runs, tips
from cases.models import AuditEvent, CandidateRow, Case, Run
from cases.moves import move
from cases.tips import Taken
from domain.candidates import Candidate, Why
from domain.states import CaseState
from domain.targets import TargetKind, parse_key
from tests.records import case_in, new_run

pytestmark = pytest.mark.django_db


def tip(host: str, note: str = "from a call") -> Candidate:
    return Candidate(parse_key(f"host:{host}"), Why.TIP, url=f"http://{host}/", note=note)


def looked_at(run: Run) -> list[tuple[str, str, str]]:
    rows = run.sources.order_by("pk").values_list("target__value", "why", "notes")
    return list(rows)


def done(run: Run) -> Run:
    run.sources.update(done=True)
    return run


def test_tips_by_hand_are_looked_at_in_the_next_night_and_then_no_more() -> None:
    _, new, known = tips.by_hand([tip("a.test"), tip("b.test")], file="digest")
    assert known == 0
    assert new == 2
    night = new_run()
    assert tips.add_waiting(night, limit=10) == Taken(2, 0, 0)
    assert looked_at(night) == [
        ("a.test", "tip", "from a call"),
        ("b.test", "tip", "from a call"),
    ]
    done(night)
    assert tips.add_waiting(new_run(), limit=10) == Taken(0, 0, 0)
    (event,) = AuditEvent.objects.filter(action="tips.noted")
    assert event.details == {"file": "digest", "tips": 2, "new": 2, "known": 0}


def test_a_visit_that_was_not_finished_does_not_use_a_tip_up() -> None:
    tips.by_hand([tip("a.test")], file="x")
    tips.add_waiting(new_run(), limit=10)
    assert tips.add_waiting(new_run(), limit=10).taken == 1


def test_the_same_tip_again_is_nothing_new_another_one_is() -> None:
    tips.by_hand([tip("a.test")], file="x")
    night = new_run()
    tips.add_waiting(night, limit=10)
    done(night)
    tips.by_hand([tip("a.test")], file="x")
    assert tips.add_waiting(new_run(), limit=10).taken == 0
    tips.by_hand([tip("a.test", "seen again")], file="y")
    assert tips.add_waiting(new_run(), limit=10).taken == 1
    assert CandidateRow.objects.count() == 1


def test_tips_on_a_site_that_is_known_are_looked_at_too_unless_it_is_held() -> None:
    known, held = case_in(CaseState.SCREENED_OUT, "host:a.test"), case_in(CaseState.IN_REVIEW)
    before = new_run()
    for case in (known, held):
        runs.add_source(before, case.target.key, Why.LINK)
    done(before)
    move(held.pk, CaseState.ON_HOLD, actor="x", reason="y")
    restricted = case_in(CaseState.IN_REVIEW, "host:r.test")
    Case.objects.filter(pk=restricted.pk).update(restricted=True)
    tips.by_hand([tip("a.test"), tip("shop.test"), tip("r.test")], file="x")
    night = new_run()
    assert tips.add_waiting(night, limit=10) == Taken(1, 0, 1)
    assert [name for name, _, _ in looked_at(night)] == ["a.test"]


def test_tips_have_a_budget_of_their_own() -> None:
    tips.by_hand([tip(f"{name}.test") for name in "abc"], file="x")
    night = new_run()
    assert tips.add_waiting(night, limit=2) == Taken(2, 1, 0)
    assert runs.adopt_candidates(night, (TargetKind.HOST,), limit=10).taken == 0
    done(night)
    assert tips.add_waiting(new_run(), limit=2) == Taken(1, 0, 0)


def test_names_from_certificates_are_candidates_for_the_budget_of_new_sites() -> None:
    night = new_run()
    named = Candidate(parse_key("host:ct.test"), Why.SEARCH, url="https://ct.test/", priority=0.4)
    assert tips.note(night, [named]) == 1
    assert tips.add_waiting(night, limit=10).taken == 0
    assert runs.adopt_candidates(night, (TargetKind.HOST,), limit=10).taken == 1
    assert looked_at(night) == [("ct.test", "link", "")]
