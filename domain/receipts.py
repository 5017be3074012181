"""Receipts: what a recipient answers, entry by entry. Bytes of a CSV or JSON file in, answers out.

Columns, by any of the names in ``_COLUMNS``: ``id`` (the entry's id as every format gives it),
``answer``, ``reason`` (a refusal needs one), ``at`` (when it was executed or lifted). Each row is
read by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from uuid import UUID

from domain.errors import InputError
from domain.orders import Answer
from domain.tables import Row, RowProblem, read_table

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "request", "request_id", "entry", "номер", "нөмірі"),
    "answer": ("answer", "status", "outcome", "ответ", "статус", "жауап"),
    "reason": ("reason", "note", "причина", "себебі"),
    "at": ("at", "time", "date", "when", "время", "дата", "уақыты", "күні"),
}
_WORDS: Mapping[str, Answer] = {
    "accepted": Answer.ACCEPTED, "принято": Answer.ACCEPTED, "қабылданды": Answer.ACCEPTED,
    "refused": Answer.REFUSED, "отказано": Answer.REFUSED, "бас тартылды": Answer.REFUSED,
    "executed": Answer.EXECUTED, "исполнено": Answer.EXECUTED, "орындалды": Answer.EXECUTED,
    "lifted": Answer.LIFTED, "снято": Answer.LIFTED, "алынды": Answer.LIFTED,
}  # fmt: skip
_TIMED = frozenset({Answer.EXECUTED, Answer.LIFTED})
_DATES = ("%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y")
_LONGEST_REASON, _LONGEST_SHOWN = 500, 120


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer to one entry. ``at`` is in UTC and stands for executed and lifted ones."""

    line: int
    entry: UUID
    answer: Answer
    reason: str = ""
    at: datetime | None = None


@dataclass(slots=True)
class AnswerList:
    """The answers of a file in order, and every row that was refused. ``blank`` counts rows that
    answer nothing, ``beyond`` rows over the bound."""

    answers: list[Answered] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    blank: int = 0
    beyond: int = 0


def parse_answers(data: bytes, *, most: int, zone: tzinfo) -> AnswerList:
    """Read a file of answers. Never raises: whatever is wrong is a problem with its line.

    Times without an offset are of ``zone``.
    """
    table = read_table(data, most=most)
    found = AnswerList(
        problems=[_problem(p.line, p.text, p.reason) for p in table.problems], beyond=table.beyond
    )
    if table.columns:
        known = {_known(column) for column in table.columns}
        if missing := [name for name in ("id", "answer") if name not in known]:
            reason = f"no column is called {' or '.join(missing)}"
            found.problems.append(_problem(1, ",".join(table.columns), reason))
            return found
    for row in table.rows:
        cells = _cells(row)
        if not cells.get("answer") and (cells.get("id") or table.columns):
            found.blank += 1
            continue
        try:
            found.answers.append(answered(row.line, cells, zone))
        except InputError as error:
            shown = " ".join(value for value in row.cells.values() if value)
            found.problems.append(_problem(row.line, shown, str(error)))
    found.problems.sort(key=lambda problem: problem.line)
    return found


def answered(line: int, cells: Mapping[str, str], zone: tzinfo) -> Answered:
    """The answer in ``cells``: ``id``, ``answer``, ``reason``, ``at``. Raises InputError."""
    entry = _entry(cells.get("id", ""))
    word = " ".join(cells.get("answer", "").casefold().split())
    if word not in _WORDS:
        names = ", ".join(Answer)
        raise InputError(f"no answer: {_shown(word)!r}; answers are {names}")
    answer, reason = _WORDS[word], _plain(cells.get("reason", ""))
    if answer is Answer.REFUSED and not reason:
        raise InputError("a refusal needs its reason")
    at = _time(cells["at"], zone) if cells.get("at") else None
    if answer in _TIMED and at is None:
        raise InputError(f"{answer} needs its time")
    return Answered(line, entry, answer, reason, at)


def _cells(row: Row) -> dict[str, str]:
    cells: dict[str, str] = {}
    for column, value in row.cells.items():
        if value and (name := _known(column)):
            cells.setdefault(name, value)
    return cells


def _known(column: str) -> str:
    return next((name for name, others in _COLUMNS.items() if column in others), "")


def _entry(text: str) -> UUID:
    try:
        return UUID(text.strip())
    except ValueError:
        raise InputError(f"not the id of an entry: {_shown(text)!r}") from None


def _time(text: str, zone: tzinfo) -> datetime:
    at = _read_time(text.strip())
    if at.tzinfo is None:
        at = at.replace(tzinfo=zone)
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise InputError(f"not a time: {_shown(text)!r}") from None


def _read_time(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    for form in _DATES:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007  # the caller knows the zone
        except ValueError:
            continue
    raise InputError(f"not a time: {_shown(text)!r}; write 2026-03-01T14:30")


def _problem(line: int, text: str, reason: str) -> RowProblem:
    return RowProblem(line, _shown(text), _shown(reason, _LONGEST_REASON))


def _plain(text: str) -> str:
    """One line without control characters."""
    plain = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(plain.split())[:_LONGEST_REASON]


def _shown(text: str, longest: int = _LONGEST_SHOWN) -> str:
    plain = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
    return plain.strip()[:longest]
