"""Evaluation texts as JSON lines: one file, and the project's own folder of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from classifiers.rows import Row
from domain.assessment import Label, Role
from domain.digests import digest, sha256_hex
from domain.errors import InputError


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """One file of evaluation texts, with the SHA-256 of its bytes."""

    name: str
    sha256: str
    rows: tuple[Row, ...]


def read_corpora(path: Path) -> list[CorpusFile]:
    """Every ``*.jsonl`` in the folder ``path``, by name; or ``path`` alone, when it is a file.

    Raises InputError where there is none, for one without rows, and as ``read_corpus`` does.
    """
    if path.is_file():
        return [_read(path)]
    found = [_read(one) for one in sorted(path.glob("*.jsonl"))]
    if not found:
        raise InputError(f"there are no evaluation texts: no *.jsonl in {path}")
    return found


def digest_of(hashes: Mapping[str, str]) -> str:
    """One digest of evaluation texts: over the SHA-256 of each file by its name."""
    return digest(dict(hashes))


def _read(path: Path) -> CorpusFile:
    rows = read_corpus(path)
    if not rows:
        raise InputError(f"corpus {path} has no rows")
    return CorpusFile(path.name, sha256_hex(path.read_bytes()), tuple(rows))


def texts_of(files: Sequence[CorpusFile]) -> list[str]:
    """All texts of ``files``."""
    return [row.text for one in files for row in one.rows]


def read_corpus(path: Path) -> list[Row]:
    """Rows of a JSON-lines corpus of one's own: ``text``, ``label``, ``lang``, ``source`` and,
    where it is known, ``role``.

    Raises InputError naming file and line for whatever is not in the format.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"corpus {path} cannot be read: {error}") from error
    return [_row(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]


def _row(path: Path, number: int, line: str) -> Row:
    try:
        entry = json.loads(line)
        text, lang, source = entry["text"], entry.get("lang", ""), entry.get("source", path.stem)
        if not isinstance(text, str):
            raise TypeError("text is not a string")
        role = Role(entry["role"]) if entry.get("role") else None
        return Row(text, Label(entry["label"]), str(lang), str(source), role=role)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"corpus {path} line {number}: {error!r}") from error
