"""Checks of where things are kept: the data directory, the record, the index."""

from __future__ import annotations

import shutil
import stat
import tempfile
from pathlib import Path

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from domain.errors import IndexingError
from index.opening import open_engine
from nightly.doctor.findings import GIGABYTE, Installation, Said, error, ok, warning

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def data_dir_writable(installation: Installation) -> Said:
    folder = installation.data_dir
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"x")
    except OSError as failure:
        return error(
            f"{folder}: {failure.strerror}", "set data_dir to a folder that can be written"
        )
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & _OTHERS:
        return warning(f"{folder} is open to others (mode {mode:o})", f"chmod 700 {folder}")
    return ok(str(folder))


def disk_space(installation: Installation) -> Said:
    folder = _nearest(installation.data_dir)
    free = shutil.disk_usage(folder).free
    message = f"{free / GIGABYTE:.1f} GB free in {folder}"
    hint = "make room, or move data_dir"
    if free < installation.disk_error_bytes:
        return error(message, hint)
    if free < installation.disk_warning_bytes:
        return warning(message, hint)
    return ok(message)


def _nearest(path: Path) -> Path:
    """``path`` or the closest folder above it that is there."""
    while not path.is_dir():
        path = path.parent
    return path


def database_reachable(installation: Installation) -> Said:
    try:
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as failure:
        return error(f"{connection.vendor}: {failure}", "check database.url and that it runs")
    return ok(f"{connection.vendor} {connection.settings_dict['NAME']}")


def database_migrated(installation: Installation) -> Said:
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as failure:
        return error(f"cannot be told: {failure}", "check database.url and that it runs")
    if plan:
        return error(f"{len(plan)} migrations have not been applied", "run: narcowatch migrate")
    return ok("all migrations are applied")


def index_writable(installation: Installation) -> Said:
    path = installation.data_dir / "index"
    hint = "check index.url; `narcowatch index rebuild` makes a damaged index anew"
    try:
        engine = open_engine(installation.index_url, path)
    except IndexingError as failure:
        return error(str(failure), hint)
    try:
        health = engine.healthy()
    finally:
        engine.close()
    return ok(health.detail) if health.ok else error(health.detail, hint)
