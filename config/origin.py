"""Where settings and the data directory come from, in words for people who look for them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.errors import SettingsError
from config.loading import FILE_NAME, FILE_VARIABLE, PREFIX, collect, settings_file

_DATA_DIR = f"{PREFIX}DATA_DIR"


@dataclass(frozen=True, slots=True)
class Origin:
    """``settings`` names the file that was read, or says that there was none; ``data_dir`` says
    what made the data directory the one it is."""

    settings: str
    data_dir: str


def origin_of(environ: Mapping[str, str], folder: Path) -> Origin:
    """What ``config.loading.load`` goes by with the same arguments. Raises nothing."""
    try:
        path = settings_file(environ, folder)
    except SettingsError:
        path = None
    if path is None:
        named = environ.get(FILE_VARIABLE)
        why = f"no {FILE_NAME} in {folder}" if named is None else f"{FILE_VARIABLE} names no file"
        settings = f"no file: {why}"
        told = f"the default: {why}"
    else:
        settings = str(path)
        told = f"{'data_dir' if _has_data_dir(path) else 'the default: no data_dir'} in {path}"
    return Origin(settings, f"the variable {_DATA_DIR}" if _DATA_DIR in environ else told)


def places_of(environ: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Where each key is set that is not left at its default: the variable's name, or the file's, by
    the key with its dots. Empty where they cannot be read. Raises nothing."""
    try:
        written = collect(environ, folder)
    except SettingsError:
        return {}
    file = written.path.name if written.path else FILE_NAME
    return {path: written.origins.get(path, file) for path in _paths(written.table)}


def _paths(table: Mapping[str, Any], above: str = "") -> Iterator[str]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _paths(value, f"{above}{name}.")
        else:
            yield f"{above}{name}"


def _has_data_dir(path: Path) -> bool:
    try:
        return "data_dir" in tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return False
