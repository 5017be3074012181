"""A TOML file of tables, taken apart so that each table can be read, or refused, by itself."""

from __future__ import annotations

import codecs
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field

_HEADER = re.compile(r"\s*\[\[\s*([A-Za-z0-9_-]+)\s*\]\]\s*(#.*)?")
_POSITION = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
#: How many lines that look like a header a string over several lines may hold.
_MOST_HEADERS_IN_STRING = 8
#: A longer line is no seed; TOML's dotted keys and numbers cost more than their length.
_LONGEST_LINE = 10_000


@dataclass(frozen=True, slots=True)
class Block:
    """One table with its line, its name and its keys; or ``problem`` and the line it is on.

    ``lines`` is the text that the block was read from.
    """

    line: int
    lines: tuple[str, ...]
    name: str = ""
    table: dict[str, object] = field(default_factory=dict)
    problem: str = ""
    problem_line: int = 0

    def line_of(self, key: str) -> int:
        """The line on which ``key`` is set, or the block's own."""
        pattern = re.compile(rf"""\s*["']?{re.escape(key)}["']?\s*=""")
        for number, text in enumerate(self.lines):
            if pattern.match(text):
                return self.line + number
        return self.line

    def text_at(self, line: int) -> str:
        offset = line - self.line
        return self.lines[offset] if 0 <= offset < len(self.lines) else ""


def split_blocks(data: bytes) -> list[Block]:
    """The tables of a file in order. Whatever stands before the first one is a block with a
    problem, unless it is empty or a comment. Never raises.
    """
    if data.startswith(_UTF16_MARKS):
        return [Block(1, (), problem="the file is UTF-16; save it as UTF-8", problem_line=1)]
    lines, undecodable = _lines(data.removeprefix(codecs.BOM_UTF8))
    starts = [number for number, text in enumerate(lines) if text.lstrip().startswith("[")]
    blocks = _before_all(lines[: starts[0] if starts else len(lines)])
    position = 0
    while position < len(starts):
        block, taken = _block(lines, starts, position, undecodable)
        blocks.append(block)
        position += taken
    return blocks


def _lines(data: bytes) -> tuple[list[str], frozenset[int]]:
    """The lines without their ends, and the indexes of those that are not UTF-8."""
    lines: list[str] = []
    undecodable: set[int] = set()
    for number, raw in enumerate(data.split(b"\n")):
        try:
            lines.append(raw.removesuffix(b"\r").decode())
        except UnicodeDecodeError:
            lines.append(raw.removesuffix(b"\r").decode(errors="replace"))
            undecodable.add(number)
    return lines, frozenset(undecodable)


def _before_all(lines: Sequence[str]) -> list[Block]:
    for number, text in enumerate(lines):
        if text.strip() and not text.lstrip().startswith("#"):
            problem = "this stands before the first [[section]]"
            return [Block(1, tuple(lines), problem=problem, problem_line=number + 1)]
    return []


def _block(
    lines: Sequence[str], starts: Sequence[int], position: int, undecodable: frozenset[int]
) -> tuple[Block, int]:
    """The block at ``starts[position]``, and how many of ``starts`` it took.

    A line that looks like a header may stand in a string over several lines: where the text up
    to it is no TOML and opens such a string, more is tried. Where that does not help, the block
    is refused and ends at the next header.
    """
    start = starts[position]
    ends = [*starts[position + 1 : position + 1 + _MOST_HEADERS_IN_STRING], len(lines)]
    refused: Block | None = None
    for taken, end in enumerate(dict.fromkeys(ends), start=1):
        chunk = tuple(lines[start:end])
        block = _parsed(start + 1, chunk, undecodable & set(range(start, end)))
        if not block.problem:
            return block, taken
        refused = refused or block
        if not any('"""' in text or "'''" in text for text in chunk):
            break
    assert refused is not None
    return refused, 1


def _parsed(line: int, chunk: tuple[str, ...], undecodable: set[int] | frozenset[int]) -> Block:
    if undecodable:
        return Block(line, chunk, problem="not UTF-8", problem_line=min(undecodable) + 1)
    header = _HEADER.fullmatch(chunk[0])
    if header is None:
        problem = "a section begins with its name in double brackets: [[site]]"
        return Block(line, chunk, problem=problem, problem_line=line)
    for number, text in enumerate(chunk):
        if len(text) > _LONGEST_LINE:
            problem = f"a line of more than {_LONGEST_LINE} characters"
            return Block(line, chunk, problem=problem, problem_line=line + number)
    try:
        table = tomllib.loads("\n".join(chunk))[header[1]][0]
    except tomllib.TOMLDecodeError as error:
        found = _POSITION.search(str(error))
        at = int(found[1]) if found and found[1] else len(chunk)
        return Block(line, chunk, problem=_POSITION.sub("", str(error)), problem_line=line + at - 1)
    except RecursionError:
        return Block(line, chunk, problem="nested too deeply", problem_line=line)
    except ValueError as error:  # such as a number of more digits than Python reads
        return Block(line, chunk, problem=f"not read: {error}", problem_line=line)
    return Block(line, chunk, header[1], table)
