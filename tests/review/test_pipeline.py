"""Where cases stand and how long steps take, against a record small enough to count by hand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from blocking.models import BlockingRequest, Export, Order
from cases import undoing
from cases.models import Case
from cases.moves import move
from domain.clock import utc_now
from domain.orders import OrderState
from domain.states import CaseState
from review import pipeline, service
from review.overview import TABLES, Overview
from tests.people import analyst, supervisor
from tests.records import case_in, new_case
from tests.review.deciding import START, at, decided, queued, say

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 8)


def rows(name: str) -> list[tuple[object, ...]]:
    return [*TABLES[name](Overview(4, TODAY)).rows]


def request_for(case: Case, hours: float) -> BlockingRequest:
    return BlockingRequest.objects.create(
        id=f"00000000-0000-4000-8000-{case.pk:012}", case=case, review_round=case.review_round,
        action="block", scope="host", values=["a.test"], sort_key="a.test", territory="KZ",
        document="{}", sha256="0" * 64, valid_from=at(hours)(),
        valid_until=at(hours)() + timedelta(days=90),
    )  # fmt: skip


def order(request: BlockingRequest, recipient: str, state: OrderState, sent: float, changed: float):
    export, _ = Export.objects.get_or_create(
        recipient=recipient, number=1, defaults={"state": "released", "built_at": START,
        "content_sha256": "0" * 64},
    )  # fmt: skip
    Order.objects.create(
        request=request, recipient=recipient, state=state, export=export, sent_at=at(sent)(),
        changed_at=at(changed)(),
    )  # fmt: skip


@pytest.fixture
def world(db: None) -> None:
    """Nine cases, of which one is of the restricted queue."""
    one, two = analyst("one"), supervisor("two")
    new_case("host:new.test")
    case_in(CaseState.SCREENED_OUT, "host:garden.test")
    queued("waits", asked=3, regions=["KZ-75", "KZ-71"], substances=["cathinones"])
    decided("escalated", [(one, "escalate")])
    decided("dismissed", [(one, "dismiss")], regions=["KZ-75"])
    first = decided("telegram:12345", [(one, "confirm")], regions=["KZ-75"], asked=2)
    say(first, two, "confirm", hours=5)
    second = decided(
        "asked", [(one, "confirm"), (two, "confirm")], substances=["cathinones", "mdma"]
    )
    hidden = decided("hidden", [(one, "confirm"), (two, "confirm")], regions=["KZ-10"])
    request_for(hidden, 4)
    Case.objects.filter(pk=hidden.pk).update(restricted=True)
    request = request_for(second, 6)
    move(second.pk, CaseState.REQUESTED, actor="system:export", reason="asked", clock=at(6))
    order(request, "regulator", OrderState.VERIFIED, 8, 32)
    order(request, "telecom", OrderState.SENT, 9, 9)
    gone = case_in(CaseState.CONFIRMED, "host:gone.test")
    move(gone.pk, CaseState.UNREACHABLE, actor="test", reason="set up")


def test_how_far_cases_have_come(world: None) -> None:
    assert rows("steps") == [
        ("found", 8), ("assessed", 7), ("put before people", 6), ("decided", 4), ("confirmed", 3),
        ("requested", 1),
    ]  # fmt: skip


def test_sent_ordered_and_verified_stand_apart(world: None) -> None:
    found = dict(rows("orders"))
    assert found["sent, no answer yet"] == 1
    assert found["verified blocked"] == 1
    assert sum(found.values()) == 2
    assert len(found) == len(OrderState)


def test_where_nothing_was_sent_there_are_no_orders(db: None) -> None:
    assert rows("orders") == []


def test_where_cases_stand(world: None) -> None:
    found = dict(rows("states"))
    assert {name: n for name, n in found.items() if n} == {
        "new": 1, "screened out": 1, "in review": 1, "escalated": 1, "dismissed": 1, "confirmed": 2,
        "requested": 1,
    }  # fmt: skip


def test_how_long_steps_take(world: None) -> None:
    assert rows("times") == [
        ("found to put before people", 6, 1.0),  # 3, 1, 1, 2, 1 and 0 hours
        ("put before people to confirmed", 2, 2.0),  # 3 and 1
        ("confirmed to requested", 1, 4.0),
        ("requested to sent, each recipient", 2, 2.5),
        ("sent to verified blocked, each recipient", 1, 24.0),
    ]


def test_by_region_and_substance(world: None) -> None:
    regions = {row[0]: row[1:] for row in rows("regions")}
    assert regions["Almaty"] == (3, 1, 1, 1)
    assert regions["Astana"] == (1, 1, 0, 0)
    assert regions["Abai Region"] == (0, 0, 0, 0), "a restricted case counts nowhere"
    assert regions["not known"] == (3, 1, 0, 2)
    assert len(regions) == 21
    assert rows("substances") == [
        ("cathinones", 2, 1, 0, 1),
        ("MDMA", 1, 0, 0, 1),
        ("not known", 4, 1, 1, 2),
    ]


def test_by_kind_and_week(world: None) -> None:
    assert rows("kinds")[1:] == [
        ("site", 5, 2, 1, 2), ("onion site", 0, 0, 0, 0), ("Telegram channel", 1, 0, 0, 1),
    ]  # fmt: skip
    weeks = rows("weeks")
    days = [str(row[0]) for row in weeks]
    assert days == [
        "2026-02-09",
        "2026-02-16",
        "2026-02-23",
        "2026-03-02",
    ]
    assert weeks[-1] == (date(2026, 3, 2), 5, 2, 1)


def test_a_week_begins_at_midnight_where_the_house_is(db: None, settings) -> None:
    assert settings.TIME_ZONE == "Asia/Almaty"
    queued("sunday", opened=-11.1)  # 23:54 there
    queued("monday", opened=-10.9)  # 00:06 there, still Sunday in UTC
    assert [row[1] for row in rows("weeks")[-2:]] == [1, 1]


def test_an_undone_confirmation_is_no_step(db: None) -> None:
    one, two = analyst("one"), supervisor("two")
    case = queued("a")
    say(case, one, "confirm", 2)
    say(case, two, "confirm", 3)
    undoing.undo(case.pk, two, timedelta(minutes=1), clock=at(3))
    assert rows("times")[1] == ("put before people to confirmed", 0, None)
    say(case, supervisor("three"), "confirm", 7)
    assert rows("times")[1] == ("put before people to confirmed", 1, 6.0)


def test_a_confirmed_case_that_is_held_was_confirmed(db: None) -> None:
    one, two = analyst("one"), supervisor("two")
    case = decided("a", [(one, "confirm"), (two, "confirm")])
    request_for(case, 6)
    move(case.pk, CaseState.REQUESTED, actor="system:requests", reason="asked")
    other = decided("b", [(one, "confirm"), (two, "confirm")])
    service.hold(other.pk, one, reason="watched", until=utc_now() + timedelta(days=1))
    steps = dict(rows("steps"))
    assert (steps["decided"], steps["confirmed"], steps["requested"]) == (2, 2, 1)
    move(case.pk, CaseState.WITHDRAWN, actor="two", reason="gone")
    move(case.pk, CaseState.IN_REVIEW, actor="system:assess", reason="back")
    steps = dict(rows("steps"))
    assert (steps["decided"], steps["confirmed"], steps["requested"]) == (1, 1, 0)


def test_weeks() -> None:
    assert pipeline.weeks(2, date(2026, 3, 1)) == [date(2026, 2, 16), date(2026, 2, 23)]


def test_hours() -> None:
    pairs = [(START, START + timedelta(hours=n)) for n in (1, 2, 9)]
    assert pipeline.hours(pairs) == (3, 2)
    assert pipeline.hours([]) == (0, None)


def test_the_map_has_what_the_table_has(world: None) -> None:
    tiles = {tile.lines: tile.number for tile in Overview(4, TODAY).region_map().tiles}
    assert tiles["Almaty",] == 1
    assert sum(tiles.values()) == 1


@pytest.mark.parametrize("read", [pipeline.queued_since, pipeline.confirmed_since])
def test_the_chain_is_searched_by_subject_and_not_walked_for_every_case(db: None, read) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("the plan is read as SQLite tells it")
    with CaptureQueriesContext(connection) as queries:
        read(START)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {queries[-1]['sql']}")
        plan = [row[-1] for row in cursor.fetchall()]
    assert any("audit_by_subject (subject=? AND action=?" in line for line in plan), plan
