"""What recipients answer moves their orders, once, and every row is told what came of it."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from blocking.models import Order, OrderMove, Receipt, ReceiptEntry
from blocking.plan import Bounds
from blocking.receipts import Received, receive_answer, receive_file
from cases import audit
from cases.models import AuditEvent, Person
from cases.people import Role
from domain.errors import InputError
from domain.orders import OrderState
from domain.outcomes import Outcome
from domain.receipts import answered
from tests.people import person
from tests.records import NOON
from tests.sent import request_of, sent

pytestmark = pytest.mark.django_db
S, O = OrderState, Outcome  # noqa: E741
LATER = NOON + timedelta(days=2)


@pytest.fixture
def regulator(db: None) -> Person:
    return person("regulator1", Role.REGULATOR)


@pytest.fixture
def take(regulator: Person):
    def call(*rows: tuple[object, ...], recipient: str = "regulator", **bounds: int) -> Received:
        text = "id,answer,reason,at\n" + "".join(",".join(map(str, row)) + "\n" for row in rows)
        return receive_file(
            recipient,
            text.encode(),
            regulator,
            name="answers.csv",
            bounds=Bounds(**bounds),
            zone=UTC,
            clock=lambda: LATER,
        )

    return call


def outcomes() -> list[tuple[int, str]]:
    return list(ReceiptEntry.objects.order_by("line", "pk").values_list("line", "outcome"))


def states() -> dict[str, str]:
    return dict(Order.objects.values_list("request__sort_key", "state"))


def test_answers_move_orders_and_bad_rows_take_none_along(take) -> None:
    one, two, three = sent("one.test", "two.test", "three.test")
    done = take(
        (one.request_id, "accepted", "", ""),
        (two.request_id, "refused", "court says no", ""),
        ("one.test", "accepted", "", ""),
        (three.request_id, "executed", "", "2026-03-02T09:00"),
        (uuid.uuid4(), "accepted", "", ""),
        (three.request_id, "lifted", "", "2026-03-03"),
    )
    assert states() == {"one.test": S.ACCEPTED, "two.test": S.REFUSED, "three.test": S.EXECUTED}
    assert outcomes() == [
        (2, O.APPLIED),
        (3, O.APPLIED),
        (4, O.BAD),
        (5, O.APPLIED),
        (6, O.UNKNOWN),
        (7, O.CONFLICT),
    ]
    assert done.receipt.counts == {"applied": 3, "bad": 1, "conflict": 1, "unknown": 1}
    move = OrderMove.objects.get(to=S.EXECUTED)
    assert (move.receipt, move.happened_at) == (
        done.receipt,
        datetime(2026, 3, 2, 9, tzinfo=UTC),
    )
    event = AuditEvent.objects.get(action="receipt.received")
    assert event.details["sha256"] == done.receipt.sha256
    assert event.details["rows"] == done.receipt.counts
    assert audit.verify().holds


def test_the_same_file_again_does_nothing(take) -> None:
    (one,) = sent("one.test")
    row = (one.request_id, "accepted", "", "")
    first = take(row)
    Order.objects.update(state=S.SENT)
    again = take(row)
    assert (again.receipt, again.again) == (first.receipt, True)
    assert states() == {"one.test": S.SENT}
    assert Receipt.objects.count() == 1
    assert AuditEvent.objects.filter(action="receipt.received").count() == 1


def test_what_was_said_before_changes_nothing(take) -> None:
    (one,) = sent("one.test")
    take((one.request_id, "executed", "", "2026-03-02"))
    take(
        (one.request_id, "accepted", "", ""),
        (one.request_id, "executed", "", "2026-03-02"),
        (one.request_id, "executed", "", "2026-03-03"),
    )
    assert outcomes() == [(2, O.APPLIED), (2, O.UNCHANGED), (3, O.UNCHANGED), (4, O.UNCHANGED)]
    assert states() == {"one.test": S.EXECUTED}
    assert OrderMove.objects.count() == 1


def test_later_rows_stand_on_what_earlier_ones_did(take) -> None:
    (one,) = sent("one.test")
    take(
        (one.request_id, "refused", "not ours", ""),
        (one.request_id, "executed", "", "2026-03-02"),
        (one.request_id, "refused", "not ours", ""),
    )
    assert outcomes() == [(2, O.APPLIED), (3, O.APPLIED), (4, O.CONFLICT)]
    ways = list(OrderMove.objects.values_list("came_from", "to"))
    assert ways == [(S.SENT, S.REFUSED), (S.REFUSED, S.ACCEPTED), (S.ACCEPTED, S.EXECUTED)]


def test_another_recipients_entries_are_not_moved(take) -> None:
    (theirs,) = sent("theirs.test", recipient="resolver")
    sent("ours.test")
    nobodys = request_of("nobodys.test")
    take((theirs.request_id, "accepted", "", ""), (nobodys.pk, "accepted", "", ""))
    assert outcomes() == [(2, O.FOREIGN), (3, O.FOREIGN)]
    assert not ReceiptEntry.objects.exclude(order=None).exists()
    assert set(states().values()) == {S.SENT}


@pytest.mark.parametrize("at", ["2026-03-03T12:11:00", "2026-02-27", "2027-01-01"])
def test_times_to_come_and_from_before_it_was_sent_are_no_answer(take, at: str) -> None:
    (one,) = sent("one.test")
    take((one.request_id, "executed", "", at))
    assert outcomes() == [(2, O.CONFLICT)]
    assert states() == {"one.test": S.SENT}


@pytest.mark.parametrize("at", ["2026-03-03T12:09:00", "2026-03-01", "2026-02-28T13:00:00"])
def test_clocks_may_differ_a_little_and_dates_begin_at_midnight(take, at: str) -> None:
    (one,) = sent("one.test")
    take((one.request_id, "executed", "", at))
    assert outcomes() == [(2, O.APPLIED)]


def test_a_file_that_is_too_large_or_empty_is_refused_and_rows_beyond_are_counted(take) -> None:
    (one,) = sent("one.test")
    row = (one.request_id, "accepted", "", "")
    with pytest.raises(InputError, match=r"has \d+ bytes, the most is 50"):
        take(row, max_bytes=50)
    with pytest.raises(InputError, match="holds no answer"):
        take()
    with pytest.raises(InputError, match="holds no answer"):
        take((one.request_id, "", "", ""))
    assert not Receipt.objects.exists()
    done = take(row, row, row, max_rows=2)
    assert (done.receipt.beyond, outcomes()) == (1, [(2, O.APPLIED), (3, O.UNCHANGED)])


def test_a_typed_answer_counts_once_a_sending(regulator: Person) -> None:
    (one,) = sent("one.test")

    def say(once: str, **cells: str) -> Received:
        answer = answered(1, {"id": str(one.request_id), **cells}, UTC)
        return receive_answer("regulator", answer, regulator, once=once, clock=lambda: LATER)

    assert not say("a", answer="accepted").again
    assert say("a", answer="accepted").again
    assert not say("b", answer="accepted").again
    assert outcomes() == [(1, O.APPLIED), (1, O.UNCHANGED)]


def test_rows_cost_no_query_each(take, django_assert_max_num_queries) -> None:
    few = sent("one.test", "two.test")
    with django_assert_max_num_queries(22) as used:
        take(*((order.request_id, "accepted", "", "") for order in few))
    many = sent(*(f"shop{n}.test" for n in range(80)), number=2)
    with django_assert_max_num_queries(len(used)):
        take(*((order.request_id, "accepted", "", "") for order in many))
    assert Order.objects.filter(state=OrderState.ACCEPTED).count() == len(few) + len(many)
