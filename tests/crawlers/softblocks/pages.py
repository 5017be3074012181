"""A page of the table, and what it is to be taken for."""

from __future__ import annotations

from dataclasses import dataclass, field

from domain.captures import Outcome


@dataclass(frozen=True, slots=True)
class Sample:
    """A page, and what it is to be taken for: an outcome, or None for a page of its own."""

    name: str
    outcome: Outcome | None
    markup: str
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200


def page(title: str, body: str, head: str = "", lang: str = "en") -> str:
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width">{head}</head>'
        f"<body>{body}</body></html>"
    )
