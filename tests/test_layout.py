"""The house's own rules: rooms come from this checkout, arrows point one way, nothing leaks in."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAY_IMPORT: dict[str, set[str]] = {
    "config": set(),
    "domain": set(),
    "net": {"domain"},
    "cases": {"domain"},
    "classifiers": {"domain"},
    "crawlers": {"domain", "net", "cases", "classifiers"},
    "channels": {"domain", "net", "cases", "classifiers"},
    "index": {"domain", "cases"},
    "blocking": {"domain", "net", "cases"},
    "review": {"domain", "net", "cases", "index", "blocking"},
}
MAY_IMPORT["nightly"] = set(MAY_IMPORT)
ROOMS = [*MAY_IMPORT]


def tracked(*patterns: str) -> list[Path]:
    out = subprocess.run(
        ["git", "ls-files", "-z", "--", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / name for name in out.stdout.split("\0") if name and (ROOT / name).is_file()]


def imported(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name.split(".")[0]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.lineno, node.module.split(".")[0]


def is_entry(path: str) -> bool:
    return path.endswith("/apps.py") or "/management/" in path or path == "crawlers/settings.py"


def wrong_arrows(name: str, path: Path) -> Iterator[str]:
    room = name.split("/")[0]
    allowed = MAY_IMPORT[room] | {room}
    if is_entry(name):
        allowed = allowed | {"config"}
    for line, other in imported(path):
        if other in {*ROOMS, "tests"} and other not in allowed:
            yield f"{name}:{line} imports {other}"


def test_imports_follow_the_arrows() -> None:
    files = [path for path in tracked("*.py") if path.relative_to(ROOT).parts[0] in ROOMS]
    assert len(files) > 50
    wrong = [w for path in files for w in wrong_arrows(str(path.relative_to(ROOT)), path)]
    assert wrong == []


def test_the_arrow_check_sees_a_wrong_arrow(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text("from cases.models import Case\nimport config.settings\n")
    assert list(wrong_arrows("domain/bad.py", bad)) == [
        "domain/bad.py:1 imports cases",
        "domain/bad.py:2 imports config",
    ]


def test_what_strangers_reach_imports_nothing_of_the_record() -> None:
    allowed = re.compile(r"review\.public(\..*)?|domain\..*|review\.serving|net\.addresses")
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {module}"
        for path in tracked("review/public/*.py")
        for line, module in whole_names(path)
        if module.split(".")[0] in {*ROOMS, "tests"}
        if not allowed.fullmatch(module)
    ]
    assert wrong == []


def whole_names(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.lineno, node.module


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_comes_from_this_checkout(room: str) -> None:
    module = importlib.import_module(room)
    assert module.__file__ is not None
    assert Path(module.__file__).is_relative_to(ROOT)


def test_packaging_names_every_room_and_nothing_else() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == ROOMS
    names = [re.split(r"[\[=<>~ ]", item)[0] for item in project["project"]["dependencies"]]
    assert "channels" not in names


def test_dependencies_are_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [item for items in project["optional-dependencies"].values() for item in items]
    loose = [item for item in [*project["dependencies"], *extras] if "==" not in item]
    assert loose == []


def test_pure_rooms_do_not_know_django_or_the_network() -> None:
    forbidden = {
        "domain": {"django", "httpx", "scrapy", "telethon", "requests", "socket"},
        "classifiers": {"django", "httpx", "scrapy", "telethon", "requests", "socket"},
        "net": {"django", "scrapy", "telethon"},
    }
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {other}"
        for room, names in forbidden.items()
        for path in tracked(f"{room}/*.py")
        if not is_entry(str(path.relative_to(ROOT)))
        for line, other in imported(path)
        if other in names
    ]
    assert wrong == []


def test_nothing_outside_the_clone_is_named() -> None:
    outside = re.compile(r"\.\./" + "shared|(?<![\\w.])/" + "(?:work|farm)/")
    named = []
    for path in tracked():
        if path.suffix in {".npz", ".onnx", ".png", ".gz"}:
            continue
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            if outside.search(line):
                named.append(f"{path.relative_to(ROOT)}:{number}")
    assert named == []
