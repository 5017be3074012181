"""The transparency report: figures kept apart, small ones withheld, nothing of anybody in it."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings as live
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from blocking.models import Appeal, Order, OrderMove
from blocking.requests import Why
from cases.models import Case, DecisionRow, RunCount
from cases.moves import move
from cases.people import Role
from domain.errors import InputError
from domain.orders import OrderState
from domain.states import CaseState
from review.transparency.computing import Rows, tables
from review.transparency.facts import Appealed, Facts, Requested, Span
from review.transparency.reading import Period, facts_of
from review.transparency.suppressing import FEW, FEW_TOLD, WITHHELD
from review.transparency.writing import files_of
from tests.people import person
from tests.records import NOON, new_case, new_run
from tests.review.console.conftest import client_of, own
from tests.sent import export_of, order_of, request_of, sent

MARCH = Period.of("2026-03-01", "2026-03-31", UTC)


def named(facts: Facts, name: str) -> dict[str, tuple[object, ...]]:
    (found,) = (table for table in tables(facts) if table.name == name)
    return dict(found.rows)


def requests(**scopes: int) -> list[Requested]:
    return [
        Requested(scope, "drug_sale", False, "2026-03") for scope, n in scopes.items()
        for _ in range(n)
    ]  # fmt: skip


def test_what_was_identified_sent_and_blocked_stands_apart() -> None:
    facts = Facts(identified=9, sent=7, executed=3, verified=1, requests=requests(host=8))
    assert named(facts, "stages") == {
        "identified": (9,), "requested": (8,), "sent": (7,), "executed": (3,), "verified": (1,),
    }  # fmt: skip


def test_small_counts_of_a_breakdown_are_not_told() -> None:
    told = named(Facts(requests=requests(host=30, url=4, telegram=2)), "requests_by_scope")
    assert (told["host"], told["url"], told["telegram"]) == ((30,), (FEW_TOLD,), (FEW_TOLD,))
    assert told["onion"] == (0,)


def test_one_that_the_sum_would_give_away_takes_the_next_along() -> None:
    told = named(Facts(requests=requests(host=30, url=4, telegram=7)), "requests_by_scope")
    assert (told["host"], told["url"], told["telegram"]) == ((30,), (FEW_TOLD,), (WITHHELD,))


@given(
    st.dictionaries(
        st.sampled_from(["host", "url", "onion", "domain", "telegram"]), st.integers(0, 40)
    )
)
def test_no_small_count_can_be_computed_from_the_others(counts: dict[str, int]) -> None:
    told = named(Facts(requests=requests(**counts)), "requests_by_scope")
    for cells in told.values():
        assert cells[0] in {0, FEW_TOLD, WITHHELD} or cells[0] >= FEW
    hidden = [code for code, cells in told.items() if isinstance(cells[0], str)]
    alone = [code for code in hidden if 0 < counts.get(code, 0) < FEW]
    if len(alone) == 1 and sum(n > 0 for n in counts.values()) > 1:
        assert len(hidden) > 1


def test_a_breakdown_that_its_sum_gives_away_is_withheld_whole() -> None:
    facts = Facts(requests=requests(host=10, url=1, domain=1))
    assert set(named(facts, "requests_by_scope").values()) == {(WITHHELD,)}
    facts = Facts(requests=requests(host=3))
    assert named(facts, "requests_by_category") == {WITHHELD: (WITHHELD,)}, "its codes tell as much"


def test_medians_of_few_are_not_told() -> None:
    spans = [Span("sent", NOON, NOON + timedelta(days=n)) for n in (1, 2, 3, 9)]
    assert named(Facts(spans=spans), "times")["sent"] == (FEW_TOLD, FEW_TOLD)
    spans.append(Span("sent", NOON, NOON + timedelta(days=2, hours=12)))
    assert named(Facts(spans=spans), "times")["sent"] == (5, 2.5)
    assert named(Facts(), "times")["sent"] == (0, "")


def test_appeals_and_how_long_they_took() -> None:
    decided = [
        Appealed(NOON, NOON + timedelta(days=n), "upheld" if n < 3 else "rejected")
        for n in range(1, 6)
    ]
    told = named(Facts(appeals=[*decided, Appealed(NOON, None, "open")], appeals_open=4), "appeals")
    assert told == {
        "received": (6, ""), "upheld": (2, ""), "rejected": (3, ""), "decided": (5, 3.0),
        "open": (4, ""),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [("2026-13-01", "2026-03-01", "not a date"), ("2026-03-02", "2026-03-01", "before it begins")],
)
def test_a_period_that_is_none_is_refused(first: str, last: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        Period.of(first, last, UTC)


def moved(order: Order, to: OrderState, days: float) -> None:
    OrderMove.objects.create(
        order=order, came_from="sent", to=to, moved_at=NOON + timedelta(days=days), actor="test",
        audit_seq=1,
    )  # fmt: skip


@pytest.mark.django_db
def test_the_facts_of_a_period_come_from_the_record() -> None:
    one, two, hidden = sent("one.test", "two.test", "hidden.test")
    Case.objects.update(opened_at=NOON - timedelta(days=3))
    Case.objects.filter(pk=hidden.request.case_id).update(restricted=True)
    who = person("supervisor1", Role.SUPERVISOR)
    for order in (one, two, hidden):
        DecisionRow.objects.create(
            case=order.request.case, person=who, review_round=1, verdict="confirm",
            led_to="confirmed", decided_at=NOON - timedelta(hours=12),
        )  # fmt: skip
        moved(order, OrderState.EXECUTED, 2)
    type(one.request).objects.update(review_round=1)
    moved(one, OrderState.VERIFIED, 4)
    moved(two, OrderState.REFUSED, 1)
    moved(two, OrderState.LIFT_SENT, 40)
    export_of([], 2, recipient="other", state="refused")
    type(one.export).objects.filter(number=2).update(findings=[["canary", "gov.test", "x"]])
    RunCount.objects.create(
        run=new_run(), stage="requests", name="failed", reason="refused by a safeguard", n=3
    )
    Appeal.objects.create(
        key="a", run=new_run(), received_at=NOON, due_at=NOON, about="one.test", asks="lift",
        grounds="ours", decided_at=NOON + timedelta(days=60), state="upheld",
    )  # fmt: skip
    Case.objects.filter(pk=one.request.case_id).update(state="requested")
    move(
        one.request.case_id, CaseState.EXPIRED, actor="test", reason="x",
        clock=lambda: NOON + timedelta(days=5),
    )  # fmt: skip
    facts = facts_of(MARCH)
    assert (facts.identified, facts.sent, facts.executed, facts.verified) == (2, 2, 2, 1)
    assert [r.scope for r in facts.requests] == ["host", "host"]
    assert (facts.exports_refused, facts.findings) == (1, ["canary"])
    assert facts.safeguards == [("refused by a safeguard", 3)]
    assert (facts.recipients_refused, facts.lift_sent, facts.lift_executed) == (1, 0, 0)
    assert facts.appeals == [Appealed(NOON, None, "open")], "decided after the period"
    assert (facts.appeals_open, facts.ended) == (1, ["expired"])
    took = {span.step: span.ended_at - span.began_at for span in facts.spans}
    assert took == {
        "confirmed": timedelta(days=2.5),
        "requested": timedelta(hours=12),
        "sent": timedelta(0),
        "executed": timedelta(days=2),
        "verified": timedelta(days=2),
    }
    empty = facts_of(Period.of("2025-01-01", "2025-12-31", UTC))
    assert named(empty, "stages")["identified"] == (0,)
    assert (empty.requests, empty.spans, empty.appeals) == ([], [], [])


@pytest.mark.django_db
def test_what_was_only_renewed_at_a_recipient_is_not_lifted() -> None:
    (before,) = sent("renewed.test")
    elsewhere = order_of(before.request, export_of([before.request], recipient="other"))
    rows = type(before.request).objects
    rows.update(renewal=1)
    after = request_of("renewed-again.test", case=before.request.case)
    rows.filter(pk=after.pk).update(renewal=2)
    held = order_of(after, export_of([after], 2))
    for order in (before, elsewhere):
        moved(order, OrderState.LIFT_SENT, 2)
        moved(order, OrderState.LIFT_EXECUTED, 3)
    facts = facts_of(MARCH)
    assert (facts.lift_sent, facts.lift_executed) == (1, 1), "where no renewal took its place"
    moved(held, OrderState.LIFT_SENT, 4)
    assert facts_of(MARCH).lift_sent == 2


@pytest.mark.django_db
def test_restricted_cases_are_in_no_refusal_and_no_appeal() -> None:
    case = new_case("host:hidden.test")
    Case.objects.filter(pk=case.pk).update(restricted=True)
    for key, about in (("a", case), ("b", None)):
        Appeal.objects.create(
            key=key, run=new_run(), received_at=NOON, due_at=NOON, about="x", asks="lift",
            grounds="ours", case=about,
        )  # fmt: skip
    RunCount.objects.create(
        run=new_run(), stage="requests", name="failed", reason=Why.RESTRICTED, n=3
    )
    facts = facts_of(MARCH)
    assert (len(facts.appeals), facts.appeals_open, facts.safeguards) == (1, 1, [])


def test_the_same_figures_give_the_same_bytes_in_every_form() -> None:
    facts = Facts(identified=1234, sent=7, requests=requests(host=30, url=3))
    made = [files_of("Unit <1>", MARCH.first, MARCH.last, tables(facts)) for _ in range(2)]
    assert made[0] == made[1]
    assert sorted(made[0]) == [
        "transparency.csv", "transparency.en.html", "transparency.json", "transparency.kk.html",
        "transparency.ru.html",
    ]  # fmt: skip
    told = json.loads(made[0]["transparency.json"])
    assert told["period"] == {"from": "2026-03-01", "to": "2026-03-31"}
    assert told["tables"]["stages"][0] == {"row": "identified", "number": 1234}
    rows = list(csv.DictReader(io.StringIO(made[0]["transparency.csv"].decode("utf-8-sig"))))
    by_scope = {r["row"]: r["number"] for r in rows if r["table"] == "requests_by_scope"}
    assert by_scope["url"] == FEW_TOLD
    page = made[0]["transparency.en.html"].decode()
    assert "Unit &lt;1&gt;" in page
    assert "&lt;5" in page
    assert '<html lang="kk">' in made[0]["transparency.kk.html"].decode()


def test_every_table_has_its_title() -> None:
    from review.transparency.words import ROWS, TITLES

    made: tuple[Rows, ...] = tables(Facts())
    assert [table.name for table in made] == list(TITLES)
    for table in made:
        for code, _ in table.rows:
            assert code in ROWS[table.name]


@pytest.mark.django_db
def test_the_command_writes_it_without_a_name_in_it(tmp_path: Path) -> None:
    sent("secret.test")
    call_command("transparency", "--from", "2026-03-01", "--to", "2026-03-31", "--output", tmp_path)
    for path in tmp_path.iterdir():
        text = path.read_text("utf-8")
        for name in ("secret", "analyst1", "regulator/"):
            assert name not in text
    assert len(list(tmp_path.iterdir())) == 5
    assert datetime.now(UTC).isoformat()[:10] not in (tmp_path / "transparency.json").read_text()


@pytest.mark.django_db
def test_the_console_hands_out_the_same_files() -> None:
    sent("secret.test")
    client = client_of(own(person("auditor1", Role.AUDITOR)))
    period = {"first": "2026-03-01", "last": "2026-03-31"}
    page = client.get(reverse("transparency"), period).content.decode()
    made = files_of(live.NARCOWATCH.blocking.authority.unit, MARCH.first, MARCH.last, tables(
        facts_of(Period.of("2026-03-01", "2026-03-31", timezone.get_default_timezone()))
    ))  # fmt: skip
    for name, data in made.items():
        address = reverse("transparency_file", args=[name])
        assert address in page
        answer = client.get(address, period)
        assert (answer.status_code, answer.content) == (200, data)
        assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    wrong = client.get(reverse("transparency"), {"first": "2026-03-31", "last": "2026-03-01"})
    assert wrong.status_code == 422
    assert client.get(reverse("transparency_file", args=["transparency.csv"])).status_code == 404
