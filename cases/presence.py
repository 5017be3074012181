"""Whether there is a record at all. Asking makes none."""

from __future__ import annotations

from pathlib import Path

from django.db import connection

from cases.models import AuditEvent


def database_made() -> bool:
    """False for a database file that is not there: connecting would make an empty one."""
    if connection.vendor != "sqlite" or connection.is_in_memory_db():  # type: ignore[attr-defined]
        return True
    return Path(str(connection.settings_dict["NAME"])).exists()


def chain_there() -> bool:
    """Whether there is a database with an audit chain. Raises DatabaseError when it cannot be
    asked."""
    return database_made() and AuditEvent._meta.db_table in connection.introspection.table_names()
