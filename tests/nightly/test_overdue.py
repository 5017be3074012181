"""What is due and was not done is named in the morning report, and makes no night fail."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from rich.console import Console

from blocking.models import Appeal, Order
from cases import proposals
from cases.models import Case
from domain.orders import OrderState
from domain.rechecks import ProposalKind
from nightly import reporting
from nightly.plan import Deadlines
from nightly.rendering import to_html, to_terminal
from nightly.report import EXIT_COMPLETE, Report
from tests.records import NOON, new_case, new_run
from tests.sent import sent

pytestmark = pytest.mark.django_db
DEADLINES = Deadlines(("regulator",), answer_days=3, proposal_days=7)


def report(days: float) -> Report:
    now = NOON + timedelta(days=days)
    return reporting.build(new_run(), (), DEADLINES, clock=lambda: now)


def printed(found: Report) -> str:
    out = StringIO()
    to_terminal(found, Console(file=out, width=200))
    return out.getvalue()


def test_answers_that_are_overdue_are_named_by_recipient_with_their_age() -> None:
    _one, two = sent("one.test", "two.test")
    Case.objects.update(state="requested")
    sent("gone.test", recipient="former")  # its case does not stand requested
    Order.objects.filter(recipient="former").update(state=OrderState.EXECUTED)
    Order.objects.filter(pk=two.pk).update(state=OrderState.LIFT_SENT)
    found = report(10)
    owed = {(line.recipient, line.owed): line for line in found.overdue_answers}
    assert owed["regulator", "answer"].named == ["host:one.test"]
    assert owed["regulator", "answer"].days == 10
    assert owed["regulator", "lifted"].named == ["host:two.test"]
    assert not owed["former", "not_sent"].listed
    text, page = printed(found), to_html(found)
    for told in (
        "regulator has not answered 1 entry, the oldest for 10 days: host:one[.]test",
        "regulator has not said that it lifted 1 entry, the oldest for 10 days: host:two[.]test",
        "the settings do not name it any more",
    ):
        assert told in text
        assert told in page
    assert found.exit_code == EXIT_COMPLETE


def test_many_are_counted_and_five_named() -> None:
    sent(*(f"shop{n}.test" for n in range(9)))
    Case.objects.update(state="requested")
    (line,) = report(4).overdue_answers
    assert line.count == 9
    text = printed(report(4))
    assert "has not answered 9 entries, the oldest for 4 days: host:shop0[.]test" in text
    assert "host:shop4[.]test, …" in text
    assert "shop5" not in text


def test_proposals_are_due_after_their_days_or_at_the_date_that_they_name() -> None:
    case, run = new_case(), new_run()
    soon = {"says": "x", "due": (NOON + timedelta(days=2)).isoformat()}
    for kind, evidence in ((ProposalKind.GONE, {"says": "x"}), (ProposalKind.LIFT, soon)):
        proposals.propose(case, run, kind, evidence, clock=lambda: NOON)
    assert report(1).overdue_proposals == []
    assert len(report(3).overdue_proposals) == 1
    found = report(8)
    assert len(found.overdue_proposals) == 2
    assert "overdue: proposal" in printed(found)
    assert "shop[.]test, due 2026-03-" in to_html(found)
    Case.objects.update(restricted=True)
    assert report(8).overdue_proposals == []


def test_appeals_are_named_by_number_alone() -> None:
    appeal = Appeal.objects.create(
        key="appeal/1", run=new_run(), received_at=NOON, due_at=NOON + timedelta(days=15),
        about="shop.test", asks="lift", grounds="not ours",
    )  # fmt: skip
    assert report(14).overdue_appeals == []
    found = report(16)
    assert [line.partition(",")[0] for line in found.overdue_appeals] == [f"appeal {appeal.pk}"]
    assert "shop" not in "".join(found.overdue_appeals)
    assert f"Overdue: appeal {appeal.pk}" in to_html(found)
    assert found.exit_code == EXIT_COMPLETE
