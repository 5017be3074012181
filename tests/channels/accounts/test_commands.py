"""``narcowatch channels login|list|retire|key`` at a real terminal, against the double."""

from __future__ import annotations

import json
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from telethon.sessions import StringSession

from channels.accounts.keys import KeySource
from channels.accounts.vault import Vault
from tests.channels.accounts.terminal import Terminal
from tests.crawlers.crawling import ROOT, Place
from tests.world.mtproto.faults import RpcFault
from tests.world.mtproto.server import TelegramDouble

PHONE, CODE, PASSWORD = "77015550199", "824680135791", "correct horse battery"
WRONG_CODE, WRONG_PASSWORD, AHEAD = "111222333444", "wrong donkey", "typed too early"
API_HASH = "0123456789abcdef" * 2


@dataclass(frozen=True)
class Office:
    """A data directory with its settings, and a server to log in to."""

    data: Path
    env: dict[str, str]
    double: TelegramDouble

    @property
    def vault(self) -> Vault:
        return Vault(self.data / "accounts", KeySource(self.data / "accounts.key"))

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "nightly.cli", *arguments]

    def login(self, name: str = "one") -> Terminal:
        return Terminal(self.command("channels", "login", name), self.env, ROOT)

    def run(self, *arguments: str, code: int = 0) -> str:
        done = subprocess.run(
            self.command(*arguments),
            env=self.env,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            start_new_session=True,  # without a terminal
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def doctor(self) -> dict[str, str]:
        told = subprocess.run(
            self.command("doctor", "--json"), env=self.env, cwd=ROOT, capture_output=True, text=True
        )
        return next(one for one in json.loads(told.stdout) if one["id"] == "NW017")

    def holds(self, secret: str | bytes) -> list[Path]:
        """The files in which ``secret`` stands."""
        wanted = secret.encode() if isinstance(secret, str) else secret
        files = [path for path in self.data.rglob("*") if path.is_file()]
        assert len(files) > 2
        return [path for path in files if wanted in path.read_bytes()]


@pytest.fixture
def office(double: TelegramDouble, migrated: Path, tmp_path: Path) -> Iterator[Office]:
    double.directory.add_account("one", PHONE, PASSWORD, CODE)
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    shutil.copy(migrated, data / "narcowatch.sqlite3")
    (tmp_path / "server.pem").write_bytes(double.key.pem())
    (tmp_path / "api_hash").write_text(f"{API_HASH}\n")
    (tmp_path / "api_hash").chmod(0o600)
    telegram = {
        "SERVER": f"127.0.0.1:{double.port}",
        "KEY_FILE": str(tmp_path / "server.pem"),
        "API_ID": "12345",
        "API_HASH_FILE": str(tmp_path / "api_hash"),
    }
    settings = {f"NARCOWATCH_CHANNELS__TELEGRAM__{key}": one for key, one in telegram.items()}
    return Office(data, Place(data, 1, {**settings, "NARCOWATCH_CONFIG": ""}).env, double)


def answer(terminal: Terminal, question: str, text: str) -> None:
    terminal.see(f"{question}")
    terminal.see("(not shown): ")
    terminal.type(f"{text}\n")


def log_in(office: Office) -> Terminal:
    with office.login() as terminal:
        answer(terminal, "Phone number", f"+{PHONE}")
        answer(terminal, "Code", CODE)
        answer(terminal, "Second password", PASSWORD)
        assert terminal.end() == 0, terminal.shown
    return terminal


def test_nothing_that_is_typed_is_shown_logged_or_kept_and_the_session_is_sealed(
    office: Office,
) -> None:
    with office.login() as terminal:
        terminal.see("a key was made")
        assert not terminal.echoes
        terminal.see("Phone number, with country code (not shown): ")
        with office.double.directory.lock:  # no code is sent meanwhile
            terminal.type(f"+{PHONE}\n")
            terminal.see("\n")
            assert not terminal.echoes
            terminal.type(f"{AHEAD}\n")  # the next question drops it
        answer(terminal, "Code", WRONG_CODE)
        terminal.see("That is wrong.")
        answer(terminal, "Code", CODE)
        answer(terminal, "Second password", WRONG_PASSWORD)
        terminal.see("That is wrong.")
        seen = terminal.command_line
        answer(terminal, "Second password", PASSWORD)
        assert terminal.end() == 0, terminal.shown
        assert terminal.echoes
    session = office.vault.load("one")
    key: bytes = StringSession(session).auth_key.key
    for secret in (PHONE, CODE, PASSWORD, WRONG_CODE, WRONG_PASSWORD, AHEAD, API_HASH, session):
        assert secret not in terminal.shown
        assert secret not in seen
        assert office.holds(secret) == []
    assert office.holds(key) == []
    assert office.holds(key[:32].hex()) == []
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in office.data.iterdir()}
    assert (modes["accounts"], modes["accounts.key"]) == (0o700, 0o600)
    assert [path.name for path in (office.data / "accounts").iterdir()] == ["one.session"]
    assert "one  active since" in office.run("channels", "list")
    assert "resolves_per_day: 0 of 40\n" in office.run("channels", "list")
    office.env["NARCOWATCH_NIGHT__TIMEZONE"] = "Asia/Tashkent"
    office.env["NARCOWATCH_CHANNELS__TELEGRAM__BUDGETS__RESOLVES_PER_DAY"] = "0"
    listed = office.run("channels", "list")
    assert "resolves_per_day: 0 of 0, never: the budget is 0\n" in listed
    assert listed.splitlines()[0].endswith(" +0500")
    assert office.doctor()["state"] == "ok"
    assert office.double.count("LogOut") == 0


def test_a_person_who_gives_up_leaves_no_session_and_gets_the_terminal_back(
    office: Office,
) -> None:
    with office.login() as terminal:
        answer(terminal, "Phone number", f"+{PHONE}")
        terminal.see("Code that Telegram sent (not shown): ")
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.end() == 130, terminal.shown
        assert terminal.echoes
        assert "Traceback" not in terminal.shown
    assert office.vault.names() == []
    assert "no accounts" in office.run("channels", "list")


def test_what_ends_a_login_is_told_without_the_clients_own_words(office: Office) -> None:
    office.double.faults.order("SendCode", RpcFault(400, "PHONE_NUMBER_INVALID"))
    with office.login() as terminal:
        answer(terminal, "Phone number", f"+{PHONE}")
        assert terminal.end() == 2, terminal.shown
    assert "Telegram refuses: The phone number is invalid\r\n" in terminal.shown
    office.double.stop()
    with office.login() as terminal:
        assert terminal.end() == 2, terminal.shown
    assert "Telegram cannot be reached" in terminal.shown
    assert "WARNING" not in terminal.shown
    assert "net.proxy" not in terminal.shown
    office.env["NARCOWATCH_NET__PROXY"] = "socks5://me:hidden@127.0.0.1:1"
    with office.login() as terminal:
        assert terminal.end() == 2, terminal.shown
    assert "leads through net.proxy, socks5://127.0.0.1:1\r\n" in terminal.shown
    assert "hidden" not in terminal.shown


def test_what_can_be_refused_is_refused_before_anybody_is_asked(
    office: Office, tmp_path: Path
) -> None:
    assert "no terminal to ask at" in office.run("channels", "login", "one", code=2)
    (tmp_path / "api_hash").chmod(0o644)
    assert "api_hash is open to others" in office.run("channels", "login", "one", code=2)
    office.env.pop("NARCOWATCH_CHANNELS__TELEGRAM__API_HASH_FILE")
    assert "my.telegram.org" in office.run("channels", "login", "one", code=2)
    assert "--seeds FILE" in office.run("channels", code=2)
    assert office.double.calls == []


def test_an_account_is_retired_its_session_goes_and_it_comes_back_by_logging_in(
    office: Office,
) -> None:
    log_in(office)
    assert "one is logged in already" in office.run("channels", "login", "one", code=2)
    told = office.run("channels", "retire", "one")
    assert "one is retired" in told
    assert "Devices" in told
    assert office.vault.names() == []
    assert "one  retired (by hand) since" in office.run("channels", "list")
    log_in(office)
    assert "one  active since" in office.run("channels", "list")
    assert "audit chain holds: 3 events" in office.run("audit", "verify")


def test_a_user_who_has_a_name_gets_no_second_one_and_no_session_is_left(office: Office) -> None:
    log_in(office)
    office.run("channels", "retire", "one")
    with office.login("two") as terminal:
        answer(terminal, "Phone number", f"+{PHONE}")
        answer(terminal, "Code", CODE)
        answer(terminal, "Second password", PASSWORD)
        assert terminal.end() == 2, terminal.shown
    assert "this is the account one: log in under that name" in terminal.shown
    assert office.vault.names() == []
    assert office.double.count("LogOut") == 1


def test_keys_are_made_and_changed_by_command(office: Office) -> None:
    path = office.data / "accounts.key"
    assert f"a key was made: {path}" in office.run("channels", "key")
    log_in(office)
    session, before = office.vault.load("one"), path.read_text()
    assert "1 session is encrypted" in office.run("channels", "key", "--rotate")
    assert path.read_text() != before
    assert office.vault.load("one") == session
    path.unlink()
    assert f"{path}: the key is gone" in office.run("channels", "key", code=2)
