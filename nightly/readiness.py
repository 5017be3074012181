"""Whether there is a record to work on. Without one a command is refused and told what to type."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from cases.presence import database_made
from domain.errors import InputError

#: Commands of ours that need no record; every other one does.
WITHOUT_RECORD = frozenset(
    {
        "doctor",
        "evaluate",
        "floors",
        "intake",
        "intake-token",
        "migrate",
        "score",
        "settings-table",
        "train",
        "verify-evidence",
        "verify-export",
    }
)


def needs_record(name: str, arguments: Sequence[str]) -> bool:
    """Whether a command works on the record. The tour of the console has one of its own."""
    return name not in WITHOUT_RECORD and not (name == "console" and "--demo" in arguments)


def check_record(data_dir: Path, origin: str, program: str) -> None:
    """Raise InputError unless the data directory is there and the database has all its tables.

    ``origin`` says where ``data_dir`` comes from, ``program`` how to call narcowatch. Nothing is
    made on the way.
    """
    where = f"{data_dir} ({origin})"
    if not data_dir.is_dir() or not database_made():
        raise InputError(
            f"there is no record in {where}; start narcowatch where your narcowatch.toml is, or "
            f"begin one here: {program} migrate"
        )
    if left := unapplied():
        are = "migration has" if left == 1 else "migrations have"
        raise InputError(
            f"{left} {are} not been applied to the database of {where}; run: {program} migrate"
        )


def unapplied() -> int:
    """How many migrations the database lacks. Raises DatabaseError when it cannot be asked."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
