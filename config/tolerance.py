"""Settings for the doctor, which must run where they are refused: what is right, and the rest.

Everybody else gets ``SettingsError``. The doctor asks for tolerance before Django's settings are
made, since afterwards it is too late.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from config.databases import database
from config.errors import SettingsError
from config.loading import FILE_VARIABLE, Written, collect, load
from config.schema import Settings
from config.secrets import found_secret, secret_in

#: Rules over several keys name no single one. They hold when these are gone, one after another.
_OF_RULES = ("production", "debug", "net", "blocking")
_asked = False


@dataclass(frozen=True, slots=True)
class Ready:
    """Settings with what is made from them. ``refused`` is empty unless tolerance was asked."""

    settings: Settings
    secret: str
    database: dict[str, Any]
    refused: tuple[str, ...] = ()


def ask() -> None:
    """Have the next ``ready`` return what is right instead of raising."""
    global _asked
    _asked = True


def ready(environ: Mapping[str, str], folder: Path) -> Ready:
    """The settings, their secret and their database. Raises SettingsError unless tolerance was
    asked for."""
    try:
        settings = load(environ, folder)
        return Ready(settings, _secret(settings), _database(settings))
    except SettingsError as error:
        if not _asked:
            raise
        return _tolerant(environ, folder, error)


def _secret(settings: Settings) -> str:
    in_file = settings.secret_key_file
    kept = secret_in(in_file) if in_file is not None else found_secret(settings.data_dir)
    return settings.secret_key or kept


def _database(settings: Settings) -> dict[str, Any]:
    return database(settings.database.url, settings.database.timeout_s, settings.data_dir)


def _tolerant(environ: Mapping[str, str], folder: Path, refused: SettingsError) -> Ready:
    try:
        written = collect(environ, folder)
    except SettingsError:  # no file that can be read: the variables alone
        written = collect({**environ, FILE_VARIABLE: ""}, folder)
    settings = _what_is_right(written)
    try:
        table = _database(settings)
    except SettingsError:
        settings = settings.model_copy(update={"database": Settings().database})
        table = _database(settings)
    return Ready(settings, found_secret(settings.data_dir), table, refused.problems)


def _what_is_right(written: Written) -> Settings:
    """The settings without the keys that are refused. Each round takes at least one away."""
    while True:
        try:
            return written.validated()
        except ValidationError as error:
            locations = [item["loc"] for item in error.errors(include_url=False)]
            for path in locations:
                _drop(written.table, path or _next_of_rules(written.table))


def _next_of_rules(table: Mapping[str, Any]) -> tuple[str, ...]:
    return next((name,) for name in _OF_RULES if name in table)


def _drop(table: dict[str, Any], path: tuple[int | str, ...]) -> None:
    """Take the key away that ``path`` leads to, or the nearest above it that is a table's."""
    within: Any = table
    names = [part for part in path if part != "[key]"]
    for name in names[:-1]:
        below = within.get(name) if isinstance(within, dict) else None
        if not isinstance(below, dict):
            break
        within, names = below, names[1:]
    with contextlib.suppress(KeyError):
        del within[names[0]]
