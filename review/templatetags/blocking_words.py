"""Words of requests, exports and orders in the reader's language."""

from __future__ import annotations

from typing import Any

from django import template

from review.console import words

register = template.Library()
_TABLES: dict[str, dict[Any, Any]] = {
    "order": words.ORDER_STATES,
    "standing": words.STANDINGS,
    "export": words.EXPORT_STATES,
    "scope": words.SCOPES,
    "action": words.ACTIONS,
    "answer": words.ANSWERS,
    "outcome": words.OUTCOMES,
}


@register.filter
def word(code: object, table: str) -> Any:
    """What ``code`` is called; the tables' keys are enums of strings."""
    return _TABLES[table].get(code, code)
