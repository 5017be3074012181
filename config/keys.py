"""A walk over the schema: which keys there are, what they take, and which one is nearest."""

from __future__ import annotations

import difflib
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from config.schema import CHECKOUT, Settings

#: How a value is written in an environment variable.
Shape = Literal["text", "path", "boolean", "number", "list", "table"]


@dataclass(frozen=True, slots=True)
class Key:
    """One key: its dotted path, what it takes, its default and what it is for."""

    path: str
    takes: str
    shape: Shape
    default: str
    unit: str
    description: str


def keys(section: type[BaseModel] = Settings, prefix: str = "") -> Iterator[Key]:
    """All keys of ``section`` in the order of the schema, those of its sections after its own."""
    below: list[tuple[str, type[BaseModel]]] = []
    for name, field in section.model_fields.items():
        kind = _bare(field.annotation)
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            below.append((name, kind))
            continue
        yield _described(f"{prefix}{name}", field)
        row = _row(field.annotation)
        if row is not None:
            below.append((f"{name}[]", row))
    for name, kind in below:
        yield from keys(kind, f"{prefix}{name}.")


def nearest(path: str, known: list[str]) -> str:
    """The known key most like ``path``, or an empty string."""
    found = difflib.get_close_matches(path, known, n=1, cutoff=0.6)
    if found:
        return found[0]
    by_leaf = {name.rpartition(".")[2]: name for name in known}
    found = difflib.get_close_matches(path.rpartition(".")[2], list(by_leaf), n=1, cutoff=0.75)
    return by_leaf[found[0]] if found else ""


def _described(path: str, field: FieldInfo) -> Key:
    extra = field.json_schema_extra
    unit = str(extra.get("unit", "")) if isinstance(extra, dict) else ""
    default = "required" if field.is_required() else _default_text(field.default)
    return Key(
        path,
        _takes(field.annotation),
        _shape(field.annotation),
        default,
        unit,
        field.description or "",
    )


def _bare(annotation: Any) -> Any:
    """``annotation`` without ``Annotated`` and without ``| None``."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return _bare(next(part for part in get_args(annotation) if part is not type(None)))
    return annotation


def _row(annotation: Any) -> type[BaseModel] | None:
    """The section that each row of a table array is made of, if ``annotation`` is one."""
    bare = _bare(annotation)
    if get_origin(bare) is tuple:
        kind = _bare(get_args(bare)[0])
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind
    return None


def _shape(annotation: Any) -> Shape:
    bare = _bare(annotation)
    if get_origin(bare) is tuple:
        return "list"
    if get_origin(bare) is dict:
        return "table"
    if bare is bool:
        return "boolean"
    if bare is Path:
        return "path"
    return "number" if bare in (int, float) else "text"


def _takes(annotation: Any) -> str:
    bare = _bare(annotation)
    if _row(bare) is not None:
        return "list of tables"
    if get_origin(bare) is tuple:
        return f"list of: {_takes(get_args(bare)[0])}"
    if get_origin(bare) is dict:
        return "table: text = text"
    if isinstance(bare, type) and issubclass(bare, StrEnum):
        return " or ".join(bare)
    names = {bool: "true or false", int: "whole number", float: "number", Path: "path"}
    return names.get(bare, "text")


def _default_text(value: Any) -> str:
    if value is None:
        return "unset"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, BaseModel):
        shown = {name: _default_text(getattr(value, name)) for name in type(value).model_fields}
        return "{" + ", ".join(f"{name} = {text}" for name, text in shown.items()) + "}"
    if isinstance(value, Path):
        value = str(value.relative_to(CHECKOUT) if value.is_absolute() else value)
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, tuple):
        return "[" + ", ".join(_default_text(item) for item in value) + "]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f'"{key}" = "{item}"' for key, item in value.items()) + "}"
    return str(value)
