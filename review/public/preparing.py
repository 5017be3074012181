"""The intake's database brought to this version, whichever process comes first."""

from __future__ import annotations

from pathlib import Path

from django.db import connections, router
from django.db.migrations.executor import MigrationExecutor

from domain.errors import InputError
from review.public.models import Sending


def is_made() -> bool:
    """Whether there is a database at all; asking makes none."""
    file = _file()
    return file is None or file.exists()


def prepare() -> None:
    """Make the database where there is none, and bring its tables to this version. Raises
    InputError where its folder cannot be made."""
    if (file := _file()) is not None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise InputError(f"making {file.parent}: {error.strerror}") from error
    executor = MigrationExecutor(connections[router.db_for_write(Sending)])
    executor.migrate(executor.loader.graph.leaf_nodes("intake"))


def _file() -> Path | None:
    """The file of an SQLite database, None for all others."""
    connection = connections[router.db_for_write(Sending)]
    if connection.vendor != "sqlite" or connection.is_in_memory_db():  # type: ignore[attr-defined]
        return None
    return Path(str(connection.settings_dict["NAME"]))
