"""Keeps what comes from outside and the record apart, in processes that know both databases."""

from __future__ import annotations

from typing import Any

#: The database of the record's processes that holds what was sent; the public process has no other
#: and calls it the default.
ALIAS = "intake"
_LABEL = "intake"


class Apart:
    """Tables of ``review.public`` live in ``ALIAS`` alone, and nothing else lives there."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        return ALIAS if model._meta.app_label == _LABEL else None

    def db_for_write(self, model: Any, **hints: Any) -> str | None:
        return self.db_for_read(model)

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool | None:
        return one._meta.app_label == other._meta.app_label or None

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return (db == ALIAS) == (app_label == _LABEL)
