"""Who may have a dossier of what, what the chain says of it, and how it is made."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cases import decisions
from cases.bundles.access import allowed, check_access
from cases.models import AuditEvent, Case, DocumentRow, Family, Person
from cases.moves import move
from cases.people import Role
from domain.cards import masked_card
from domain.decisions import VerdictKind
from domain.documents import Document
from domain.errors import AccessError, EvidenceError, InputError
from domain.states import CaseState
from review.dossier import asking, members
from review.dossier.building import Workshop
from review.dossier.ties import strength
from review.dossier.wanting import Wanted
from review.models import DossierRow
from tests.cases.bundles.conftest import Shop
from tests.people import analyst, outsider, person
from tests.records import case_in
from tests.review.dossier.conftest import AT, WANTED, Making, unpacked


def facts(row: DossierRow, workshop: Workshop, out: Path) -> dict:
    return json.loads((unpacked(row, workshop, out) / "dossier.json").read_bytes())


def test_the_chain_says_who_hands_what_to_whom_and_what_for(making: Making, shop: Shop) -> None:
    row = making()
    event = AuditEvent.objects.get(seq=row.event)
    assert (event.action, event.actor) == ("dossier.handed_over", "one")
    assert event.subject == f"case:{shop.case.pk}"
    said = event.details
    assert said["handed_to"] == WANTED.handed_to
    assert said["purpose"] == WANTED.purpose
    assert (said["sha256"], said["manifest_sha256"]) == (row.sha256, row.manifest_sha256)
    taken = AuditEvent.objects.get(action="evidence.bundled").details
    assert (taken["dossier"], taken["handed_to"]) == (row.pk, WANTED.handed_to)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.OPERATOR, Role.REGULATOR, Role.ADMINISTRATOR])
def test_only_those_who_decide_hand_over(making: Making, role: Role) -> None:
    with pytest.raises(AccessError):
        making(person=person("somebody", role))
    assert not DossierRow.objects.exists()


def test_a_case_on_hold_is_for_its_owner_and_supervisors(making: Making, shop: Shop) -> None:
    until = datetime(2999, 1, 1, tzinfo=UTC)
    held = decisions.Verdict(VerdictKind.HOLD, "operation North", hold_until=until)
    decisions.decide(shop.case.pk, shop.second, held)
    with pytest.raises(AccessError, match="on hold"):
        making(person=shop.first)
    assert making(person=shop.second).state == "made"
    assert making(person=shop.boss).state == "made"


def test_what_may_not_go_out_of_a_family_is_left_out(
    making: Making, workshop: Workshop, family: Family, shop: Shop, tmp_path: Path
) -> None:
    whole = facts(making(family=family.pk), workshop, tmp_path / "whole")
    assert [case["name"] for case in whole["cases"]] == ["other.test", "shop.test"] or [
        case["name"] for case in whole["cases"]
    ] == ["shop.test", "other.test"]
    assert whole["cover"]["left_out"] == 0, "the restricted one is not even counted"
    (tie,) = whole["ties"]
    assert (tie["kind"], tie["strength"]) == ("near copy", "strong")
    other = Case.objects.get(target__value="other.test")
    Case.objects.filter(pk=other.pk).update(state="on_hold", hold_owner=shop.boss)
    part = making(family=family.pk)
    told = facts(part, workshop, tmp_path / "part")
    assert [case["name"] for case in told["cases"]] == ["shop.test"]
    assert (told["cover"]["left_out"], told["ties"]) == (1, [])
    assert "other.test" not in json.dumps(told)


def test_nothing_of_a_family_may_go_out(family: Family, shop: Shop) -> None:
    Case.objects.filter(family=family).update(state="in_review", review_round=9)
    with pytest.raises(InputError, match="may leave the house yet"):
        members.of_family(family.pk, shop.first)
    with pytest.raises(InputError, match="there is no family"):
        members.of_family(999, shop.first)


def test_a_case_restricted_meanwhile_goes_nowhere(
    making: Making, workshop: Workshop, shop: Shop
) -> None:
    row = asking.ask(members.of_case(shop.case.pk, shop.first), WANTED, shop.first)
    Case.objects.filter(pk=shop.case.pk).update(restricted=True)
    with pytest.raises(AccessError, match="restricted"):
        asking.make_asked(row.pk, workshop)
    row.refresh_from_db()
    assert (row.state, row.sha256) == ("failed", "")
    assert [*workshop.folder.iterdir()] == []
    with pytest.raises(InputError):
        asking.dossier(row.pk, shop.first)
    assert asking.dossiers(shop.first).rows == ()


def test_it_is_had_again_by_those_who_may_take_out_all_its_cases(
    making: Making, workshop: Workshop, shop: Shop
) -> None:
    row = making()
    _, path = asking.archive(row.pk, analyst("three"), workshop.folder)
    assert path.read_bytes()[:2] == b"PK"
    event = AuditEvent.objects.latest("seq")
    assert (event.action, event.actor) == ("dossier.downloaded", "three")
    reader = person("reader", Role.AUDITOR)
    assert not asking.dossier(row.pk, reader).mine
    with pytest.raises(AccessError):
        asking.archive(row.pk, reader, workshop.folder)
    with pytest.raises(AccessError):
        asking.dossiers(outsider())
    Case.objects.filter(pk=shop.case.pk).update(state="on_hold", hold_owner=shop.boss)
    with pytest.raises(AccessError):
        asking.archive(row.pk, shop.first, workshop.folder)
    assert not asking.dossier(row.pk, shop.first).mine


def test_one_at_a_time_for_each_person(shop: Shop, workshop: Workshop) -> None:
    about = members.of_case(shop.case.pk, shop.first)
    row = asking.ask(about, WANTED, shop.first)
    with pytest.raises(InputError, match="Another dossier"):
        asking.ask(about, WANTED, shop.first)
    asking.ask(about, WANTED, shop.second)
    asking.make_asked(row.pk, workshop)
    assert asking.ask(about, WANTED, shop.first).pk != row.pk
    with pytest.raises(InputError, match="is made"):
        asking.make_asked(row.pk, workshop)


def test_who_and_what_for_are_asked(shop: Shop) -> None:
    about = members.of_case(shop.case.pk, shop.first)
    for wanted in (Wanted(" ", "x", "en"), Wanted("x", "", "en"), Wanted("x", "y", "de")):
        with pytest.raises(InputError):
            asking.ask(about, wanted, shop.first)


def test_evidence_that_is_gone_makes_none_and_says_so(
    making: Making, shop: Shop, workshop: Workshop
) -> None:
    for path in shop.store.rglob("crawl-*.warc.gz"):
        path.write_bytes(b"")
    with pytest.raises(EvidenceError):
        making()
    row = DossierRow.objects.get()
    assert row.state == "failed"
    assert row.problem
    assert not AuditEvent.objects.filter(action="dossier.handed_over").exists()
    assert asking.again(row.pk, shop.first, clock=lambda: AT) == row
    with pytest.raises(AccessError):
        asking.again(row.pk, shop.second)


def test_card_numbers_are_masked_unless_there_is_a_reason(
    making: Making, shop: Shop, workshop: Workshop, tmp_path: Path
) -> None:
    from cases import cards
    from domain.cards import cards_in

    (found,) = cards_in(f"карта {NUMBER}")
    row = DocumentRow.objects.get(pk=shop.case.carriers[0])
    cards.store([(row, Document(title="", text=f"карта {NUMBER}"))])
    masked = facts(making(), workshop, tmp_path / "masked")
    values = [one["value"] for one in masked["summary"]["indicators"] if one["kind"] == "card"]
    assert values == [masked_card(found.digits)]
    made = making(Wanted("Investigators", "a case", "en", cards_reason="the bank asks for it"))
    told = facts(made, workshop, tmp_path / "open")
    values = [one["value"] for one in told["summary"]["indicators"] if one["kind"] == "card"]
    assert values == [found.digits]
    said = AuditEvent.objects.get(seq=made.event).details
    assert said["cards_reason"] == "the bank asks for it"


def _luhn_valid() -> str:
    from domain.cards import is_card_number

    return next(number for n in range(10) if is_card_number(number := f"440043021234567{n}"))


NUMBER = _luhn_valid()


def states() -> list[str]:
    return ["new", "in_review", "confirmed", "dismissed", "escalated"]


@pytest.mark.parametrize("state", states())
@pytest.mark.parametrize("role", [*Role])
def test_the_rule_for_many_is_the_rule_for_one(db: None, state: str, role: Role) -> None:
    somebody = person("somebody", role)
    other = analyst("other")
    plain = case_in(CaseState(state), "host:plain.test")
    mine = case_in(CaseState(state), "host:mine.test")
    if state == "in_review" and role in {Role.ANALYST, Role.SUPERVISOR}:
        decisions.decide(mine.pk, somebody, decisions.Verdict(VerdictKind.ESCALATE, "hm"))
    held = case_in(CaseState(state), "host:held.test")
    Case.objects.filter(pk=held.pk).update(hold_owner=other)
    own = case_in(CaseState(state), "host:own.test")
    Case.objects.filter(pk=own.pk).update(hold_owner=somebody)
    hidden = case_in(CaseState(state), "host:hidden.test")
    Case.objects.filter(pk=hidden.pk).update(restricted=True)
    cases = list(Case.objects.select_related("target"))
    assert len(cases) == 5
    assert allowed(cases, somebody) == {case.pk for case in cases if one(case, somebody)}
    assert plain.pk not in allowed(cases, outsider())


def one(case: Case, somebody: Person) -> bool:
    try:
        check_access(case, somebody)
    except AccessError:
        return False
    return True


def test_the_surer_a_tie_the_stronger() -> None:
    assert strength("btc", "x") == strength("near copy", "a = b (text 0.95)") == "strong"
    assert strength("telegram", "x") == strength("near copy", "a = b (text 0.80)") == "medium"
    assert strength("anything", "x") == "weak"


def test_a_case_taken_up_again_is_shown_to_none_who_have_not_decided(
    making: Making, shop: Shop, workshop: Workshop
) -> None:
    row = making()
    decisions.withdraw(shop.case.pk, shop.boss, "an error")
    move(shop.case.pk, CaseState.IN_REVIEW, actor="test", reason="it sells again")
    with pytest.raises(InputError, match="there is no dossier"):
        asking.archive(row.pk, shop.second, workshop.folder)
