"""Seeds: what a night begins with. Bytes of a TOML file in, seeds and problems out.

::

    [[site]]     url = "https://…"         notes = "…"   expect = "captcha"
    [[onion]]    url = "http://….onion/"
    [[channel]]  name = "@name"
    [[search]]   query = "…"  url = "https://engine.example/search?q={query}"
    [[tips]]     file = "tips.csv"
    [[ct]]       file = "crt-sh.json"  match = "*shop* *market*"

Files that are named stand relative to the seeds file; reading them is not done here. Every table
is read by itself, so that a broken one does not take the others with it; each problem has its line.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import quote_plus

from domain.candidates import Candidate
from domain.captures import Outcome
from domain.digests import digest
from domain.errors import KeyFormatError
from domain.onion import is_onion
from domain.seed_blocks import Block, split_blocks
from domain.targets import (
    TargetKey,
    canonical_url,
    host_of,
    is_telegram_link,
    site_key,
    telegram_key,
    url_key,
)

#: What a source is expected to give unless its seed names an outcome.
DOCUMENTS = "documents"
_NOT_EXPECTED = (Outcome.OK, Outcome.NO_ICON)
EXPECTATIONS = (DOCUMENTS, *(one.value for one in Outcome if one not in _NOT_EXPECTED))
QUERY_MARK = "{query}"
_LONGEST_NOTE = 500
_LONGEST_SHOWN = 120


class SeedKind(StrEnum):
    """The sections of a seeds file."""

    SITE = "site"
    ONION = "onion"
    CHANNEL = "channel"
    SEARCH = "search"


class FileKind(StrEnum):
    """The sections that name a file of further targets."""

    TIPS = "tips"
    CT = "ct"


@dataclass(frozen=True, slots=True)
class SeedFile:
    """A file with targets: of tips, or of a certificate-transparency search, of whose names those
    count that fit one of ``match``."""

    kind: FileKind
    file: str
    match: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Seed:
    """One thing to begin with. ``url`` is empty for channels, filled in for searches.

    ``expect`` is DOCUMENTS or the value of an Outcome.
    """

    kind: SeedKind
    target: TargetKey
    url: str
    expect: str
    notes: str
    line: int


@dataclass(frozen=True, slots=True)
class SeedProblem:
    """A line that was refused, and why."""

    line: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class SeedList:
    """The seeds that are right, in order, and every problem. ``digest`` is the seeds' alone.

    ``candidates`` came out of ``files``, ``left_out`` counts what did not, by reason; both are
    empty until the files are read.
    """

    seeds: tuple[Seed, ...]
    problems: tuple[SeedProblem, ...]
    digest: str
    files: tuple[SeedFile, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)


_REQUIRED: Mapping[str, tuple[str, ...]] = {
    SeedKind.SITE: ("url",),
    SeedKind.ONION: ("url",),
    SeedKind.CHANNEL: ("name",),
    SeedKind.SEARCH: ("query", "url"),
    FileKind.TIPS: ("file",),
    FileKind.CT: ("file",),
}
_OPTIONAL = ("expect", "notes")
_OPTIONAL_OF_FILES: Mapping[str, tuple[str, ...]] = {
    FileKind.TIPS: ("notes",),
    FileKind.CT: ("match", "notes"),
}


def parse_seeds(data: bytes) -> SeedList:
    """Read a seeds file. Never raises: whatever is wrong is a problem with its line."""
    blocks = split_blocks(data)
    seeds: list[Seed] = []
    files: list[SeedFile] = []
    problems: list[SeedProblem] = []
    seen: dict[TargetKey, int] = {}
    for block in blocks:
        wrong = [(block.problem_line, block.problem)] if block.problem else _wrong_keys(block)
        if not wrong and block.name in [*FileKind]:
            files.append(_file(block))
        elif not wrong:
            try:
                seed = _seed(block)
                _refuse_second(seed, seen)
                seeds.append(seed)
            except _RefusedKey as error:
                wrong = [(block.line_of(error.key), error.reason)]
        problems += [SeedProblem(at, _shown(block.text_at(at)), reason) for at, reason in wrong]
    if not blocks:
        problems.append(SeedProblem(1, "", f"no seeds: {_why_empty(data)}"))
    rows = [[seed.kind.value, str(seed.target), seed.url, seed.expect] for seed in seeds]
    rows += [[file.kind.value, file.file, *file.match] for file in files]
    return SeedList(tuple(seeds), tuple(problems), digest(rows), tuple(files))


def _why_empty(data: bytes) -> str:
    """``data`` holds no table and nothing that is wrong: blanks, or comments too."""
    return "every line is a comment; take the # off one" if b"#" in data else "the file is empty"


def _file(block: Block) -> SeedFile:
    match = str(block.table.get("match", "")).lower().split()
    return SeedFile(FileKind(block.name), str(block.table["file"]), tuple(match), block.line)


class _RefusedKey(Exception):
    """The value of ``key`` is wrong, for this reason."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(reason)
        self.key = key
        self.reason = reason


def _wrong_keys(block: Block) -> list[tuple[int, str]]:
    """Unknown section, unknown and missing keys, values that are no text: line and reason."""
    if block.name not in _REQUIRED:
        known = ", ".join(f"[[{kind}]]" for kind in _REQUIRED)
        return [(block.line, f"unknown section [[{block.name}]], there are {known}")]
    required = _REQUIRED[block.name]
    allowed = [*required, *_OPTIONAL_OF_FILES.get(block.name, _OPTIONAL)]
    wrong: list[tuple[int, str]] = []
    for key, value in block.table.items():
        if key not in allowed:
            near = difflib.get_close_matches(key, allowed, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(allowed)}"
            wrong.append((block.line_of(key), f"unknown key {_shown(key)!r}; {hint}"))
        elif not isinstance(value, str) or not value.strip():
            wrong.append((block.line_of(key), f"{key} must be text in quotes, and not empty"))
    missing = [key for key in required if key not in block.table]
    wrong += [(block.line, f"[[{block.name}]] needs the key {key!r}") for key in missing]
    return sorted(wrong)


def _seed(block: Block) -> Seed:
    kind = SeedKind(block.name)
    values = {key: str(value).strip() for key, value in block.table.items()}
    try:
        target, url = _TARGETS[kind](values)
    except KeyFormatError as error:
        raise _RefusedKey("name" if kind is SeedKind.CHANNEL else "url", str(error)) from error
    expect = values.get("expect", DOCUMENTS)
    if expect not in EXPECTATIONS:
        near = difflib.get_close_matches(expect, EXPECTATIONS, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(EXPECTATIONS)}"
        raise _RefusedKey("expect", f"unknown expectation {_shown(expect)!r}; {hint}")
    return Seed(kind, target, url, expect, _notes(values.get("notes", "")), block.line)


def _notes(text: str) -> str:
    notes = " ".join(text.split())
    if len(notes) > _LONGEST_NOTE:
        raise _RefusedKey("notes", f"notes of {len(notes)} characters, at most {_LONGEST_NOTE}")
    if not notes.isprintable():
        raise _RefusedKey("notes", "notes with control or invisible characters")
    return notes


def _site(values: Mapping[str, str]) -> tuple[TargetKey, str]:
    url = canonical_url(values["url"])
    if is_onion(host_of(url)):
        raise KeyFormatError(f"an onion service goes under [[onion]]: {url}")
    if is_telegram_link(url):
        raise KeyFormatError(f"a Telegram channel goes under [[channel]]: {url}")
    return site_key(url), url


def _onion(values: Mapping[str, str]) -> tuple[TargetKey, str]:
    url = canonical_url(values["url"])
    if not is_onion(host_of(url)):
        raise KeyFormatError(f"a clearnet site goes under [[site]]: {url}")
    return site_key(url), url


def _channel(values: Mapping[str, str]) -> tuple[TargetKey, str]:
    return telegram_key(values["name"]), ""


def _search(values: Mapping[str, str]) -> tuple[TargetKey, str]:
    template = values["url"]
    if template.count(QUERY_MARK) != 1:
        raise KeyFormatError(f"the URL must hold {QUERY_MARK} once: {_shown(template)!r}")
    url = canonical_url(template.replace(QUERY_MARK, quote_plus(values["query"])))
    return url_key(url), url


_TARGETS: Mapping[SeedKind, Callable[[Mapping[str, str]], tuple[TargetKey, str]]] = {
    SeedKind.SITE: _site,
    SeedKind.ONION: _onion,
    SeedKind.CHANNEL: _channel,
    SeedKind.SEARCH: _search,
}


def _refuse_second(seed: Seed, seen: dict[TargetKey, int]) -> None:
    """Two seeds of one target are one too many, however they are written."""
    first = seen.setdefault(seed.target, seed.line)
    if first != seed.line:
        key = "name" if seed.kind is SeedKind.CHANNEL else "url"
        raise _RefusedKey(key, f"{seed.target} is named in line {first} already")


def _shown(text: str) -> str:
    """``text`` fit for a terminal: one short line without control or invisible characters."""
    plain = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
    return plain.strip()[:_LONGEST_SHOWN]
