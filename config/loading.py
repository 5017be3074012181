"""Reads ``narcowatch.toml`` and ``NARCOWATCH_*`` into the schema; the environment wins.

Nothing is guessed: every key that is not in the schema and every value that does not fit is
named, all of them at once.
"""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from config.errors import SettingsError
from config.keys import Shape, keys, nearest
from config.schema import Settings

PREFIX = "NARCOWATCH_"
FILE_VARIABLE = "NARCOWATCH_CONFIG"
FILE_NAME = "narcowatch.toml"
_BOOLEANS = {
    **dict.fromkeys(("1", "true", "yes", "on"), True),
    **dict.fromkeys(("0", "false", "no", "off"), False),
}
_LONGEST_SHOWN = 80
_LISTS = frozenset({"list_type", "tuple_type"})
_SECRETS = frozenset({"secret_key", "accounts_key", "channels.telegram.api_hash"})
#: What a file of settings, that is copied and sent around, must not hold.
_NOT_IN_FILES = ("accounts_key", "channels.telegram.api_hash")


def load(environ: Mapping[str, str], folder: Path) -> Settings:
    """The settings from the file and from ``environ``.

    The file is the one named by ``NARCOWATCH_CONFIG`` (none if that is empty) or else
    ``narcowatch.toml`` in ``folder`` if there is one. Relative paths in the file start from its
    own folder, all others from ``folder``. Raises SettingsError with every problem found.
    """
    written = collect(environ, folder)
    problems = [*written.problems]
    try:
        settings = written.validated()
    except ValidationError as error:
        problems += written.explained(error)
        raise SettingsError(problems) from None
    if problems:
        raise SettingsError(problems)
    return settings


@dataclass(frozen=True, slots=True)
class Written:
    """What file and variables say, before it is checked: a nested ``table``, the variable that a
    key came from (``origins``), and what was refused on the way (``problems``)."""

    path: Path | None
    table: dict[str, Any]
    origins: Mapping[str, str]
    problems: tuple[str, ...]

    def validated(self) -> Settings:
        """The settings of ``table``. Raises pydantic's ValidationError."""
        return Settings.model_validate_json(json.dumps(self.table), strict=True)

    def explained(self, error: ValidationError) -> list[str]:
        """One line for every problem of ``error``."""
        found = error.errors(include_url=False)
        return [line for item in found for line in _explained(item, self.origins, self.path)]


def collect(environ: Mapping[str, str], folder: Path) -> Written:
    """Read file and variables. Raises SettingsError when the file cannot be read at all."""
    path = settings_file(environ, folder)
    read = _read(path) if path else {}
    origins: dict[str, str] = {}
    problems = [
        f"{name} in {path.name if path else FILE_NAME}: must not stand in a file of settings, "
        f"which is copied and sent around: set {_variable(name)} in the environment, or name a "
        f"file that holds it in {name}_file"
        for name in _NOT_IN_FILES
        if _holds(read, name.split("."))
    ]
    merged = cast("dict[str, Any]", json.loads(json.dumps(read, default=str)))
    start = path.parent if path else folder
    _anchor_paths(merged, start)
    _lay_over(merged, environ, folder, origins, problems)
    merged.setdefault("data_dir", str(start / "var"))
    return Written(path, merged, origins, tuple(problems))


def _holds(table: Any, path: Sequence[str]) -> bool:
    for name in path:
        if not isinstance(table, dict) or name not in table:
            return False
        table = table[name]
    return True


def settings_file(environ: Mapping[str, str], folder: Path) -> Path | None:
    """The file that settings are read from, if any. Raises SettingsError when one is named that
    is not there."""
    named = environ.get(FILE_VARIABLE)
    if named == "":
        return None
    if named is not None:
        path = folder / Path(named).expanduser()
        if not path.is_file():
            raise SettingsError([f"{FILE_VARIABLE} = {named!r}: there is no such file"])
        return path
    path = folder / FILE_NAME
    return path if path.is_file() else None


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise SettingsError([f"{path}: {error}"]) from None


def _anchor_paths(table: dict[str, Any], folder: Path) -> None:
    """Make the paths in ``table`` absolute, starting from ``folder``."""
    for key in keys():
        above, _, leaf = key.path.rpartition(".")
        if key.shape != "path":
            continue
        for section in _sections(table, above.split(".") if above else []):
            if leaf in section:
                section[leaf] = _absolute(section[leaf], folder)


def _sections(table: Any, names: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The tables that stand under ``names``; one that ends in ``[]`` is a list of them."""
    if not isinstance(table, dict):
        return
    if not names:
        yield table
        return
    below = table.get(names[0].removesuffix("[]"))
    several = names[0].endswith("[]")
    for one in below if several and isinstance(below, list) else [None if several else below]:
        yield from _sections(one, names[1:])


def _absolute(value: Any, folder: Path) -> Any:
    if not isinstance(value, str) or not value:
        return value
    try:
        return str(folder / Path(value).expanduser())
    except RuntimeError:  # ~name of nobody: a folder of that very name, then
        return str(folder / value)


def _lay_over(
    merged: dict[str, Any],
    environ: Mapping[str, str],
    folder: Path,
    origins: dict[str, str],
    problems: list[str],
) -> None:
    """Put the variables over ``merged``; ``origins`` then tells which key came from which."""
    shapes = {key.path: key.shape for key in keys() if "[]" not in key.path}
    for variable, text in sorted(environ.items()):
        if not variable.startswith(PREFIX) or variable == FILE_VARIABLE:
            continue
        path = _dotted(variable)
        if path not in shapes:
            problems.append(_unknown_variable(variable, text, path, list(shapes)))
        elif any(0xD800 <= ord(char) <= 0xDFFF for char in text):
            problems.append(f"{variable}: the value is not UTF-8")
        else:
            origins[path] = variable
            value = (
                _absolute(text, folder) if shapes[path] == "path" else _value(text, shapes[path])
            )
            _put(merged, path.split("."), value)


def _unknown_variable(variable: str, text: str, path: str, known: list[str]) -> str:
    near = nearest(path, known)
    hint = f"; the nearest is {_variable(near)}" if near else ""
    return f"{variable} = {_shown(text)}: there is no such key{hint}"


def _put(table: dict[str, Any], path: list[str], value: Any) -> None:
    for name in path[:-1]:
        below = table.setdefault(name, {})
        if not isinstance(below, dict):
            return  # the file has a plain value where a section stands; validation names it
        table = below
    table[path[-1]] = value


def _value(text: str, shape: Shape) -> Any:
    """The value that ``text`` stands for, or ``text`` itself for validation to refuse."""
    if shape == "boolean":
        return _BOOLEANS.get(text.strip().lower(), text)
    if shape == "number":
        return _number(text)
    if shape in ("list", "table") and text.strip()[:1] in ("[", "{"):
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if shape == "list":
        return parts
    if shape == "table":
        pairs = [part.partition("=") for part in parts]
        return {name.strip(): value.strip() for name, _, value in pairs}
    return text


def _number(text: str) -> Any:
    try:
        return int(text)
    except ValueError:
        pass
    try:
        number = float(text)
    except ValueError:
        return text
    return number if math.isfinite(number) else text


def _explained(item: ErrorDetails, origins: Mapping[str, str], path: Path | None) -> list[str]:
    """One line a problem: where it was written, the value, and what is allowed."""
    if not item["loc"]:  # a rule over several keys; its message names them
        return str(item["ctx"]["error"]).splitlines()
    parts = [part for part in item["loc"] if part != "[key]"]
    name = ".".join(str(part) for part in parts).replace("..", ".")
    origin = next((origins[key] for key in origins if f"{name}.".startswith(f"{key}.")), "")
    where = origin or (f"{name} in {path.name}" if path else name)
    if origin and name != _dotted(origin):
        where = f"{origin} ({name})"
    if item["type"] == "extra_forbidden":
        known = [key.path.replace("[]", "") for key in keys()]
        plain = not isinstance(item["input"], dict)  # a table may stand anywhere
        if plain and not origin and len(parts) > 1 and parts[-1] in Settings.model_fields:
            return [f"{where}: {parts[-1]} is a top-level key: put it before the first [table]"]
        near = nearest(".".join(part for part in parts if isinstance(part, str)), known)
        hint = f"; the nearest is {near}" if near else ""
        return [f"{where} = {_shown(item['input'])}: there is no such key{hint}"]
    rows = any(key.path.startswith(f"{name}[]") for key in keys())
    if item["type"] in _LISTS and not rows and (text := _word(item["input"])):
        written = json.dumps([text], ensure_ascii=False)
        return [f"{where} = {_shown(text)}: must be a list: {written}"]
    shown = "" if item["type"] == "missing" else f" = {_shown(item['input'], name)}"
    return [f"{where}{shown}: {_allowed(item)}"]


def _word(value: Any) -> str:
    """``value`` where it is a text that no list was meant with, as in ``[1,`` from a variable."""
    return value if isinstance(value, str) and value[:1] not in ("[", "{") else ""


def _dotted(variable: str) -> str:
    return variable.removeprefix(PREFIX).lower().replace("__", ".")


def _variable(path: str) -> str:
    return f"{PREFIX}{path.upper().replace('.', '__')}"


def _allowed(item: ErrorDetails) -> str:
    if item["type"] == "missing":
        return "must be given"
    if item["type"] == "value_error":
        return str(item["ctx"]["error"])
    message = item["msg"].replace("Input should be", "must be")
    return message[:1].lower() + message[1:]


def _shown(value: Any, name: str = "") -> str:
    if name in _SECRETS:
        return "(not shown)"
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
