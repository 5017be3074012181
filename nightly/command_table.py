"""What commands there are, found without importing one (some load models or a reactor)."""

from __future__ import annotations

import ast
from pathlib import Path

from config.schema import CHECKOUT


def command_table(root: Path = CHECKOUT) -> dict[str, str]:
    """Name and one-line help of each command, in alphabetical order."""
    found = {}
    for path in root.glob("*/management/commands/*.py"):
        if not path.stem.startswith("_") and (path.parents[2] / "apps.py").is_file():
            found[path.stem] = _help_in(path)
    return dict(sorted(found.items()))


def _help_in(path: Path) -> str:
    """The first line of the literal ``help`` of the class ``Command`` in the file."""
    for node in ast.parse(path.read_bytes()).body:
        if isinstance(node, ast.ClassDef) and node.name == "Command":
            for statement in node.body:
                text = _assigned(statement, "help")
                if text:
                    return text.strip().partition("\n")[0]
    return ""


def _assigned(statement: ast.stmt, name: str) -> str:
    targets: list[ast.expr]
    if isinstance(statement, ast.AnnAssign):
        targets, value = [statement.target], statement.value
    elif isinstance(statement, ast.Assign):
        targets, value = statement.targets, statement.value
    else:
        return ""
    named = any(isinstance(target, ast.Name) and target.id == name for target in targets)
    if named and isinstance(value, ast.Constant) and isinstance(value.value, str):
        return value.value
    return ""
