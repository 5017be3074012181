"""A release held against the answers to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from blocking.models import Export, Order, ReceiptEntry
from blocking.orders import Step, move
from blocking.plan import Bounds
from blocking.receipts import receive_file
from blocking.reconciling import Reconciled, Reconciliation, answers_to
from blocking.states import ExportState
from cases.models import Case, Person
from cases.people import Role
from domain.errors import InputError
from domain.gaps import Gap
from domain.orders import OrderState
from tests.people import person
from tests.records import NOON
from tests.sent import export_of, order_of, request_of, sent

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=2)


@pytest.fixture
def regulator(db: None) -> Person:
    return person("regulator1", Role.REGULATOR)


@pytest.fixture
def answer(regulator: Person):
    def call(*rows: tuple[object, ...], recipient: str = "regulator", at: datetime = LATER) -> None:
        text = "id,answer,reason,at\n" + "".join(",".join(map(str, row)) + "\n" for row in rows)
        receive_file(
            recipient, text.encode(), regulator, name="a.csv", bounds=Bounds(), zone=UTC,
            clock=lambda: at,
        )  # fmt: skip

    return call


def reconcile(export: Export) -> Reconciled:
    return Reconciliation.of(export).figures()


def hosts(export: Export, gap: Gap) -> list[str]:
    return list(
        Reconciliation.of(export).orders_in(gap).values_list("request__sort_key", flat=True)
    )


def test_a_release_of_which_all_was_answered_has_no_gap(answer) -> None:
    one, two = sent("one.test", "two.test")
    answer((one.request_id, "accepted", "", ""), (two.request_id, "refused", "not ours", ""))
    answer((one.request_id, "executed", "", "2026-03-02"))
    found = reconcile(one.export)
    assert (found.sent, found.lifted, found.whole) == (2, 0, True)


def test_what_nobody_answered_is_named(answer) -> None:
    one, _two, three = sent("one.test", "two.test", "three.test")
    answer((one.request_id, "accepted", "", ""))
    answer((three.request_id, "executed", "", "2027-01-01"))
    assert hosts(one.export, Gap.UNANSWERED) == ["two.test", "three.test"], "a misfit is no answer"
    assert reconcile(one.export).gaps[Gap.UNANSWERED] == 2


def test_answered_twice_is_told_apart_by_whether_it_contradicts(answer) -> None:
    orders = sent("again.test", "both.test", "late.test", "misfit.test", "fine.test")
    again, both, late, misfit, fine = (order.request_id for order in orders)
    answer((again, "accepted", "", ""), (both, "refused", "not ours", ""))
    answer((again, "accepted", "", ""), (both, "executed", "", "2026-03-02"), (again, "accepted"))
    answer((late, "executed", "", "2026-03-02"), (late, "accepted", "", ""))
    answer((misfit, "lifted", "", "2026-03-02"), (fine, "accepted", "", ""))
    export = orders[0].export
    assert hosts(export, Gap.REPEATED) == ["again.test"]
    assert hosts(export, Gap.CONTRADICTING) == ["both.test", "misfit.test"]
    said = answers_to(Reconciliation.of(export).orders_in(Gap.CONTRADICTING))
    assert [row.answer for row in said] == ["refused", "executed", "lifted"]


def test_answers_about_what_was_never_sent_belong_to_the_release_of_their_time(answer) -> None:
    first = sent("ours.test")[0].export
    (theirs,) = sent("theirs.test", recipient="operators")
    answer((uuid4(), "accepted", "", ""), (theirs.request_id, "accepted", "", ""))
    second = export_of([], 2)
    Export.objects.filter(pk=second.pk).update(released_at=LATER + timedelta(days=1))
    second.refresh_from_db()
    stray = uuid4()
    answer((stray, "accepted", "", ""), at=LATER + timedelta(days=2))
    assert [reconcile(first).gaps[gap] for gap in (Gap.UNKNOWN, Gap.FOREIGN)] == [1, 1]
    assert [row.entry for row in Reconciliation.of(second).rows_in(Gap.UNKNOWN)] == [str(stray)]
    assert reconcile(theirs.export).gaps[Gap.UNKNOWN] == 0, "another recipient's"


def test_a_lifting_is_chased_with_the_release_that_said_it_first(answer) -> None:
    one, two = sent("one.test", "two.test")
    answer((one.request_id, "accepted", "", ""))
    second, third = export_of([], 2), export_of([], 3)
    for export, days in ((second, 3), (third, 5)):
        export.released_at = NOON + timedelta(days=days)
        export.save()
    steps = [Step(order, OrderState.LIFT_SENT) for order in Order.objects.order_by("pk")]
    move(steps, actor="supervisor1", subject="export:regulator/2", clock=lambda: second.released_at)
    assert hosts(second, Gap.LIFT_UNANSWERED) == ["one.test", "two.test"]
    assert (reconcile(second).lifted, reconcile(third).lifted) == (2, 0)
    answer((two.request_id, "lifted", "", "2026-03-05"), at=NOON + timedelta(days=4))
    assert hosts(second, Gap.LIFT_UNANSWERED) == ["one.test"]
    assert reconcile(second).lifted == 2


def test_answers_to_an_earlier_sending_do_not_count_for_the_next(answer) -> None:
    (one,) = sent("one.test")
    answer((one.request_id, "refused", "not ours", ""))
    again = export_of([one.request], 2)
    Order.objects.filter(pk=one.pk).update(
        state=OrderState.SENT, export=again, sent_at=LATER + timedelta(days=1)
    )
    assert hosts(again, Gap.UNANSWERED) == ["one.test"]
    answer((one.request_id, "accepted", "", ""), at=LATER + timedelta(days=2))
    assert reconcile(again).whole


def test_restricted_cases_are_in_no_gap_and_no_figure(answer) -> None:
    one, two = sent("one.test", "two.test")
    Case.objects.filter(pk=one.request.case_id).update(restricted=True)
    found = reconcile(one.export)
    assert (found.sent, found.gaps[Gap.UNANSWERED]) == (1, 1)
    assert hosts(two.export, Gap.UNANSWERED) == ["two.test"]


def test_what_was_not_released_is_not_reconciled() -> None:
    export = export_of([], state=ExportState.BUILT)
    with pytest.raises(InputError, match="regulator/1 was not released"):
        reconcile(export)


def test_it_takes_as_many_queries_for_many_answers(answer, django_assert_num_queries) -> None:
    orders = sent(*(f"shop{n}.test" for n in range(30)))
    for _ in range(2):
        answer(*((order.request_id, "accepted", _, "") for order in orders))
    assert ReceiptEntry.objects.count() == 60
    with django_assert_num_queries(10):
        assert reconcile(orders[0].export).gaps[Gap.REPEATED] == 30


def test_another_recipients_orders_are_another_release() -> None:
    (ours,) = sent("one.test")
    theirs = export_of([ours.request], 1, recipient="operators")
    order_of(ours.request, theirs)
    request_of("unsent.test")
    assert reconcile(ours.export).sent == reconcile(theirs).sent == 1
