"""No order of requests, floods and restarts asks more than an account may."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.accounts.ledger import Budget, Ledger, Peer, RequestClass, Retired, Spent
from channels.models import AccountUse, TelegramAccount
from domain.errors import InputError

START = datetime(2026, 3, 1, 12, 34, 56, 789, tzinfo=UTC)
HOUR = timedelta(hours=1)
BUDGETS = {kind: Budget(3, HOUR) for kind in RequestClass}
RESOLVE, HISTORY = RequestClass.RESOLVE, RequestClass.HISTORY

pytestmark = pytest.mark.django_db


class Time:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


def account(name: str = "one", user_id: int = 1) -> str:
    TelegramAccount.objects.create(name=name, user_id=user_id, since=START)
    return name


STEPS = st.one_of(
    st.tuples(st.just("spend"), st.sampled_from([RESOLVE, HISTORY])),
    st.tuples(st.just("flood"), st.sampled_from([RESOLVE, HISTORY]), st.integers(0, 9_000)),
    st.tuples(st.just("wait"), st.floats(0, 0.6)),
    st.tuples(st.just("wait until free"), st.sampled_from([RESOLVE, HISTORY])),
    st.tuples(st.just("restart")),
)


@settings(max_examples=60)
@given(st.lists(STEPS, max_size=40))
def test_no_window_is_overdrawn_and_no_flood_cut_short(steps: list[tuple]) -> None:
    TelegramAccount.objects.all().delete()
    time, gone, floods = Time(), {RESOLVE: [], HISTORY: []}, []
    ledger = Ledger(account(), BUDGETS, time)
    for what, *more in steps:
        match what:
            case "spend":
                told = ledger.not_before(more[0])
                if told is None:
                    ledger.spend(more[0])
                    gone[more[0]].append(time.now)
                else:
                    with pytest.raises(Spent) as spent:
                        ledger.spend(more[0])
                    assert time.now < told == spent.value.until
            case "flood":
                floods.append((more[0], time.now, time.now + timedelta(seconds=more[1])))
                assert ledger.flooded(*more) >= floods[-1][2]
            case "wait":
                time.now += more[0] * HOUR
            case "wait until free":
                if (until := ledger.not_before(more[0])) is not None:
                    time.now = until
                    ledger.spend(more[0])
                    gone[more[0]].append(time.now)
            case "restart":
                ledger = Ledger("one", BUDGETS, time)
    for kind, moments in gone.items():
        for end in moments:
            assert sum(end - HOUR < one <= end for one in moments) <= 3
        for flooded, begun, end in floods:
            # what was sent at the flood's own moment was sent before its answer came
            assert not [one for one in moments if flooded == kind and begun < one < end]


def test_a_flood_of_one_class_leaves_the_others_alone() -> None:
    time = Time()
    ledger = Ledger(account(), BUDGETS, time)
    assert ledger.flooded(RESOLVE, 72_000) == START + timedelta(hours=20)
    assert ledger.flooded(RESOLVE, 2) == START + timedelta(hours=20)
    ledger.spend(HISTORY)
    with pytest.raises(Spent, match=r"one may not ask \(resolve\) before 2026-03-02T08") as spent:
        ledger.spend(RESOLVE)
    assert spent.value.flood
    time.now += timedelta(hours=20)
    ledger.spend(RESOLVE)


def test_accounts_have_ledgers_of_their_own() -> None:
    one, two = (Ledger(account(name, n), BUDGETS) for n, name in enumerate(["one", "two"]))
    for _ in range(3):
        one.spend(RESOLVE)
    with pytest.raises(Spent, match="budget is used up"):
        one.spend(RESOLVE)
    assert (one.used(RESOLVE), two.used(RESOLVE)) == (3, 0)
    two.spend(RESOLVE)


def test_a_retired_account_asks_for_nothing_in_whatever_process() -> None:
    time = Time()
    ledger = Ledger(account(), BUDGETS, time)
    ledger.spend(RESOLVE)
    TelegramAccount.objects.update(state=TelegramAccount.State.RETIRED)
    for kind in (RESOLVE, HISTORY):
        with pytest.raises(Retired):
            ledger.spend(kind)
    assert (ledger.used(RESOLVE), ledger.used(HISTORY)) == (1, 0)


def test_peers_are_remembered_by_number_for_each_account() -> None:
    one, two = (Ledger(account(name, n), BUDGETS) for n, name in enumerate(["one", "two"]))
    one.remember(1001, -(2**63), "Alpha")
    assert one.peer(1001) == Peer(1001, -(2**63), "alpha")
    assert two.peer(1001) is None
    one.remember(1001, 2**63 - 1, "renamed")
    assert one.peer(1001) == Peer(1001, 2**63 - 1, "renamed")


def test_slots_that_count_no_more_are_forgotten() -> None:
    time = Time()
    ledger = Ledger(account(), BUDGETS, time)
    for _ in range(50):
        ledger.spend(HISTORY)
        time.now += timedelta(minutes=30)
    assert AccountUse.objects.count() <= 5


def test_what_is_missing_is_named() -> None:
    with pytest.raises(InputError, match="'nobody'"):
        Ledger("nobody", BUDGETS)
    with pytest.raises(InputError, match="search"):
        Ledger(account(), {k: v for k, v in BUDGETS.items() if k != RequestClass.SEARCH})


@pytest.mark.django_db(transaction=True)
def test_nothing_is_spent_within_a_transaction_that_may_be_rolled_back() -> None:
    ledger = Ledger(account(), BUDGETS)
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        ledger.spend(RESOLVE)
    ledger.spend(RESOLVE)
