from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cases import decisions
from cases.models import AssessmentRow, AuditEvent, Case
from cases.moves import move
from cases.people import Role
from domain.clock import utc_now
from domain.decisions import Jurisdiction, VerdictKind
from domain.errors import AccessError
from domain.states import CaseState
from tests.cases.bundles.conftest import Made, Shop
from tests.people import analyst, outsider, person
from tests.records import case_in

LATER = datetime(2999, 1, 1, tzinfo=UTC)
HELD = decisions.Verdict(VerdictKind.HOLD, "operation North", hold_until=LATER)


def refused(made: Made, **options: object) -> str:
    with pytest.raises(AccessError) as caught:
        made("refused", **options)
    assert not AuditEvent.objects.filter(action="evidence.bundled").exists()
    return str(caught.value)


def test_analysts_and_supervisors_take_evidence_and_others_do_not(made: Made, shop: Shop) -> None:
    assert "may not take evidence" in refused(made, person=outsider())
    assert "may not take evidence" in refused(made, person=person("aud", Role.AUDITOR))
    assert made("a", person=shop.second).head.built_by == "two"
    assert made("b", person=shop.boss).head.built_by == "supervisor"
    assert made("c", person=analyst("three")).head.built_by == "three"


def test_a_restricted_case_is_for_nobody(made: Made, shop: Shop) -> None:
    Case.objects.filter(pk=shop.case.pk).update(restricted=True)
    assert "restricted" in refused(made, person=shop.boss)


def test_one_restricted_page_is_enough(made: Made, shop: Shop) -> None:
    AssessmentRow.objects.update(restricted=True)
    assert "restricted" in refused(made, person=shop.boss)


def test_a_case_on_hold_is_for_its_owner_and_supervisors(made: Made, shop: Shop) -> None:
    decisions.decide(shop.case.pk, shop.second, HELD)
    assert "on hold" in refused(made, person=shop.first)
    mine = made("mine", person=shop.second)
    assert mine.head.on_hold
    assert AuditEvent.objects.get(seq=mine.event).details["on_hold"] is True
    assert b"operation North" in (mine.folder / "record/case.json").read_bytes()
    assert made("boss", person=shop.boss).head.on_hold


def test_a_hold_stands_while_its_target_is_unreachable(made: Made, shop: Shop) -> None:
    decisions.decide(shop.case.pk, shop.second, HELD)
    move(shop.case.pk, CaseState.UNREACHABLE, actor="test", reason="down")
    assert "on hold" in refused(made, person=shop.first)
    assert made("mine", person=shop.second).head.on_hold


def test_an_open_case_is_for_those_who_have_decided_it(made: Made, shop: Shop) -> None:
    decisions.withdraw(shop.case.pk, shop.boss, "an error")
    move(shop.case.pk, CaseState.IN_REVIEW, actor="test", reason="it sells again")
    assert "decide it first" in refused(made, person=shop.boss)
    assert "decide it first" in refused(made, person=shop.first), "that was another round"
    again = decisions.Verdict(VerdictKind.CONFIRM, "it does", Jurisdiction.SELLS_IN)
    decisions.decide(shop.case.pk, shop.first, again)
    assert made("mine", person=shop.first).head.state == "in_review"


def test_nothing_is_told_of_another_case_on_hold(made: Made, shop: Shop) -> None:
    other = Case.objects.get(target__value="other.test")
    Case.objects.filter(pk=shop.case.pk).update(tied_to=["host:other.test", "host:known.test"])
    before = made("before")
    assert before.head.counts["withheld"] == 0
    assert b"host:other.test" in (before.folder / "record/candidates.json").read_bytes()
    Case.objects.filter(pk=other.pk).update(
        state=CaseState.ON_HOLD, hold_owner=shop.boss, hold_until=LATER
    )
    reason = "names and is named by host:other.test"
    move(shop.case.pk, CaseState.UNREACHABLE, actor="test", reason=reason)
    after = made("after")
    told = b"".join(path.read_bytes() for path in after.folder.glob("record/*"))
    assert b"other.test" not in told
    assert b"host:known.test" in told
    assert after.head.counts["withheld"] == 3
    assert after.head.counts["candidates"] == 2


def test_a_name_that_only_looks_like_a_hidden_one_is_told(made: Made, shop: Shop) -> None:
    hidden = case_in(CaseState.IN_REVIEW, "host:hop.test")
    Case.objects.filter(pk=hidden.pk).update(restricted=True)
    assert made().head.counts["withheld"] == 0


def test_a_case_that_is_restricted_while_the_bundle_is_made_stays_in_the_house(
    made: Made, shop: Shop, tmp_path
) -> None:
    def clock():
        Case.objects.filter(pk=shop.case.pk).update(restricted=True)
        return utc_now()

    assert "restricted" in refused(made, clock=clock)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["store"]
