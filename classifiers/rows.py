"""Labelled rows of the text pack: one JSON object a line, gzip."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from domain.assessment import Label, Role
from domain.digests import sha256_hex
from domain.errors import InputError

# Kept out of every trained weight: the untrained Russian chat pool (one is non-commercial).
UNTRAINED = frozenset({"skoltech_sensitive_topics", "tgspam_umputun"})
_BROKEN = "evidence_was_in_host"


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled text; ``weak`` when a rule rather than a reader gave the label. In training it
    counts ``weight`` times what another of its source counts; ``category`` is what its source
    called it, ``role`` stands where the source states one."""

    text: str
    label: Label
    lang: str
    source: str
    weak: bool = False
    weight: float = 1.0
    category: str = ""
    role: Role | None = None


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of the pack: its rows, what was left out by reason, and what the card states."""

    name: str
    part: str
    rows: tuple[Row, ...]
    dropped: dict[str, int]
    sha256: str
    licences: tuple[str, ...]


def read_pack(folder: Path) -> list[SourceFile]:
    """The files under ``train`` and ``dev`` of a text pack.

    Raises InputError naming the file, and the line where there is one, for whatever is missing
    or not in the format.
    """
    files: list[SourceFile] = []
    for part in ("train", "dev"):
        paths = sorted((folder / part).glob("*.jsonl.gz"))
        if not paths:
            raise InputError(f"text pack {folder}: no *.jsonl.gz in {part}/")
        files += (_read(path, part) for path in paths)
    return files


def _read(path: Path, part: str) -> SourceFile:
    try:
        data = path.read_bytes()
        lines = gzip.decompress(data).decode("utf-8").removesuffix("\n").split("\n")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise InputError(f"text pack: {path} cannot be read: {error}") from error
    dropped: Counter[str] = Counter()
    licences: Counter[str] = Counter()
    rows = list(_parse(path, lines, dropped, licences))
    name = path.name.removesuffix(".jsonl.gz")
    kept = tuple(replace(row, source=name) for row in rows)
    return SourceFile(name, part, kept, dict(dropped), sha256_hex(data), tuple(sorted(licences)))


def _parse(
    path: Path, lines: list[str], dropped: Counter[str], licences: Counter[str]
) -> Iterator[Row]:
    for number, line in enumerate(lines, start=1):
        try:
            entry = json.loads(line)
            text, label = entry["text"], Label(entry["label"])
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(f"text pack: {path} line {number}: {error}") from error
        licences[str(entry.get("licence", "not stated"))] += 1
        if not isinstance(text, str) or not text.strip():
            dropped["empty"] += 1
        elif _BROKEN in str(entry.get("raw_category", "")):
            dropped[_BROKEN] += 1
        else:
            lang, weak = str(entry.get("lang", "")), bool(entry.get("weak"))
            category = str(entry.get("raw_category", ""))
            yield Row(text, label, lang, "", weak, category=category)
