"""The files that make narcowatch run over the world: seeds and settings, as TOML."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from tests.world.search import HOST as SEARCH_HOST
from tests.world.truth import Fact


def seeds_toml(facts: Iterable[Fact], searches: Iterable[str] = ()) -> str:
    """A seeds file that names ``facts`` in order, and one search for each query."""
    tables = [_seed(fact) for fact in facts]
    tables += [
        _table("search", {"query": q, "url": f"http://{SEARCH_HOST}/search?q={{query}}"})
        for q in searches
    ]
    return "\n".join(tables)


def _seed(fact: Fact) -> str:
    if fact.username:
        return _table("channel", {"name": fact.username})
    section = "onion" if fact.key.kind == "onion" else "site"
    return _table(section, {"url": fact.url, "expect": fact.expect})


def _table(name: str, values: Mapping[str, str]) -> str:
    lines = "".join(f"{key} = {toml_value(value)}\n" for key, value in values.items())
    return f"[[{name}]]\n{lines}"


def to_toml(settings: Mapping[str, Any]) -> str:
    """Nested tables as TOML: plain keys first, tables after them. Inner lists go in line."""
    plain = {key: value for key, value in settings.items() if not isinstance(value, Mapping)}
    lines = [f"{key} = {toml_value(value)}\n" for key, value in plain.items()]
    for name, table in settings.items():
        if isinstance(table, Mapping):
            lines.append(f"\n[{name}]\n")
            lines.extend(f"{key} = {toml_value(value)}\n" for key, value in table.items())
    return "".join(lines)


def toml_value(value: Any) -> str:
    """One TOML value; strings are written as JSON writes them, which TOML reads the same."""
    if isinstance(value, Mapping):
        return (
            "{ " + ", ".join(f"{json.dumps(k)} = {toml_value(v)}" for k, v in value.items()) + " }"
        )
    if isinstance(value, list | tuple):
        return "[" + ", ".join(toml_value(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)
