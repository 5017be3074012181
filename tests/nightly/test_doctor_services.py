"""The checks of what others keep for us: time-stamps and Telegram accounts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from channels.accounts import pool
from channels.accounts.budgets import Budget, RequestClass
from channels.accounts.keys import KeySource
from channels.accounts.plan import AccountsPlan
from channels.accounts.pool import Reason
from channels.accounts.vault import Vault
from channels.apps import accounts_plan
from channels.posts import TelegramServer
from config.schema import Settings
from config.telegram import Budgets
from domain.errors import VaultError
from nightly.doctor import Installation, State
from tests.net import authority as tsa
from tests.nightly.checks import said


@tsa.needs_openssl
def test_an_authority_without_certificates_is_an_error_and_a_silent_one_a_warning(
    installation: Installation, tmp_path: Path
) -> None:
    assert said("NW016", installation).state is State.OK
    authority = tsa.make(tmp_path / "tsa")
    away = replace(
        installation, timestamp_url="http://me:pw@127.0.0.1:1/tsa", timestamp_ca=authority.ca
    )
    finding = said("NW016", away)
    assert (finding.state, "127.0.0.1:1" in finding.message) == (State.WARNING, True)
    assert "pw" not in finding.message
    assert said("NW016", replace(away, timestamp_ca=None)).state is State.ERROR
    for bad, told in ((tmp_path / "gone.pem", "No such file"), (authority.folder / "tsa.pem", "")):
        finding = said("NW016", replace(away, timestamp_ca=bad))
        assert finding.state is State.ERROR
        assert "evidence.timestamp_ca" in finding.message
        assert told in finding.message
    with tsa.serving(authority):
        there = replace(away, timestamp_url=authority.url)
        assert said("NW016", there).state is State.OK
        later = replace(there, clock=lambda: datetime.now(UTC) + timedelta(days=30))
        finding = said("NW016", later)
        assert (finding.state, "CN=Test CA ended" in finding.message) == (State.WARNING, True)
    assert authority.queries == 0, "it is asked for nothing"


@pytest.fixture
def accounts(installation: Installation) -> AccountsPlan:
    """Two accounts that are as they should be."""
    data = installation.data_dir
    vault = Vault(data / "accounts", KeySource(data.parent / "accounts.key"))
    vault.prepare()
    for number, name in enumerate(("one", "two")):
        vault.store(name, f"session of {name}")
        pool.enlist(name, number, actor="test")
    return AccountsPlan(vault, TelegramServer(), 1, "0" * 32, None, {})


@pytest.mark.django_db
def test_without_accounts_nothing_is_asked_of_them(installation: Installation) -> None:
    vault = Vault(installation.data_dir / "accounts", KeySource(installation.data_dir / "key"))
    plan = AccountsPlan(vault, TelegramServer(), 0, "", None, {})
    finding = said("NW017", replace(installation, accounts=plan))
    assert (finding.state, finding.message[:11]) == (State.OK, "no accounts")
    assert list(installation.data_dir.iterdir()) == []


@pytest.mark.django_db
def test_accounts_that_cannot_sign_in_are_an_error(
    installation: Installation, accounts: AccountsPlan
) -> None:
    right = replace(installation, accounts=accounts)
    assert said("NW017", right).message.startswith("2 active, key from")
    vault, path = accounts.vault, accounts.vault.path("one")
    elsewhere = replace(vault, keys=KeySource(vault.keys.path.with_name("gone")))
    for plan, message in (
        (replace(accounts, vault=elsewhere), "gone: the key is gone"),
        (replace(accounts, vault=replace(vault, keys=KeySource(path, "x"))), "ACCOUNTS_KEY: key 1"),
        (replace(accounts, api_id=0), "api_id"),
        (replace(accounts, api_hash=""), "api_hash"),
    ):
        finding = said("NW017", replace(installation, accounts=plan))
        assert finding.state is State.ERROR
        assert message in finding.message
    whole = path.read_bytes()
    harms: dict[str, Callable[[], object]] = {
        "is open to others": lambda: path.chmod(0o644),
        "it is no sealed session": lambda: path.write_text("x"),
        "no session in": path.unlink,
    }
    for message, harm in harms.items():
        harm()
        finding = said("NW017", right)
        assert (finding.state, message in finding.message) == (State.ERROR, True), finding
        path.write_bytes(whole)
        path.chmod(0o600)
    assert said("NW017", right).state is State.OK


@pytest.mark.django_db
def test_a_lost_account_a_key_half_changed_and_one_beside_its_sessions_are_warnings(
    installation: Installation, accounts: AccountsPlan
) -> None:
    right, keys = replace(installation, accounts=accounts), accounts.vault.keys
    keys.path.write_text(keys.path.read_text() * 2)
    finding = said("NW017", right)
    assert (finding.state, "channels key --rotate" in finding.hint) == (State.WARNING, True)
    accounts.vault.rotate()
    assert said("NW017", right).state is State.OK
    beside = KeySource(keys.path.rename(installation.data_dir / "accounts.key"))
    moved = replace(right, accounts=replace(accounts, vault=replace(accounts.vault, keys=beside)))
    assert "beside what it encrypts" in said("NW017", moved).message
    assert said("NW017", replace(moved, production=False)).state is State.OK
    pool.retire("one", Reason.BANNED, accounts.vault)
    finding = said("NW017", moved)
    assert finding.state is State.WARNING
    assert finding.message == "Telegram took away: one (banned); 1 left"


@pytest.mark.django_db
def test_a_lost_key_is_told_as_the_command_that_makes_keys_tells_it(
    installation: Installation, accounts: AccountsPlan
) -> None:
    accounts.vault.keys.path.unlink()
    with pytest.raises(VaultError) as refused:
        accounts.vault.prepare()
    finding = said("NW017", replace(installation, accounts=accounts))
    assert (finding.state, finding.message) == (State.ERROR, str(refused.value))
    assert "makes one" not in finding.message


@pytest.mark.django_db
def test_what_settings_want_and_no_account_can_do_is_a_warning(
    installation: Installation, accounts: AccountsPlan
) -> None:
    none, hour = Budget(0, timedelta(hours=1)), timedelta(hours=1)
    searching = replace(installation, accounts=accounts, searches=2)
    assert said("NW017", searching).state is State.OK
    for kind in (RequestClass.OTHER, RequestClass.HISTORY, RequestClass.SEARCH):
        budgets = {one: none if one is kind else Budget(1, hour) for one in RequestClass}
        finding = said("NW017", replace(searching, accounts=replace(accounts, budgets=budgets)))
        assert finding.state is State.WARNING
        assert f"channels.telegram.budgets.{kind.setting} = 0" in finding.message
    unsearched = replace(accounts, budgets=budgets)
    assert said("NW017", replace(searching, accounts=unsearched, searches=0)).state is State.OK
    for name in ("one", "two"):
        pool.retire(name, Reason.BY_HAND, accounts.vault)
    finding = said("NW017", searching)
    assert (finding.state, "channels.searches" in finding.message) == (State.WARNING, True)
    accounts.vault.keys.path.unlink()
    assert said("NW017", searching).message == finding.message
    assert said("NW017", replace(searching, searches=0)).state is State.OK


@pytest.mark.django_db
def test_a_key_that_encrypts_nothing_lies_beside_nothing(
    installation: Installation, accounts: AccountsPlan
) -> None:
    beside = KeySource(accounts.vault.keys.path.rename(installation.data_dir / "accounts.key"))
    plan = replace(accounts, vault=replace(accounts.vault, keys=beside))
    right = replace(installation, accounts=plan)
    assert "beside what it encrypts" in said("NW017", right).message
    for name in ("one", "two"):
        pool.retire(name, Reason.BY_HAND, plan.vault)
    assert said("NW017", right).state is State.OK


def test_every_class_names_the_setting_that_holds_its_budget() -> None:
    assert {kind.setting for kind in RequestClass} == set(Budgets.model_fields)
    numbers = {name: n for n, name in enumerate(Budgets.model_fields)}
    settings = Settings.model_validate(
        {"data_dir": Path("/x"), "channels": {"telegram": {"budgets": numbers}}}
    )
    budgets = accounts_plan(settings).budgets
    assert {kind.setting: budget.most for kind, budget in budgets.items()} == numbers


@pytest.mark.django_db
def test_of_the_applications_number_and_hash_only_what_is_not_right_is_named(
    installation: Installation, accounts: AccountsPlan, tmp_path: Path
) -> None:
    def told(plan: AccountsPlan) -> str:
        finding = said("NW017", replace(installation, accounts=plan))
        assert finding.state is State.ERROR
        return finding.message

    unset, file = "not set: register an application", tmp_path / "api_hash"
    number, hash_file = "channels.telegram.api_id", "channels.telegram.api_hash_file"
    assert told(replace(accounts, api_id=0)).startswith(f"{number} is {unset}")
    assert told(replace(accounts, api_hash="")).startswith(f"{hash_file} is {unset}")
    both = replace(accounts, api_id=0, api_hash="")
    assert told(both).startswith(f"{number} and {hash_file} are {unset}")
    filed = replace(accounts, api_hash="", api_hash_file=file)
    assert told(filed) == f"{hash_file}: {file}: No such file or directory"
    for wrong in ("", "0" * 31, "A" * 32, "hidden"):
        file.write_text(f"{wrong}\n{'0' * 32}\n")
        file.chmod(0o600)
        message = told(filed)
        assert message == f"{hash_file}: {file}: the first line must be 32 characters 0-9 and a-f"
    file.write_text(f"{'0' * 32}\n")
    assert said("NW017", replace(installation, accounts=filed)).state is State.OK
