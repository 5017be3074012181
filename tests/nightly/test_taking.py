"""What was sent from outside reaches the record once, and what became of it its senders."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from blocking.models import Appeal, Order
from cases import audit, tips
from cases.models import AuditEvent, CandidateRow, Case, Run, Tip, TipTaken, TurnedAway
from cases.moves import move
from domain.orders import OrderState
from domain.platforms import Platforms
from domain.states import CaseState
from domain.told import Asks, Told
from nightly import taking
from nightly.plan import SendingRules
from nightly.taking import take
from review.public import limits
from review.public.models import Item, Refused, ReportedTarget, Sending
from review.public.reading import read_links
from review.public.sending import (
    Appeal as Written,
)
from review.public.sending import (
    Report,
    opening,
    send_appeal,
    send_report,
    sending_of,
    told_together,
)
from tests.records import new_run
from tests.sent import sent

pytestmark = pytest.mark.django_db(databases=["default", "intake"])
PLATFORMS = Platforms(paths=frozenset({"telegra.ph"}))
RULES = SendingRules(PLATFORMS, 15, 30)


@pytest.fixture(autouse=True)
def made(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database of the tests is made in one piece, without the migrations that ``prepare``
    would look for; the tests of the process have a real one."""
    monkeypatch.setattr(taking, "prepare", lambda: None)


def report(text: str, words: str = "") -> str:
    return send_report(Report(read_links(text, PLATFORMS).links, words), opening()).number


def seen_by(number: str) -> Told:
    found = sending_of(number)
    assert found
    return told_together(found)


def test_a_tip_becomes_a_candidate_that_the_next_night_looks_at() -> None:
    report("https://shop.test/goods\n@shop_kz", "sells\nin the yard")
    run = new_run()
    assert take(run, RULES)["in", "tips taken"] == 2
    rows = CandidateRow.objects.order_by("pk").values_list("target__value", "url", "note")
    assert list(rows) == [
        ("shop.test", "https://shop.test/goods", "sells in the yard"),
        ("@shop_kz", "", "sells in the yard"),
    ]
    assert tips.add_waiting(run, limit=10).taken == 2
    assert Sending.objects.get().text == ""  # out there it is erased
    assert {taken.text for taken in TipTaken.objects.all()} == {"sells\nin the yard"}


def test_many_senders_of_one_target_are_one_tip() -> None:
    for link in ("https://many.test/", "many.test/a", "MANY.test"):
        report(link)
    take(new_run(), RULES)
    tip = Tip.objects.get()
    assert (tip.target.value, tip.senders) == ("many.test", 3)


class Killed(BaseException):
    """Nothing catches it, as nothing catches a kill."""


@pytest.mark.parametrize("after", ["the record", "some items", "turned away"])
def test_what_was_cut_short_is_taken_once(after: str, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = [report(f"https://s{n}.test\n@channel_{n}", f"words {n}") for n in range(3)]
    send_appeal(Written("s1.test", Asks.LIFT, "not ours"), opening())
    yesterday = datetime.now(UTC) - timedelta(days=1)
    limits.count_refused("too often", clock=lambda: yesterday)
    killed = list[str]()

    def dies(*arguments: object, **options: object) -> None:
        killed.append(after)
        raise Killed

    with monkeypatch.context() as patch:
        if after == "the record":
            patch.setattr(Sending, "save", dies)
        elif after == "some items":
            seen = iter(range(100))
            really = tips.keep
            patch.setattr(
                tips, "keep", lambda *a, **k: dies() if next(seen) == 3 else really(*a, **k)
            )
        else:
            patch.setattr(Refused, "delete", dies)
        run = new_run()
        with pytest.raises(Killed):
            take(run, RULES)
    assert killed
    done = take(run, RULES)
    assert done["in", "tips taken"] == 6
    assert done["in", "appeals taken"] == 1
    assert done["skipped", "turned away outside: too often"] == 1
    assert {tip.senders for tip in Tip.objects.all()} == {1}
    assert TurnedAway.objects.get().n == 1
    assert Refused.objects.count() == 0
    assert take(new_run(), RULES)["in", "appeals taken"] == 0
    assert TipTaken.objects.count() == 6
    assert {seen_by(number) for number in numbers} == {Told.RECEIVED}
    assert audit.verify().holds


def test_what_the_public_process_says_is_not_believed() -> None:
    """A process that strangers took over can write anything into its own tables."""
    report("https://good.test")
    good = Item.objects.get()
    told = {"told_at": good.sending.sent_at}
    for kind, value, url in (
        ("host", "10.0.0.7", "http://10.0.0.7/"),
        ("host", "good.test", "http://10.0.0.8/"),
        ("host", "a b", "http://a b/"),
        ("url", "file:///etc/passwd", "file:///etc/passwd"),
    ):
        target, _ = ReportedTarget.objects.get_or_create(kind=kind, value=value, defaults=told)
        number = len(Sending.objects.all())
        bad = Sending.objects.create(
            number_hash=f"{number}", once=f"{number}", body="", kind="tip", via="page",
            sent_at=good.sending.sent_at, **told,
        )  # fmt: skip
        Item.objects.create(sending=bad, target=target, url=url)
    done = take(new_run(), RULES)
    assert done["in", "tips taken"] == 1
    assert done["skipped", "tip refused: inside"] == 2
    assert done["skipped", "tip refused: unreadable"] == 2
    assert [case.target.value for case in Case.objects.all()] == ["good.test"]


def moved(host: str, *states: CaseState) -> Case:
    case = Case.objects.get(target__value=host)
    for state in states:
        case = move(case.pk, state, actor="test", reason="set up")
    return case


def test_a_sender_cannot_tell_a_held_or_restricted_case_from_one_in_review() -> None:
    S = CaseState
    numbers = {host: report(host) for host in ("review.test", "held.test", "kept.test", "no.test")}
    take(new_run(), RULES)
    assert {seen_by(number) for number in numbers.values()} == {Told.RECEIVED}
    moved("review.test", S.ASSESSED, S.IN_REVIEW)
    moved("held.test", S.ASSESSED, S.IN_REVIEW, S.ON_HOLD)
    moved("no.test", S.ASSESSED, S.SCREENED_OUT)
    moved("kept.test", S.ASSESSED, S.SCREENED_OUT)
    Case.objects.filter(target__value="kept.test").update(restricted=True)
    take(new_run(), RULES)
    told = {host: seen_by(number) for host, number in numbers.items()}
    assert told == {
        "review.test": Told.LOOKING,
        "held.test": Told.LOOKING,
        "kept.test": Told.LOOKING,
        "no.test": Told.CLOSED,
    }


def test_an_outcome_stays_told_and_a_block_is_told_when_it_is_done() -> None:
    number, closed = report("sent.test"), report("closed.test")
    take(new_run(), RULES)
    moved("closed.test", CaseState.ASSESSED, CaseState.SCREENED_OUT)
    (order,) = sent("sent.test")
    Case.objects.filter(target__value="sent.test").update(state=CaseState.REQUESTED)
    take(new_run(), RULES)
    assert (seen_by(number), seen_by(closed)) == (Told.LOOKING, Told.CLOSED)
    order.state = OrderState.EXECUTED
    order.save()
    Case.objects.filter(target__value="closed.test").update(restricted=True)
    take(new_run(), RULES)
    assert (seen_by(number), seen_by(closed)) == (Told.ACTED, Told.CLOSED)


def test_what_had_its_outcome_long_ago_is_erased_out_there() -> None:
    number = report("old.test")
    take(new_run(), RULES)
    moved("old.test", CaseState.ASSESSED, CaseState.SCREENED_OUT)
    take(new_run(), RULES)
    later = datetime.now(UTC) + timedelta(days=31)
    assert take(new_run(), RULES, clock=lambda: later)["out", "sendings erased"] == 1
    assert sending_of(number) is None
    assert Tip.objects.get().senders == 1


def test_an_appeal_is_taken_with_its_deadline_and_what_it_is_about() -> None:
    (order,) = sent("shop.test")
    number = send_appeal(
        Written("https://goods.shop.test/page", Asks.NARROW, "half of it", "me@mail.test"),
        opening(),
    ).number
    take(new_run(), RULES)
    appeal = Appeal.objects.get()
    assert appeal.case == order.request.case
    assert appeal.due_at - appeal.received_at == timedelta(days=15)
    assert (appeal.grounds, appeal.contact) == ("half of it", "me@mail.test")
    kept = Sending.objects.get()
    assert (kept.text, kept.contact) == ("", "")
    assert seen_by(number) is Told.LOOKING
    (event,) = AuditEvent.objects.filter(action="appeal.received")
    assert "half of it" not in str(event.details)
    Appeal.objects.update(state="rejected", answer="Because.")
    take(new_run(), RULES)
    kept.refresh_from_db()
    assert (seen_by(number), kept.answer) == (Told.REJECTED, "Because.")


def test_an_upheld_appeal_is_told_as_lifted_when_every_recipient_has_answered() -> None:
    (order,) = sent("shop.test")
    number = send_appeal(Written("shop.test", Asks.LIFT, "not ours", ""), opening()).number
    take(new_run(), RULES)
    Appeal.objects.update(state="upheld", answer="You are right.")
    for state in (OrderState.EXECUTED, OrderState.LIFT_SENT):
        Order.objects.filter(pk=order.pk).update(state=state)
        take(new_run(), RULES)
        assert seen_by(number) is Told.UPHELD
    Order.objects.filter(pk=order.pk).update(state=OrderState.LIFT_EXECUTED)
    take(new_run(), RULES)
    assert seen_by(number) is Told.LIFTED
    assert Sending.objects.get().answer == "You are right."


def test_where_nothing_is_taken_in_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking, "is_made", lambda: False)
    assert take(Run.objects.create(kind="night", started_at=datetime.now(UTC)), RULES) == {}
