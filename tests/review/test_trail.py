"""The audit chain as it is looked through and taken out, without the restricted queue."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime

import pytest
from django.db import connection, transaction

from cases import audit
from cases.models import AuditEvent, Case, Person
from cases.people import Role
from domain.errors import AccessError
from domain.states import CaseState
from review import trail
from review.tables import csv_lines
from review.trail import Filter
from tests.people import person
from tests.records import case_in

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def auditor(db: None) -> Person:
    return person("auditor", Role.AUDITOR)


def event(action: str, subject: str, actor: str = "one", when: datetime = NOON, **details: object):
    with transaction.atomic():
        return audit.append(action, subject, actor=actor, details=details, clock=lambda: when)


def hidden_case(name: str = "hidden") -> Case:
    case = case_in(CaseState.IN_REVIEW, f"host:{name}.test")
    Case.objects.filter(pk=case.pk).update(restricted=True)
    return case


def seqs(auditor: Person, **wanted: object) -> list[int]:
    return [shown.event.seq for shown in trail.page(auditor, Filter(**wanted)).events][::-1]


@pytest.mark.parametrize("role", [Role.ANALYST, Role.OPERATOR, Role.REGULATOR, Role.ADMINISTRATOR])
def test_others_may_not(role: Role) -> None:
    somebody = person("somebody", role)
    for do in (
        lambda: trail.page(somebody, Filter()),
        lambda: trail.begin_export(somebody, Filter(), "csv"),
        lambda: trail.check(somebody),
    ):
        with pytest.raises(AccessError):
            do()
    assert not AuditEvent.objects.filter(action="audit.exported").exists()


def test_filters(auditor: Person) -> None:
    first = event("decision.confirm", "case:901", "ann").seq
    second = event("decision.dismiss", "case:902", "bob").seq
    third = event("decisions", "case:901", "bob").seq
    assert seqs(auditor, actor="bob") == [second, third]
    assert seqs(auditor, action="decision.confirm") == [first]
    assert seqs(auditor, action="decision.") == [first, second]
    assert seqs(auditor, subject="case:901") == [first, third]
    assert seqs(auditor, subject="case:901", actor="bob") == [third]
    assert seqs(auditor, actor="nobody") == []


def test_days_are_those_where_the_house_is(auditor: Person, settings) -> None:
    assert settings.TIME_ZONE == "Asia/Almaty"
    before, begins, ends, after = (
        event("x.y", "run:1", "ann", datetime(2026, 3, day, hour, minute, tzinfo=UTC)).seq
        for day, hour, minute in ((1, 18, 59), (1, 19, 0), (2, 18, 59), (2, 19, 0))
    )
    day = date(2026, 3, 2)
    assert seqs(auditor, actor="ann", first=day, last=day) == [begins, ends]
    assert seqs(auditor, actor="ann", first=day) == [begins, ends, after]
    assert seqs(auditor, actor="ann", last=day) == [before, begins, ends]


def test_pages_go_down_and_up_again(auditor: Person) -> None:
    made = [event("x.y", "run:1", "ann").seq for _ in range(2 * trail.PAGE + 1)]
    wanted = Filter(actor="ann")
    newest = trail.page(auditor, wanted)
    assert [shown.event.seq for shown in newest.events] == made[-1 : -trail.PAGE - 1 : -1]
    assert newest.newer is None
    middle = trail.page(auditor, wanted, before=newest.older)
    last = trail.page(auditor, wanted, before=middle.older)
    assert ([shown.event.seq for shown in last.events], last.older) == ([made[0]], None)
    up = trail.page(auditor, wanted, after=last.newer)
    assert [s.event.seq for s in up.events] == [s.event.seq for s in middle.events]
    assert (up.older, up.newer) == (middle.older, middle.newer)
    top = trail.page(auditor, wanted, after=up.newer)
    assert (top.events[0].event.seq, top.newer) == (made[-1], None)


def test_the_restricted_queue_is_left_out_and_counted(auditor: Person) -> None:
    case = hidden_case()
    event("target.merged", f"target:{case.target_id}")
    open_case = case_in(CaseState.IN_REVIEW, "host:shop.test")
    found = trail.page(auditor, Filter())
    subjects = {shown.event.subject for shown in found.events}
    assert f"case:{open_case.pk}" in subjects
    assert not {f"case:{case.pk}", f"target:{case.target_id}"} & subjects
    assert found.left_out == 3
    assert trail.page(auditor, Filter(action="target.")).left_out == 1


def test_one_subject_does_not_tell_that_it_is_restricted(auditor: Person) -> None:
    case = hidden_case()
    there = trail.page(auditor, Filter(subject=f"case:{case.pk}"))
    nowhere = trail.page(auditor, Filter(subject="case:999"))
    assert there == nowhere
    assert there.events == ()


def test_details_that_name_what_is_restricted_are_withheld(auditor: Person) -> None:
    hidden_case("hidden")
    for details in (
        {"other": "host:hidden.test"},
        {"reason": "score 0.5, near copy of host:hidden.test (0.9)"},
        {"many": [{"host:hidden.test": 1}]},
        {"said": "see host:hidden.test."},
    ):
        event("proposal.opened", "case:901", "ann", **details)
    event("proposal.opened", "case:901", "ann", other="host:shop.test")
    shown = trail.page(auditor, Filter(actor="ann")).events
    assert [one.details == trail.WITHHELD for one in shown] == [False, True, True, True, True]
    for one in shown[1:]:
        assert "hidden" not in trail.json_line(one) + str(trail.row(one)) + one.text


def test_an_export_has_what_is_wanted_and_the_chain_says_who_took_it(auditor: Person) -> None:
    case = hidden_case()
    made = [event("x.y", "run:1", "ann", n=n).seq for n in range(3)]
    up_to = trail.begin_export(auditor, Filter(actor="ann", first=date(2026, 1, 1)), "jsonl")
    event("x.y", "run:1", "ann", n="after")
    lines = [
        json.loads(trail.json_line(one))
        for one in trail.exported(auditor, Filter(actor="ann"), up_to)
    ]
    assert [line["seq"] for line in lines] == made
    told = AuditEvent.objects.get(action="audit.exported")
    assert (told.actor, told.subject, told.details) == (
        "auditor", "audit",
        {"filter": {"actor": "ann", "first": "2026-01-01"}, "format": "jsonl", "up_to": up_to,
         "left_out": 0},
    )  # fmt: skip
    everything = "".join(map(trail.json_line, trail.exported(auditor, Filter(), up_to)))
    assert f"case:{case.pk}" not in everything
    assert audit.verify().holds


def test_a_line_has_what_its_hash_is_made_of(auditor: Person) -> None:
    made = event("x.y", "run:1", "ann", text="қазақша", n=1)
    (shown,) = trail.exported(auditor, Filter(actor="ann"), made.seq)
    line = json.loads(trail.json_line(shown))
    assert audit.event_hash(AuditEvent(**line)) == line["hash"] == made.hash


def test_a_file_is_read_in_pieces(auditor: Person, monkeypatch) -> None:
    monkeypatch.setattr(trail, "_CHUNK", 2)
    made = [event("x.y", "run:1", "ann").seq for _ in range(5)]
    assert [s.event.seq for s in trail.exported(auditor, Filter(actor="ann"), made[-1])] == made


def test_no_cell_of_a_file_is_a_formula(auditor: Person) -> None:
    event("=1+1", "@case", "+ann", text="=2")
    found = trail.exported(auditor, Filter(actor="+ann"), 10**6)
    text = "".join(csv_lines(trail.HEADERS, map(trail.row, found))).removeprefix("\ufeff")
    (line,) = csv.DictReader(io.StringIO(text, newline=""))
    assert (line["actor"], line["action"], line["subject"]) == ("'+ann", "'=1+1", "'@case")


def test_a_chain_that_holds(auditor: Person) -> None:
    case_in(CaseState.IN_REVIEW)
    found = trail.check(auditor)
    assert found.holds
    assert (found.length, found.head) == (audit.verify().length, audit.verify().head)


def test_a_chain_that_does_not_hold_is_told_but_for_restricted_cases(auditor: Person) -> None:
    shown, hidden = case_in(CaseState.IN_REVIEW, "host:shop.test"), hidden_case()
    Case.objects.filter(pk__in=[shown.pk, hidden.pk]).update(state=CaseState.CONFIRMED)
    found = trail.check(auditor)
    assert found.problems == (f"case:{shown.pk} is confirmed, the chain says in_review",)
    assert (found.hidden, found.holds) == (1, False)
    with connection.cursor() as cursor:
        cursor.execute("update cases_auditevent set actor = 'other' where seq = 1")
    assert "event 1 was changed after it was written" in trail.check(auditor).problems
