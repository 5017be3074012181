"""Reading the lists' TOML files: every complaint names the file, the table and the value."""

from __future__ import annotations

import tomllib
from datetime import date
from typing import Any

from domain.errors import InputError, KeyFormatError
from domain.targets import canonical_host


def read_table(text: str, origin: str) -> dict[str, Any]:
    """The TOML document in ``text``. Raises InputError naming ``origin``."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{origin}: {error}") from error


class Table:
    """One table of a list file; a missing one is empty."""

    def __init__(self, data: dict[str, Any], name: str, origin: str) -> None:
        table = data.get(name, {})
        if not isinstance(table, dict):
            raise InputError(f"{origin}: [{name}] must be a table")
        self.data, self.where = table, f"{origin}: [{name}]"

    def strings(self, key: str) -> tuple[str, ...]:
        """The list of strings under ``key``."""
        value = self.data.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise InputError(f"{self.where} {key} must be a list of strings")
        return tuple(value)

    def string(self, key: str) -> str:
        """The string under ``key``, which must be there."""
        value = self.data.get(key)
        if not isinstance(value, str) or not value.strip():
            raise InputError(f"{self.where} {key} must be a text")
        return value

    def hosts(self) -> frozenset[str]:
        """All host names of all lists in the table, canonical."""
        return frozenset(self._host(key, name) for key in self.data for name in self.strings(key))

    def _host(self, key: str, name: str) -> str:
        try:
            host = canonical_host(name)
        except KeyFormatError as error:
            raise InputError(f"{self.where} {key}: {error}") from error
        if host != name:
            raise InputError(f"{self.where} {key}: write {name!r} as {host!r}")
        return host


def dated(table: Table, key: str) -> date:
    """The date under ``key``, which must be there."""
    value = table.data.get(key)
    if not isinstance(value, date):
        raise InputError(f"{table.where} {key} must be a date, for instance 2026-01-31")
    return value
