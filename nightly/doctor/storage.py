"""Checks of where things are kept: the data directory, the record, the index."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from pathlib import Path

from django.db import DatabaseError, connection

from cases.presence import database_made
from domain.errors import IndexingError
from index.opening import open_engine
from nightly.doctor.findings import GIGABYTE, Installation, Said, error, ok, warning
from nightly.readiness import unapplied

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def settings_right(installation: Installation) -> Said:
    if not installation.settings_refused:
        return ok(installation.settings_origin)
    count = len(installation.settings_refused)
    lines = "\n".join(installation.settings_refused)
    return error(
        f"{installation.settings_origin}, {count} refused; what is right of them was checked:\n"
        f"{lines}",
        "correct them: docs/settings.md tells every key",
    )


def data_dir_writable(installation: Installation) -> Said:
    folder = installation.data_dir
    named = f"{folder} ({installation.data_dir_origin})" if installation.data_dir_origin else folder
    if not folder.exists():
        above = next(parent for parent in folder.parents if parent.exists())
        if above.is_dir() and os.access(above, os.W_OK | os.X_OK):
            return warning(f"{named} is not there yet", f"run: {installation.program} migrate")
        return error(f"{named} cannot be made in {above}", "set data_dir to a folder of yours")
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"x")
    except OSError as failure:
        return error(f"{named}: {failure.strerror}", "set data_dir to a folder that can be written")
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & _OTHERS:
        return warning(f"{folder} is open to others (mode {mode:o})", f"chmod 700 {folder}")
    return ok(str(named))


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
    if not database_made():
        file = Path(str(connection.settings_dict["NAME"]))
        if not file.parent.is_dir() and file.parent != installation.data_dir:
            return error(f"{file}: there is no such folder", "check database.url")
        return warning(f"{file} is not there yet", f"run: {installation.program} migrate")
    try:
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as failure:
        return error(f"{connection.vendor}: {failure}", "check database.url and that it runs")
    return ok(f"{connection.vendor} {connection.settings_dict['NAME']}")


def database_migrated(installation: Installation) -> Said:
    hint = f"run: {installation.program} migrate"
    if not database_made():
        return error("there is no database yet", hint)
    try:
        left = unapplied()
    except DatabaseError as failure:
        return error(f"cannot be told: {failure}", "check database.url and that it runs")
    if left:
        return error(f"{left} migrations have not been applied", hint)
    return ok("all migrations are applied")


def index_writable(installation: Installation) -> Said:
    path = installation.data_dir / "index"
    hint = f"check index.url; `{installation.program} index rebuild` makes a damaged index anew"
    if not installation.index_url and not path.exists():
        return ok(f"{path} is not there yet: the first night makes it")
    try:
        engine = open_engine(installation.index_url, path)
    except IndexingError as failure:
        return error(str(failure), hint)
    try:
        health = engine.healthy()
    finally:
        engine.close()
    return ok(health.detail) if health.ok else error(health.detail, hint)
