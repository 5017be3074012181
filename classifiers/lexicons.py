"""Reads the lexicon files of a folder."""

from __future__ import annotations

from pathlib import Path

from domain.errors import InputError
from domain.lexicon import Lexicon


def read_lexicon(folder: Path) -> Lexicon:
    """The lexicon in the ``*.toml`` files of ``folder``; raises InputError naming what is wrong."""
    try:
        texts = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.toml")}
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"lexicon folder {folder} cannot be read: {error}") from error
    if not texts:
        raise InputError(f"lexicon folder {folder} has no *.toml")
    return Lexicon.parse(texts)
