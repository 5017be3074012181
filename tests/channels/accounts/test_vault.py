"""Sessions lie encrypted, whole, each under its own name, and only their owner reads them."""

from __future__ import annotations

import fcntl
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.accounts.keys import KeySource
from channels.accounts.sealing import MAGIC, Ring, Unopened, new_key, parse_ring
from channels.accounts.vault import Vault
from domain.errors import InputError, VaultError

SESSION = "1ApWapzMBu-a-session-string-that-nobody-may-see"
RING = Ring((b"k" * 32,))


@given(st.text(max_size=400), st.data())
def test_what_is_sealed_opens_for_its_account_and_unchanged_alone(
    session: str, data: st.DataObject
) -> None:
    sealed = RING.seal("one", session)
    assert RING.open("one", sealed) == session
    with pytest.raises(Unopened):
        RING.open("two", sealed)
    at = data.draw(st.integers(0, len(sealed) - 1))
    changed = bytearray(sealed)
    changed[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Unopened):
        RING.open("one", bytes(changed))
    with pytest.raises(Unopened):
        RING.open("one", sealed[:at])


def test_one_session_is_never_sealed_alike_twice() -> None:
    assert RING.seal("one", SESSION) != RING.seal("one", SESSION)


def test_keys_are_written_and_read_and_never_shown() -> None:
    ring = Ring((new_key(), new_key()))
    assert parse_ring(ring.text()) == ring
    assert parse_ring(ring.text().replace("\n", ",").rstrip(",")) == ring
    first = ring.text().splitlines()[0]
    assert first not in repr(ring)
    for wrong in ("", "secret", first[:-4], f"{first},", first[:-3] + "ü=="):
        with pytest.raises(Unopened, match="is not 32 bytes") as refused:
            parse_ring(wrong)
        assert not wrong or wrong.strip("=,") not in str(refused.value)


def test_files_and_folders_are_their_owners_alone_and_hold_nothing_in_clear(vault: Vault) -> None:
    vault.store("one", SESSION)
    assert vault.load("one") == SESSION
    assert vault.names() == ["one"]
    modes = {vault.folder: 0o700, vault.path("one"): 0o600, vault.keys.path: 0o600}
    assert {path: stat.S_IMODE(path.stat().st_mode) for path in modes} == modes
    assert SESSION.encode() not in vault.path("one").read_bytes()
    assert [path.name for path in vault.folder.iterdir()] == ["one.session"]


def test_a_session_that_was_swapped_changed_or_cut_is_refused_by_its_file(vault: Vault) -> None:
    vault.store("one", SESSION)
    vault.store("two", f"{SESSION}-2")
    one, two = vault.path("one"), vault.path("two")
    one.write_bytes(two.read_bytes())
    with pytest.raises(VaultError, match=r"one\.session: it was changed, or belongs to another"):
        vault.load("one")
    two.write_bytes(two.read_bytes()[:20])
    with pytest.raises(VaultError, match=r"two\.session: it is no sealed session"):
        vault.load("two")
    with pytest.raises(VaultError, match=r"three\.session: there is no session"):
        vault.load("three")


def test_what_others_can_read_is_refused_and_named(vault: Vault) -> None:
    vault.store("one", SESSION)
    for path, mode, command in (
        (vault.path("one"), 0o640, "chmod 600"),
        (vault.keys.path, 0o604, "chmod 600"),
        (vault.folder, 0o750, "chmod 700"),
    ):
        before = stat.S_IMODE(path.stat().st_mode)
        path.chmod(mode)
        with pytest.raises(VaultError, match=f"{path} is open to others.*{command} {path}"):
            vault.load("one")
        path.chmod(before)
    assert vault.load("one") == SESSION


def test_a_key_that_is_gone_or_wrong_is_named_and_not_replaced(vault: Vault) -> None:
    vault.store("one", SESSION)
    kept = vault.keys.path.rename(vault.keys.path.with_name("elsewhere"))
    with pytest.raises(VaultError, match=r"accounts\.key: the key is gone"):
        vault.load("one")
    with pytest.raises(VaultError, match="the key is gone that the sessions of one were sealed"):
        vault.prepare()
    assert not vault.keys.there()
    other = Vault(vault.folder, KeySource(kept, Ring((new_key(),)).text()))
    with pytest.raises(VaultError, match="sealed with another key"):
        other.load("one")
    kept.write_text("no key\n")
    with pytest.raises(VaultError, match="elsewhere: key 1 is not 32 bytes"):
        Vault(vault.folder, KeySource(kept)).load("one")
    with pytest.raises(VaultError, match="NARCOWATCH_ACCOUNTS_KEY: key 1"):
        Vault(vault.folder, KeySource(kept, "wrong")).prepare()


@pytest.mark.parametrize("name", ["", "../one", "One", "a/b", "один", "-a", "a" * 41, "a\n", ".."])
def test_names_that_are_no_file_names_are_refused(vault: Vault, name: str) -> None:
    for method in (vault.load, vault.remove, vault.path):
        with pytest.raises(InputError, match="an account's name is"):
            method(name)


def test_a_removed_session_is_gone_and_may_be_removed_again(vault: Vault, tmp_path: Path) -> None:
    vault.store("one", SESSION)
    vault.remove("one")
    vault.remove("one")
    assert vault.names() == []
    Vault(tmp_path / "not there", vault.keys).remove("one")


def test_rotating_seals_all_anew_and_the_old_key_opens_nothing(vault: Vault) -> None:
    for name in ("one", "two"):
        vault.store(name, f"{SESSION} {name}")
    old = vault.keys.ring()
    assert vault.rotate() == 2
    assert [vault.load(name) for name in ("one", "two")] == [f"{SESSION} one", f"{SESSION} two"]
    assert (vault.stale(), len(vault.keys.ring().keys)) == ([], 1)
    with pytest.raises(Unopened, match="another key"):
        old.open("one", vault.path("one").read_bytes())


def test_a_key_from_the_environment_is_rotated_by_naming_the_new_one_first(vault: Vault) -> None:
    old, new = Ring((new_key(),)), Ring((new_key(),))
    path = vault.keys.path
    Vault(vault.folder, KeySource(path, old.text())).store("one", SESSION)
    both = Vault(vault.folder, KeySource(path, f"{new.text().strip()},{old.text()}"))
    assert both.stale() == ["one"]
    assert both.load("one") == SESSION
    assert both.rotate() == 1
    assert both.stale() == []
    assert Vault(vault.folder, KeySource(path, new.text())).load("one") == SESSION


def test_rotating_stops_before_it_changes_anything_where_a_session_does_not_open(
    vault: Vault,
) -> None:
    for name in ("one", "two"):
        vault.store(name, SESSION)
    vault.path("two").write_bytes(MAGIC + os.urandom(200))
    before = vault.path("one").read_bytes(), vault.keys.path.read_bytes()
    with pytest.raises(VaultError, match=r"two\.session"):
        vault.rotate()
    assert (vault.path("one").read_bytes(), vault.keys.path.read_bytes()) == before


_ROTATE = """
import os, sys
from pathlib import Path
import channels.accounts.vault as module
from channels.accounts.keys import KeySource
steps = 0
def counted(function):
    def run(*args):
        global steps
        steps += 1
        if steps > int(sys.argv[2]):
            os.kill(os.getpid(), 9)
        return function(*args)
    return run
Path.replace = counted(Path.replace)
folder = Path(sys.argv[1])
module.Vault(folder / "accounts", KeySource(folder / "accounts.key")).rotate()
print(steps)
"""


def test_a_rotation_that_is_killed_anywhere_loses_no_session(vault: Vault) -> None:
    for name in ("one", "two"):
        vault.store(name, f"{SESSION} {name}")
    killed = 0
    for after in range(10):
        command = [sys.executable, "-c", _ROTATE, str(vault.folder.parent), str(after)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert [vault.load(name) for name in ("one", "two")] == [f"{SESSION} one", f"{SESSION} two"]
        if done.returncode == 0:
            break
        assert done.returncode == -9, done.stderr
        killed += 1
    assert killed == 4  # key file, two sessions, key file again
    assert (vault.stale(), len(vault.keys.ring().keys)) == ([], 1)
    assert {path.name for path in vault.folder.iterdir()} == {"one.session", "two.session"}
    assert {path.name for path in vault.folder.parent.iterdir()} == {"accounts", "accounts.key"}


def test_many_that_make_a_key_at_once_make_one(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "accounts", KeySource(tmp_path / "accounts.key"))
    made: list[bool] = []
    threads = [threading.Thread(target=lambda: made.append(vault.prepare())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(made) == [False] * 7 + [True]


def test_reading_waits_for_a_rotation_to_end(vault: Vault) -> None:
    vault.store("one", SESSION)
    handle = os.open(vault.folder, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(vault.load("one")))
    reader.start()
    reader.join(0.2)
    assert (reader.is_alive(), read) == (True, [])
    os.close(handle)
    reader.join(60)
    assert read == [SESSION]
