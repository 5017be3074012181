"""The console speaks Kazakh and Russian whole: no text missing, doubtful, copied or out of date."""

from __future__ import annotations

import ast
import os
import re
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from config.schema import CHECKOUT

REVIEW = CHECKOUT / "review"
FORMS = {"kk": 2, "ru": 3}
#: Texts that are rightly the same in English, by language, each with the reason.
_NO_WORDS = {"%(name)s: %(text)s [%(code)s]": "there are no words in it"}
SAME: dict[str, dict[str, str]] = {"kk": _NO_WORDS, "ru": _NO_WORDS}
CYRILLIC = re.compile(r"[а-яёәғқңөұүһі]", re.IGNORECASE)
WORD = re.compile(r"[а-яёәғқңөұүһі]+", re.IGNORECASE)
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|<[^>]*>")
Key = tuple[str, str]
languages = pytest.mark.parametrize("language", sorted(FORMS))


@dataclass
class Entry:
    """A message of a catalogue: all its strings by the keyword that they stand behind."""

    flags: str = ""
    strings: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        return self.strings.get("msgctxt", ""), self.strings["msgid"]

    @property
    def plural(self) -> str | None:
        return self.strings.get("msgid_plural")

    @property
    def told(self) -> list[str]:
        return [text for name, text in self.strings.items() if name.startswith("msgstr")]


def entries(path: Path) -> Iterator[Entry]:
    """The messages of a ``.po`` file but for its header."""
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        entry, name = Entry(), ""
        for line in block.splitlines():
            if line.startswith("#"):
                assert not line.startswith("#~"), f"obsolete: {line}"
                entry.flags += line if line.startswith("#,") else ""
                continue
            word, _, text = line.partition('"')
            name = word.strip() or name
            entry.strings[name] = entry.strings.get(name, "") + ast.literal_eval(f'"{text}')
        if entry.strings.get("msgid"):
            yield entry


def catalogue(language: str) -> Path:
    return REVIEW / "locale" / language / "LC_MESSAGES" / "django.po"


def compiled(path: Path) -> dict[bytes, bytes]:
    """The messages of a ``.mo`` file, as the manual of gettext has its format."""
    data = path.read_bytes()
    magic, _, count, ids, texts = struct.unpack_from("<5I", data)
    assert magic == 0x950412DE

    def string(table: int, at: int) -> bytes:
        length, start = struct.unpack_from("<2I", data, table + 8 * at)
        return data[start : start + length]

    return {string(ids, at): string(texts, at) for at in range(count)}


@languages
def test_nothing_is_missing_or_doubtful(language: str) -> None:
    found = list(entries(catalogue(language)))
    assert len(found) > 700
    for entry in found:
        assert "fuzzy" not in entry.flags, entry.key
        assert all(text.strip() for text in entry.told), entry.key
        assert len(entry.told) == (FORMS[language] if entry.plural else 1), entry.key


@languages
def test_nothing_is_copied(language: str) -> None:
    for entry in entries(catalogue(language)):
        msgid = entry.strings["msgid"]
        copied = {text for text in entry.told if text in {msgid, entry.plural}}
        foreign = {text for text in entry.told if not CYRILLIC.search(text)}
        assert bool(copied | foreign) == (msgid in SAME[language]), entry.key


def test_kazakh_is_no_russian() -> None:
    russian = {entry.key: entry.told for entry in entries(catalogue("ru"))}
    for entry in entries(catalogue("kk")):
        text = entry.told[0]
        if len(WORD.findall(text)) > 1:  # single words are often borrowed
            assert text not in russian[entry.key], entry.key


@languages
def test_what_is_filled_in_is_the_same(language: str) -> None:
    for entry in entries(catalogue(language)):
        wanted = sorted(PLACEHOLDER.findall(entry.strings["msgid"]))
        for text in entry.told:
            assert sorted(PLACEHOLDER.findall(text)) == wanted, entry.key


@languages
def test_the_compiled_catalogue_is_that_of_the_texts(language: str, tmp_path: Path) -> None:
    path, made = catalogue(language), tmp_path / "made.mo"
    subprocess.run(["msgfmt", "--check", "-o", made, path], check=True, timeout=60)
    assert compiled(path.with_suffix(".mo")) == compiled(made)


def test_the_catalogues_have_the_texts_of_the_code_and_no_others(tmp_path: Path) -> None:
    """After a change of texts: ``python -m django makemessages -l ru -l kk --no-location --no-wrap
    --no-obsolete`` in ``review/``, then translate, then ``python -m django compilemessages``."""
    there = tmp_path / "review"
    shutil.copytree(REVIEW, there, ignore=shutil.ignore_patterns("locale", "__pycache__"))
    (there / "locale").mkdir()
    command = [sys.executable, "-m", "django", "makemessages", "-l", "ru", "--no-location"]
    env = {name: text for name, text in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    subprocess.run(command, cwd=there, env=env, check=True, timeout=120, capture_output=True)
    path = there / "locale" / "ru" / "LC_MESSAGES" / "django.po"
    wanted = {(entry.key, entry.plural) for entry in entries(path)}
    for language in FORMS:
        found = {(entry.key, entry.plural) for entry in entries(catalogue(language))}
        assert wanted - found == set(), language
        assert found - wanted == set(), language


@pytest.mark.parametrize("path", sorted(REVIEW.rglob("*.py")), ids=lambda p: p.name)
def test_every_text_is_marked_by_a_name_that_makemessages_knows(path: Path) -> None:
    """A function of another name marks nothing, and its texts would stay English in silence."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            for alias in node.names:
                assert alias.asname in {None, "_"}, alias.asname
                assert alias.asname is None or alias.name in {
                    "gettext",
                    "gettext_lazy",
                    "gettext_noop",
                }
