"""How a section of the settings is written: each key with description, default, unit, limits."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


def key(default: Any, description: str, unit: str = "", **limits: Any) -> Any:
    return Field(default, description=description, json_schema_extra={"unit": unit}, **limits)


def table(section: type[BaseModel], description: str) -> Any:
    return Field(default_factory=section, description=description)


def required(description: str) -> Any:
    return Field(description=description, json_schema_extra={"unit": ""})


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
