"""A database URL as Django's table."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from config.errors import SettingsError

SQLITE_FILE = "narcowatch.sqlite3"
#: What is sent from outside waits in a folder of its own, which can belong to another user.
INTAKE_FILE = "intake/intake.sqlite3"
#: Readers beside one writer; a commit survives the death of the process.
_PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON"
#: How long a thread of the console keeps its connection. Opened for each page, PostgreSQL would
#: start a process for each, and the last to close SQLite's file would write its log back each time.
_KEPT_S = 600


def database(
    url: str, timeout_s: float, data_dir: Path, *, file: str = SQLITE_FILE
) -> dict[str, Any]:
    """Django's settings of one database; ``file`` is what SQLite's is called where no ``url`` names
    one. Raises SettingsError where psycopg is missing."""
    if url.startswith("postgresql://"):
        return _postgresql(url, timeout_s)
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "CONN_MAX_AGE": _KEPT_S,
        "NAME": str(data_dir / (url.removeprefix("sqlite:///") or file)),
        "OPTIONS": {
            "timeout": timeout_s,
            "transaction_mode": "IMMEDIATE",
            "init_command": _PRAGMAS,
        },
    }


def _postgresql(url: str, timeout_s: float) -> dict[str, Any]:
    if find_spec("psycopg") is None:
        raise SettingsError(
            ["database.url: PostgreSQL needs psycopg: pip install 'narcowatch[postgres]'"]
        )
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": _KEPT_S,
        "CONN_HEALTH_CHECKS": True,
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": {
            "connect_timeout": max(1, round(timeout_s)),
            "options": f"-c lock_timeout={round(timeout_s * 1000)}",
        },
    }
