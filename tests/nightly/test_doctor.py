"""Each check is made to fail for real."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from blocking.plan import Recipient
from cases import audit
from channels.accounts.keys import KeySource
from channels.accounts.plan import AccountsPlan
from channels.accounts.vault import Vault
from channels.posts import TelegramServer
from crawlers.rendering import sandbox
from index.opening import open_engine
from nightly.doctor import CHECKS, Check, Installation, State, examine
from tests.net.servers import raw_server
from tests.net.socks_server import socks_server
from tests.nightly.checks import BY_ID, said


def test_ids_are_unique_and_in_order() -> None:
    assert [check.id for check in CHECKS] == [f"NW{n:03}" for n in range(1, len(CHECKS) + 1)]


def test_a_data_directory_that_cannot_be_written_is_an_error(installation: Installation) -> None:
    assert said("NW001", installation).state is State.OK
    file = installation.data_dir / "file"
    file.write_text("in the way")
    finding = said("NW001", replace(installation, data_dir=file / "below"))
    assert finding.state is State.ERROR
    assert str(file) in finding.message


def test_a_data_directory_that_can_be_made_is_a_warning_and_is_not_made(
    installation: Installation,
) -> None:
    below = installation.data_dir / "not" / "yet"
    finding = said("NW001", replace(installation, data_dir=below, program="bin/narcowatch"))
    assert (finding.state, finding.hint) == (State.WARNING, "run: bin/narcowatch migrate")
    assert list(installation.data_dir.iterdir()) == []


def test_settings_that_are_refused_are_an_error_that_names_them(
    installation: Installation,
) -> None:
    assert said("NW015", installation).state is State.OK
    finding = said("NW015", replace(installation, settings_refused=("a = 1: wrong", "b: gone")))
    assert finding.state is State.ERROR
    assert finding.message.splitlines()[1:] == ["a = 1: wrong", "b: gone"]


def test_a_data_directory_open_to_others_is_a_warning(installation: Installation) -> None:
    installation.data_dir.chmod(0o755)
    finding = said("NW001", installation)
    assert (finding.state, finding.hint) == (
        State.WARNING,
        f"chmod 700 {installation.data_dir}",
    )


def test_a_full_disk_is_an_error_and_a_filling_one_a_warning(installation: Installation) -> None:
    assert said("NW002", installation).state is State.OK
    free = shutil.disk_usage(installation.data_dir).free
    filling = replace(installation, disk_warning_bytes=free * 2)
    assert said("NW002", filling).state is State.WARNING
    full = replace(installation, disk_error_bytes=free * 2, data_dir=Path("/not/there/yet"))
    assert said("NW002", full).state is State.ERROR


@pytest.mark.django_db
def test_a_record_that_is_there_and_migrated(installation: Installation) -> None:
    assert said("NW003", installation).state is State.OK
    assert said("NW004", installation).state is State.OK


def test_an_index_that_cannot_be_written_is_an_error(installation: Installation) -> None:
    assert "not there yet" in said("NW005", installation).message
    assert list(installation.data_dir.iterdir()) == []
    open_engine("", installation.data_dir / "index").close()
    assert said("NW005", installation).state is State.OK
    shutil.rmtree(installation.data_dir / "index")
    (installation.data_dir / "index").write_text("in the way")
    assert said("NW005", installation).state is State.ERROR


def test_an_elasticsearch_that_does_not_answer_is_an_error(installation: Installation) -> None:
    finding = said("NW005", replace(installation, index_url="http://127.0.0.1:1"))
    assert finding.state is State.ERROR
    assert "127.0.0.1:1" in finding.message


def test_a_model_that_is_missing_or_changed_is_an_error(
    installation: Installation, tmp_path: Path
) -> None:
    assert said("NW006", installation).state is State.OK
    assert said("NW006", replace(installation, model_dir=tmp_path)).state is State.ERROR
    changed = tmp_path / "model"
    shutil.copytree(installation.model_dir, changed)
    weights = changed / "model.npz"
    data = bytearray(weights.read_bytes())
    data[len(data) // 2] ^= 1
    weights.write_bytes(data)
    finding = said("NW006", replace(installation, model_dir=changed))
    assert finding.state is State.ERROR
    assert "model.npz" in finding.message


def test_a_list_that_is_missing_or_a_format_that_is_none_is_an_error(
    installation: Installation, tmp_path: Path
) -> None:
    assert said("NW007", installation).state is State.OK
    exports = installation.exports
    no_list = replace(exports, platforms=tmp_path / "no.toml")
    assert said("NW007", replace(installation, exports=no_list)).state is State.ERROR
    odd = replace(exports, recipients=(Recipient("operators", ("morse",)),))
    finding = said("NW007", replace(installation, exports=odd))
    assert finding.state is State.ERROR
    assert "morse" in finding.message
    nobody = replace(exports, recipients=())
    assert said("NW007", replace(installation, exports=nobody)).state is State.WARNING


@pytest.mark.parametrize(
    ("use", "without", "with_tor"),
    [
        ("auto", State.WARNING, State.OK),
        ("on", State.ERROR, State.OK),
        ("off", State.OK, State.OK),
    ],
)
def test_tor_matters_as_much_as_onions_do(
    installation: Installation, use: str, without: State, with_tor: State
) -> None:
    assert said("NW008", replace(installation, tor_use=use)).state is without
    with socks_server(1) as (port, _):
        there = replace(installation, tor_use=use, tor_socks=(f"127.0.0.1:{port}",))
        assert said("NW008", there).state is with_tor


def test_each_of_several_tor_clients_is_asked(installation: Installation) -> None:
    with socks_server(1) as (port, _):
        two = replace(installation, tor_use="on", tor_socks=(f"127.0.0.1:{port}", "127.0.0.1:1"))
        finding = said("NW008", two)
    assert finding.state is State.WARNING
    assert "127.0.0.1:1;" in finding.message
    assert str(port) not in finding.message


def test_a_proxy_that_does_not_answer_is_an_error_and_one_for_a_part_alone_a_warning(
    installation: Installation, tmp_path: Path
) -> None:
    assert said("NW009", installation).state is State.OK
    away = replace(installation, proxy="http://me:pw@127.0.0.1:1")
    assert said("NW009", away).state is State.ERROR
    assert "pw" not in said("NW009", away).message
    with raw_server(lambda path, write: None) as (port, _):
        there = replace(installation, proxy=f"http://127.0.0.1:{port}")
        assert said("NW009", there).state is State.OK
        socks = replace(installation, proxy=f"socks5h://127.0.0.1:{port}")
        finding = said("NW009", socks)
        assert (finding.state, "accounts go through socks5h://" in finding.message) == (
            State.WARNING,
            True,
        )
        assert "sites are not crawled" in finding.message
        tls = replace(installation, proxy=f"https://127.0.0.1:{port}")
        assert said("NW009", tls).state is State.OK
        assert "accounts cannot use" in said("NW009", tls).message
        vault = Vault(tmp_path / "accounts", KeySource(tmp_path / "key"))
        vault.prepare()
        vault.store("one", "session")
        plan = AccountsPlan(vault, TelegramServer(), 1, "0" * 32, None, {})
        finding = said("NW009", replace(tls, accounts=plan))
        assert (finding.state, "accounts cannot use" in finding.message) == (State.WARNING, True)


def test_exceptions_of_the_address_guard_are_named(installation: Installation) -> None:
    assert said("NW010", installation).state is State.OK
    finding = said("NW010", replace(installation, test_networks=("world", "lab")))
    assert finding.state is State.WARNING
    assert "world, lab" in finding.message


def at(moment: datetime) -> Callable[[], datetime]:
    return lambda: moment


@pytest.mark.django_db
def test_a_clock_behind_this_version_or_behind_the_record_is_an_error(
    installation: Installation,
) -> None:
    assert said("NW011", installation).state is State.OK
    reset = replace(installation, clock=at(datetime(1970, 1, 1, 1, tzinfo=UTC)))
    finding = said("NW011", reset)
    assert (finding.state, "1970-01-01" in finding.message) == (State.ERROR, True)
    ahead = datetime.now(UTC) + timedelta(days=400)
    audit.append("test.event", "test:1", actor="tester", clock=at(ahead))
    finding = said("NW011", installation)
    assert finding.state is State.ERROR
    assert str(ahead.year) in finding.message


@pytest.mark.django_db
def test_a_clock_that_jumps_is_a_warning(installation: Installation) -> None:
    readings = iter(datetime.now(UTC) + timedelta(hours=n) for n in range(5))
    finding = said("NW011", replace(installation, clock=lambda: next(readings)))
    assert (finding.state, "jumped" in finding.message) == (State.WARNING, True)


def test_a_secret_of_a_demo_is_a_warning_and_a_readable_one_an_error(
    installation: Installation,
) -> None:
    assert said("NW012", installation).state is State.OK
    assert said("NW012", replace(installation, own_secret=False)).state is State.WARNING
    assert said("NW012", replace(installation, production=False)).state is State.WARNING
    kept = installation.data_dir / "secret_key"
    kept.write_text("s" * 60)
    kept.chmod(0o644)
    finding = said("NW012", installation)
    assert (finding.state, finding.hint) == (State.ERROR, f"chmod 600 {kept}")
    kept.chmod(0o600)
    assert said("NW012", installation).state is State.OK


def test_missing_programs_are_told_but_harm_nothing(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    finding = said("NW014", installation)
    assert (finding.state, "not installed" in finding.message) == (State.OK, True)
    finding = said("NW013", installation)
    assert finding.state is State.WARNING
    assert finding.message == "pages are not rendered: Chromium is missing"
    assert said("NW013", replace(installation, render_use="off")).state is State.OK
    for name in ("chromium", "unbound"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    assert said("NW014", installation).message.startswith(str(tmp_path))
    shut_in = sandbox.shuts_in(sandbox.account(installation.render_user))
    finding = said("NW013", installation)
    assert (finding.state is State.OK) == shut_in
    assert (str(tmp_path) in finding.message) == shut_in
    if not shut_in:
        finding = said("NW013", replace(installation, render_unconfined=True))
        assert "without a sandbox" in finding.message


def test_an_account_that_is_not_there_is_named(installation: Installation) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root becomes somebody else")
    finding = said("NW013", replace(installation, render_user="no-such-user"))
    assert (finding.state, "no user no-such-user" in finding.message) == (State.WARNING, True)
    finding = said("NW013", replace(installation, render_user="root"))
    assert (finding.state, "as root" in finding.message) == (State.WARNING, True)


def test_a_check_that_breaks_does_not_hide_the_others(installation: Installation) -> None:
    def broken(_: Installation) -> Any:
        raise ZeroDivisionError("by zero")

    findings = examine([Check("X1", "broken", broken), BY_ID["NW010"]], installation)
    assert [finding.state for finding in findings] == [State.ERROR, State.OK]
    assert "by zero" in findings[0].message
