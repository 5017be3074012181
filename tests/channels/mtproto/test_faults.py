"""What goes wrong while an account reads: after it no post is lost, none doubled, budgets hold."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases.models import Capture, DocumentRow, RunCount
from channels.accounts.ledger import Budget, RequestClass, Spent
from channels.models import AccountWait, ChannelCursor, GonePost
from channels.mtproto.failures import AccountLost, Unreachable
from domain.captures import Outcome
from domain.clock import utc_now
from tests.channels.mtproto.accounts import PLENTY, QUICK, Readers
from tests.channels.mtproto.visits import Visits
from tests.world.mtproto.directory import Chat
from tests.world.mtproto.faults import Break, RpcFault
from tests.world.mtproto.server import TelegramDouble

pytestmark = pytest.mark.django_db
EVERYTHING = [*range(1, 251)]
LONG = RpcFault(420, "FLOOD_WAIT_72000")
FLOODED = {
    "ResolveUsername": RequestClass.RESOLVE,
    "GetFullChannel": RequestClass.INFO,
    "GetHistory": RequestClass.HISTORY,
    "GetUsers": RequestClass.OTHER,
}


def outcomes(name: str = "") -> list[str]:
    rows = Capture.objects.filter(url__contains=name).order_by("pk")
    return [*rows.values_list("outcome", flat=True)]


@pytest.mark.parametrize("fault", [Break.CUT_BEFORE, Break.CUT_WITHIN, Break.TWICE, Break.SILENT])
@pytest.mark.parametrize("method", ["ResolveUsername", "GetFullChannel", "GetHistory"])
def test_broken_connections_are_got_over(
    method: str,
    fault: Break,
    double: TelegramDouble,
    readers: Readers,
    shop: Chat,
    visits: Visits,
) -> None:
    double.faults.order(method, fault, after=int(method == "GetHistory"))
    reading = readers.of(timeout_s=1.5 if fault is Break.SILENT else 20.0)
    assert visits.visit(reading) is Outcome.OK
    assert visits.posts() == EVERYTHING
    assert double.faults.left == 0
    visits.check(reading)
    again = {Break.TWICE: 1}.get(fault, 2)
    assert max(Capture.objects.values_list("requests", flat=True)) == again


def test_a_server_that_restarts_is_waited_for(
    double: TelegramDouble, readers: Readers, shop: Chat, visits: Visits
) -> None:
    reading = readers.of()
    batches = reading.reader.read("some_shop", at_most=1)
    next(batches)
    double.stop()
    with pytest.raises(Unreachable):
        visits.visit(reading)
    assert not visits.done()
    double.skew_s = 4000.0
    double.start()
    assert visits.visit(reading) is Outcome.OK
    assert visits.posts() == EVERYTHING


@pytest.mark.parametrize("method", FLOODED)
def test_short_flood_waits_are_sat_out(
    method: str, double: TelegramDouble, readers: Readers, shop: Chat, visits: Visits
) -> None:
    double.faults.order(method, RpcFault(420, "FLOOD_WAIT_2"), after=int(method == "GetHistory"))
    reading = readers.of()
    before = utc_now()
    assert visits.visit(reading) is Outcome.OK
    assert utc_now() - before >= timedelta(seconds=2)
    assert visits.posts() == EVERYTHING
    assert AccountWait.objects.get().kind == FLOODED[method]
    visits.check(reading)


@pytest.mark.parametrize("method", [one for one in FLOODED if one != "GetFullChannel"])
def test_a_flood_wait_of_20_hours_leaves_the_channel_to_another_account(
    method: str, double: TelegramDouble, readers: Readers, shop: Chat, visits: Visits
) -> None:
    double.faults.order(method, LONG, account="one", after=int(method == "GetHistory"))
    flooded, other = readers.of("one"), readers.of("two")
    with pytest.raises(Spent) as spent:
        visits.visit(flooded)
    assert spent.value.kind is FLOODED[method]
    assert spent.value.until - utc_now() > timedelta(hours=19)
    assert max(flooded.slept, default=0) < 3
    assert not visits.done()
    begun = visits.posts()
    assert len(begun) == (100 if method == "GetHistory" else 0)
    assert visits.visit(other) is Outcome.OK
    assert visits.posts() == EVERYTHING
    assert visits.done()
    visits.check(flooded, other, lost=int(method != "GetUsers"))


def test_a_flood_wait_outlives_the_process_and_other_classes_go_on(
    double: TelegramDouble, readers: Readers, shop: Chat, visits: Visits
) -> None:
    double.faults.order("GetHistory", LONG)
    with pytest.raises(Spent):
        visits.visit(readers.of())
    reading = readers.of()
    with pytest.raises(Spent):
        visits.visit(reading)
    assert double.count("GetHistory") == 1
    assert reading.ledger.not_before(RequestClass.RESOLVE) is None


def test_short_flood_waits_that_come_again_and_again_are_made_a_long_one(
    double: TelegramDouble, readers: Readers, shop: Chat, visits: Visits
) -> None:
    double.faults.order("ResolveUsername", *[RpcFault(420, "FLOOD_WAIT_1")] * 50)
    reading = readers.of()
    for _ in range(3):
        with pytest.raises(Spent) as spent:
            visits.visit(reading)
    assert spent.value.flood
    assert (spent.value.until - utc_now()).total_seconds() > 1800
    assert double.count("ResolveUsername") == QUICK.tries
    assert reading.ledger.used(RequestClass.RESOLVE) == QUICK.tries


def test_a_flood_wait_for_descriptions_costs_the_description_alone(
    double: TelegramDouble, readers: Readers, shop: Chat, visits: Visits
) -> None:
    double.faults.order("GetFullChannel", LONG)
    reading = readers.of()
    assert visits.visit(reading) is Outcome.OK
    assert visits.posts() == EVERYTHING
    visits.check(reading, lost=1)


def test_a_used_up_budget_leaves_the_channel_where_it_stands(
    double: TelegramDouble, readers: Readers, shop: Chat, visits: Visits
) -> None:
    budgets = {**PLENTY, RequestClass.HISTORY: Budget(2, timedelta(hours=1))}
    first = readers.of("one", budgets=budgets)
    with pytest.raises(Spent):
        visits.visit(first)
    assert visits.posts() == [*range(51, 251)]
    assert double.count("GetHistory") == 2
    second = readers.of("two")
    assert visits.visit(second) is Outcome.OK
    assert visits.posts() == EVERYTHING
    visits.check(first, second)


def test_a_channel_that_closes_in_the_middle_keeps_what_was_read(
    double: TelegramDouble, readers: Readers, shop: Chat, visits: Visits
) -> None:
    double.faults.order("GetHistory", RpcFault(400, "CHANNEL_PRIVATE"), after=1)
    reading = readers.of()
    assert visits.visit(reading) is Outcome.PRIVATE
    assert visits.posts() == [*range(151, 251)]
    assert visits.done()
    assert outcomes("getHistory") == ["ok", "private"]
    assert ChannelCursor.objects.get().last_id == 0
    visits.check(reading)
    later = Visits(visits.folder / "later", double)
    assert later.visit(reading) is Outcome.OK
    assert later.posts() == EVERYTHING


def test_a_server_error_that_passes_costs_nothing(
    double: TelegramDouble, readers: Readers, shop: Chat, visits: Visits
) -> None:
    double.faults.order("GetHistory", RpcFault(500, "INTERNAL"), after=1)
    reading = readers.of()
    assert visits.visit(reading) is Outcome.OK
    assert visits.posts() == EVERYTHING
    assert outcomes("getHistory") == ["ok", "ok", "ok"]
    visits.check(reading)


@pytest.mark.parametrize("number", [250, 249, 151, 120, 1])
@pytest.mark.parametrize("kind", ["unknown", "broken"])
def test_one_bad_message_costs_itself_alone(
    kind: str,
    number: int,
    double: TelegramDouble,
    readers: Readers,
    shop: Chat,
    visits: Visits,
) -> None:
    getattr(shop, kind).add(number)
    reading = readers.of()
    assert visits.visit(reading, max_pages=4) is Outcome.OK
    assert visits.posts() == [one for one in EVERYTHING if one != number]
    counted = RunCount.objects.get(name="skipped", reason="post that cannot be read")
    assert (counted.n, counted.source) == (1, "telegram:1001")
    assert double.count("GetHistory") <= 4 + (8 if kind == "unknown" else 16)
    visits.check(reading)


def test_several_bad_messages_in_a_row_are_found_and_left_out(
    double: TelegramDouble, readers: Readers, shop: Chat, visits: Visits
) -> None:
    shop.unknown.update(range(150, 156))
    reading = readers.of()
    assert visits.visit(reading) is Outcome.OK
    assert visits.posts() == [n for n in EVERYTHING if n not in shop.unknown]
    visits.check(reading)


def test_a_schema_that_has_changed_is_said_aloud(
    double: TelegramDouble, readers: Readers, shop: Chat, visits: Visits
) -> None:
    shop.unknown.update(EVERYTHING)
    reading = readers.of()
    assert visits.visit(reading) is Outcome.LAYOUT_CHANGED
    assert visits.posts() == []
    assert double.count("GetHistory") < 40
    assert ChannelCursor.objects.get().last_id == 0
    visits.check(reading)


@pytest.mark.parametrize(
    "name",
    [
        "AUTH_KEY_UNREGISTERED",
        "AUTH_KEY_DUPLICATED",
        "SESSION_REVOKED",
        "USER_DEACTIVATED",
        "USER_DEACTIVATED_BAN",
        "FROZEN_METHOD_INVALID",
    ],
)
def test_a_lost_account_leaves_the_channel_to_another(
    name: str, double: TelegramDouble, readers: Readers, shop: Chat, visits: Visits
) -> None:
    double.faults.order("GetHistory", RpcFault(401, name), account="one", after=1)
    first, second = readers.of("one"), readers.of("two")
    with pytest.raises(AccountLost) as lost:
        visits.visit(first)
    assert lost.value.name == name
    assert visits.visit(second) is Outcome.OK
    assert visits.posts() == EVERYTHING
    visits.check(first, second, lost=1)


@pytest.mark.parametrize(
    "fault",
    [
        RpcFault(406, "CHANNEL_SOMETHING_NEW"),
        RpcFault(401, "CHANNEL_SOMETHING_NEW"),
        RpcFault(406, "PREMIUM_CURRENTLY_UNAVAILABLE"),
        RpcFault(400, "INPUT_USER_DEACTIVATED"),
    ],
)
def test_what_is_not_said_of_the_account_is_the_channels_own(
    fault: RpcFault, double: TelegramDouble, readers: Readers, shop: Chat, visits: Visits
) -> None:
    double.faults.order("GetHistory", fault, after=1)
    reading = readers.of()
    assert visits.visit(reading) is Outcome.FAILED
    assert Capture.objects.get(outcome=Outcome.FAILED).detail == fault.name
    assert reading.posts("some_shop")  # the account reads on
    assert double.count("GetHistory") > 2


def test_an_account_that_is_gone_before_it_begins_is_lost(
    double: TelegramDouble, readers: Readers, shop: Chat, visits: Visits
) -> None:
    reading, unknown = readers.of("one"), readers.of("two")
    double.directory.accounts["one"].lost = "USER_DEACTIVATED_BAN"
    with pytest.raises(AccountLost, match="USER_DEACTIVATED_BAN"):
        visits.visit(reading)
    double._keys.clear()
    with pytest.raises(AccountLost, match="AUTH_KEY_NOT_FOUND"):
        visits.visit(unknown)
    assert double.count("ResolveUsername") == 1


@pytest.mark.parametrize("skew_s", [-4000.0, 4000.0])
def test_a_clock_that_is_off_does_not_matter(
    skew_s: float, double: TelegramDouble, readers: Readers, shop: Chat, visits: Visits
) -> None:
    double.skew_s = skew_s
    reading = readers.of()
    assert visits.visit(reading) is Outcome.OK
    assert visits.posts() == EVERYTHING
    visits.check(reading)


def test_edited_posts_get_a_new_version_and_deleted_ones_are_noted(
    double: TelegramDouble, readers: Readers, shop: Chat, visits: Visits
) -> None:
    reading = readers.of()
    visits.visit(reading)
    reading.numbers["some_shop"] = 1001
    double.directory.edit(shop, 240, "цены изменились")
    double.directory.delete(shop, 200, 201, 250)
    double.directory.post(shop, "новый", id=260)
    later = Visits(visits.folder / "later", double)
    assert later.visit(reading) is Outcome.OK
    texts = DocumentRow.objects.filter(part="240").order_by("pk").values_list("text", flat=True)
    assert [*texts] == ["пост 240", "цены изменились"]
    gone = GonePost.objects.order_by("post").values_list("post", "target__value")
    assert [*gone] == [(200, "1001"), (201, "1001"), (250, "1001")]
    noticed = RunCount.objects.get(run=later.run, name="noticed", reason="posts deleted")
    assert noticed.n == 3
    third = Visits(visits.folder / "third", double)
    third.visit(reading)
    assert GonePost.objects.count() == 3
    deleted = RunCount.objects.filter(run=third.run, name="noticed", reason="posts deleted")
    assert not deleted.exists()


def test_markup_in_posts_stays_text(
    double: TelegramDouble, readers: Readers, shop: Chat, visits: Visits
) -> None:
    text = '<img src=x onerror=alert(1)> {{7*7}} "кавычки" </div>'
    double.directory.post(shop, text, id=251)
    visits.visit(readers.of())
    assert DocumentRow.objects.get(part="251").text == text
