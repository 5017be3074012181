"""Accounts come and go, each time with a reason that the record keeps."""

from __future__ import annotations

import pytest

from cases import audit
from cases.models import AuditEvent, RunCount
from channels.accounts import pool
from channels.accounts.ledger import Ledger, RequestClass, Retired
from channels.accounts.pool import Reason
from channels.accounts.vault import Vault
from channels.models import TelegramAccount
from domain.errors import InputError
from tests.channels.accounts.test_ledger import BUDGETS
from tests.records import new_run

pytestmark = pytest.mark.django_db


def enlist(vault: Vault, *names: str) -> None:
    for number, name in enumerate(names, 1):
        vault.store(name, f"session of {name}")
        pool.enlist(name, number, actor="operator:console")


def events() -> list[tuple[str, str, dict]]:
    assert audit.verify().holds
    return [(one.action, one.subject, one.details) for one in AuditEvent.objects.order_by("seq")]


def test_a_lost_account_is_retired_with_an_alarm_and_the_others_stay(vault: Vault) -> None:
    enlist(vault, "one", "two")
    run, ledger = new_run(), Ledger("one", BUDGETS)
    assert pool.retire("one", Reason.BANNED, vault, run_id=run.pk)
    assert pool.active() == ["two"]
    assert [(row.name, row.reason) for row in pool.lost()] == [("one", "banned")]
    assert vault.names() == ["two"]
    with pytest.raises(Retired):
        ledger.spend(RequestClass.HISTORY)
    retired = ("account.retired", "account:one", {"reason": "banned", "before": "active"})
    assert events()[2:] == [retired]
    counted = RunCount.objects.get(run=run)
    assert (counted.stage, counted.name, counted.reason, counted.n) == (
        "channels",
        "accounts lost",
        "banned",
        1,
    )


def test_losing_an_account_twice_is_one_loss(vault: Vault) -> None:
    enlist(vault, "one")
    run = new_run()
    assert pool.retire("one", Reason.DUPLICATED, vault, run_id=run.pk)
    assert not pool.retire("one", Reason.REVOKED, vault, run_id=run.pk)
    assert [row.reason for row in pool.lost()] == ["duplicated"]
    assert len(events()) == 2
    assert RunCount.objects.get(run=run).n == 1


def test_an_alarm_ends_when_somebody_retires_the_account_or_logs_in_anew(vault: Vault) -> None:
    enlist(vault, "one", "two")
    for name in ("one", "two"):
        pool.retire(name, Reason.REVOKED, vault)
    assert pool.retire("one", Reason.BY_HAND, vault, actor="operator:console")
    assert not pool.retire("one", Reason.BY_HAND, vault, actor="operator:console")
    pool.check_new("two")
    pool.enlist("two", 2, actor="operator:console")
    assert (pool.lost(), pool.active()) == ([], ["two"])
    assert [details for _, _, details in events()[4:]] == [
        {"reason": "by hand", "before": "revoked"},
        {},
    ]


def test_what_was_counted_is_not_shaken_off_by_another_name(vault: Vault) -> None:
    enlist(vault, "one")
    Ledger("one", BUDGETS).spend(RequestClass.RESOLVE)
    with pytest.raises(InputError, match="one is logged in already"):
        pool.check_new("one")
    pool.retire("one", Reason.BY_HAND, vault)
    with pytest.raises(InputError, match="this is the account one"):
        pool.enlist("other", 1, actor="operator:console")
    with pytest.raises(InputError, match="one is another account's name"):
        pool.enlist("one", 2, actor="operator:console")
    pool.enlist("one", 1, actor="operator:console")
    assert Ledger("one", BUDGETS).used(RequestClass.RESOLVE) == 1
    assert TelegramAccount.objects.count() == 1


def test_an_account_is_retired_although_its_session_cannot_be_removed(
    vault: Vault, caplog: pytest.LogCaptureFixture
) -> None:
    enlist(vault, "one")
    vault.folder.chmod(0o755)
    assert pool.retire("one", Reason.BANNED, vault)
    assert pool.active() == []
    assert "the session of one is still there" in caplog.text
    assert "account one is lost (banned)" in caplog.text


def test_there_is_nothing_to_retire_where_there_is_no_account(vault: Vault) -> None:
    with pytest.raises(InputError, match="no account 'nobody'"):
        pool.retire("nobody", Reason.BANNED, vault)
