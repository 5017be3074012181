"""Django's settings, as a process sees them that starts with a given environment."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from config.databases import database
from config.errors import SettingsError
from config.schema import CHECKOUT
from config.secrets import kept_secret, secret_in


def run(code: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(CHECKOUT),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        **{f"NARCOWATCH_{name}": value for name, value in variables.items()},
    }
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_sqlite_lets_readers_read_beside_a_writer(tmp_path: Path) -> None:
    code = """
import django, json; django.setup()
from django.db import connection
cursor = connection.cursor()
ask = lambda name: cursor.execute("PRAGMA " + name).fetchone()[0]
print(json.dumps([ask("journal_mode"), ask("foreign_keys"), ask("busy_timeout")]))
"""
    (tmp_path / "data").mkdir()
    done = run(code, tmp_path, DATA_DIR="data")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == ["wal", 1, 30000]
    assert (tmp_path / "data" / "narcowatch.sqlite3").exists()


def test_two_writers_wait_for_each_other(tmp_path: Path) -> None:
    """With deferred transactions the second of two read-then-write ones fails at once."""
    code = """
import django; django.setup()
from django.db import connection, transaction
from threading import Thread
with connection.cursor() as cursor:
    cursor.execute("CREATE TABLE n (n INTEGER)"); cursor.execute("INSERT INTO n VALUES (0)")
def add():
    for _ in range(25):
        with transaction.atomic(), connection.cursor() as cursor:
            n = cursor.execute("SELECT n FROM n").fetchone()[0]
            cursor.execute("UPDATE n SET n = %s", [n + 1])
    connection.close()
threads = [Thread(target=add) for _ in range(4)]
[one.start() for one in threads]; [one.join() for one in threads]
print(connection.cursor().execute("SELECT n FROM n").fetchone()[0])
"""
    (tmp_path / "data").mkdir()
    done = run(code, tmp_path, DATA_DIR="data")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "100\n"


def test_passwords_are_hashed_with_argon2(tmp_path: Path) -> None:
    code = """
import django; django.setup()
from django.contrib.auth.hashers import make_password
print(make_password("correct horse battery")[:6])
"""
    assert run(code, tmp_path, DATA_DIR="data").stdout == "argon2\n"


def test_a_secret_is_made_once_and_nobody_else_can_read_it(tmp_path: Path) -> None:
    code = "from config.settings import SECRET_KEY; print(SECRET_KEY)"
    made = kept_secret(tmp_path / "data")
    assert len(made) > 50
    assert run(code, tmp_path, DATA_DIR="data").stdout.strip() == made
    kept = tmp_path / "data" / "secret_key"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700


def test_settings_alone_make_nothing(tmp_path: Path) -> None:
    code = "import django; django.setup(); from django.conf import settings; settings.SECRET_KEY"
    done = run(code, tmp_path, DATA_DIR="data")
    assert (done.returncode, done.stderr) == (0, "")
    assert list(tmp_path.iterdir()) == []


def test_a_secret_in_a_file_of_the_operators(tmp_path: Path) -> None:
    code = "from config.settings import SECRET_KEY; print(SECRET_KEY)"
    file = tmp_path / "key"
    file.write_text(f"{'k' * 50}\n")
    file.chmod(0o600)
    done = run(code, tmp_path, SECRET_KEY_FILE="key", PRODUCTION="true")
    assert done.stdout == f"{'k' * 50}\n", done.stderr


@pytest.mark.parametrize(
    ("content", "mode", "complaint"),
    [
        (None, 0o600, "No such file"),
        (b"k" * 50, 0o640, "chmod 600"),
        (b"k" * 49, 0o600, "49 characters"),
        (b"", 0o600, "0 characters"),
        (b"\xff" * 50, 0o600, "not UTF-8"),
    ],
)
def test_a_secret_file_that_is_no_secret_is_refused(
    tmp_path: Path, content: bytes | None, mode: int, complaint: str
) -> None:
    file = tmp_path / "key"
    if content is not None:
        file.write_bytes(content)
        file.chmod(mode)
    with pytest.raises(SettingsError, match=complaint) as caught:
        secret_in(file)
    assert "kkk" not in str(caught.value)


def test_processes_that_start_together_share_one_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        found = set(pool.map(kept_secret, [tmp_path / "data"] * 64))
    assert len(found) == 1
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret_key"]


def test_a_postgresql_url_is_taken_apart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    url = "postgresql://watch:p%40ss@db.example:6543/records"
    monkeypatch.setattr("config.databases.find_spec", lambda name: None)
    with pytest.raises(SettingsError, match=r"pip install 'narcowatch\[postgres\]'"):
        database(url, 30, tmp_path)
    monkeypatch.setattr("config.databases.find_spec", lambda name: name)
    table = database(url, 30, tmp_path)
    assert (table["USER"], table["PASSWORD"], table["HOST"]) == ("watch", "p@ss", "db.example")
    assert (table["NAME"], table["PORT"]) == ("records", "6543")


def test_an_sqlite_url_starts_from_the_data_directory(tmp_path: Path) -> None:
    assert database("sqlite:///other.db", 1, tmp_path)["NAME"] == str(tmp_path / "other.db")
    assert database("sqlite:////srv/x.db", 1, tmp_path)["NAME"] == "/srv/x.db"


def test_what_goes_wrong_is_logged_in_the_data_directory(tmp_path: Path) -> None:
    code = """
import django, logging; django.setup()
logging.getLogger("crawlers").info("quiet"); logging.getLogger("crawlers").warning("loud")
"""
    (tmp_path / "data").mkdir()
    done = run(code, tmp_path, DATA_DIR="data")
    assert done.stderr == "WARNING crawlers: loud\n"
    log = (tmp_path / "data" / "log" / "narcowatch.log").read_text()
    assert "INFO crawlers: quiet" in log
    assert "WARNING crawlers: loud" in log
