"""Tips: what people wrote down of sites and channels. Bytes of a CSV or JSON file in, tips out.

Columns, by any of the names in ``_COLUMNS``: ``url``, ``onion``, ``channel`` (one of them at
least), ``note``, ``source``, ``date``. Each row is read by itself.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from domain.candidates import Candidate, Why
from domain.errors import InputError, KeyFormatError
from domain.names_in_text import undisguised, urls_in
from domain.onion import is_onion
from domain.platforms import Platforms
from domain.tables import Row, RowProblem, read_table
from domain.targets import (
    TargetKey,
    canonical_url,
    host_of,
    is_telegram_link,
    site_key,
    telegram_key,
    url_key,
)

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "url": ("url", "site", "link", "address", "адрес", "сайт", "ссылка", "сілтеме"),
    "onion": ("onion", "tor", "онион"),
    "channel": ("channel", "telegram", "канал", "телеграм", "арна"),
    "note": ("note", "notes", "comment", "примечание", "комментарий", "описание", "ескерту"),
    "source": ("source", "from", "источник", "дереккөз"),
    "date": ("date", "дата", "күні"),
}
_TARGETS = ("url", "onion", "channel")
_PRIORITY = 1.0
_LONGEST_NOTE, _LONGEST_SOURCE, _LONGEST_SHOWN = 300, 100, 120
_DATES = ("%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y", "%d-%m-%Y", "%Y/%m/%d")
#: Excel's day 0 (1900 date system, with its leap day that never was).
_EXCEL_EPOCH = date(1899, 12, 30)
_EXCEL_DAY = re.compile(r"[3-6]\d{4}")


@dataclass(frozen=True, slots=True)
class Tip:
    """One tip. ``day`` is when it was given, where that is said."""

    target: TargetKey
    url: str
    note: str
    source: str
    day: date | None
    line: int

    def candidate(self) -> Candidate:
        """The tip as a reason to look; its note says who gave it and when."""
        parts = (self.note, self.source, self.day.isoformat() if self.day else "")
        note = "; ".join(part for part in parts if part)
        return Candidate(self.target, Why.TIP, url=self.url, priority=_PRIORITY, note=note)


@dataclass(slots=True)
class TipList:
    """The tips that are right, in order, and every row that was refused; ``doubled`` counts tips
    that the file holds already, ``beyond`` rows over the bound."""

    tips: list[Tip] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    doubled: int = 0
    beyond: int = 0


def parse_tips(data: bytes, platforms: Platforms, *, most: int) -> TipList:
    """Read a file of tips. Never raises: whatever is wrong is a problem with its line.

    An address on a platform stands for that page alone, any other for its site.
    """
    table = read_table(data, most=most)
    found = TipList(problems=list(table.problems), beyond=table.beyond)
    if table.columns and not any(_known(column) in _TARGETS for column in table.columns):
        reason = f"no column is called {', '.join(_TARGETS)}: {', '.join(table.columns)[:200]}"
        found.problems.append(RowProblem(1, _shown(",".join(table.columns)), reason))
        return found
    seen: set[tuple[TargetKey, str]] = set()
    for row in table.rows:
        try:
            tips = list(_tips(row, platforms))
        except InputError as error:
            shown = _shown(" ".join(row.cells.values()))
            found.problems.append(RowProblem(row.line, shown, str(error)))
            continue
        for tip in tips:
            if (tip.target, tip.note) in seen:
                found.doubled += 1
                continue
            seen.add((tip.target, tip.note))
            found.tips.append(tip)
    found.problems.sort(key=lambda problem: problem.line)
    return found


def _known(column: str) -> str:
    return next((name for name, others in _COLUMNS.items() if column in others), "")


def _tips(row: Row, platforms: Platforms) -> Iterator[Tip]:
    """The tips of one row: one for each address in it. Raises InputError."""
    values: dict[str, str] = {}
    for column, value in row.cells.items():
        if value and (name := _known(column)):
            values.setdefault(name, value)
    addresses = [(name, values[name]) for name in _TARGETS if name in values]
    if not addresses:
        raise InputError(f"no {', '.join(_TARGETS)} is given")
    note = _plain(values.get("note", ""), _LONGEST_NOTE)
    source = _plain(values.get("source", ""), _LONGEST_SOURCE)
    day = _day(values["date"]) if "date" in values else None
    read = [read_target(name, value, platforms) for name, value in addresses]
    for target, url in dict.fromkeys(read):
        if url and _is_inside(host_of(url)):
            raise KeyFormatError(f"an address of an inner network: {host_of(url)!r}")
        yield Tip(target, url, note, source, day, row.line)


def read_target(name: str, value: str, platforms: Platforms) -> tuple[TargetKey, str]:
    """The target in a cell of column ``name``, and the address it is entered at. Raises
    InputError."""
    if value.startswith("="):
        raise InputError(f"{name} is a formula: {_shown(value)!r}")
    if name == "channel":
        return telegram_key(undisguised(value).strip()), ""
    url = _url(value)
    if name == "onion" and not is_telegram_link(url) and not is_onion(host_of(url)):
        raise KeyFormatError(f"not an onion address: {_shown(value)!r}")
    return target_of(url, platforms)


def target_of(url: str, platforms: Platforms) -> tuple[TargetKey, str]:
    """The target that a canonical URL stands for, and the address it is entered at. Raises
    InputError."""
    if is_telegram_link(url):
        return telegram_key(url), ""
    if not is_onion(host_of(url)) and "." not in host_of(url):
        raise KeyFormatError(f"no host of the internet: {host_of(url)!r}")
    if host_of(url) in platforms:
        return url_key(url), url
    return site_key(url), url


def _is_inside(host: str) -> bool:
    """Whether a host is an address that the internet does not lead to."""
    try:
        return not ipaddress.ip_address(host.strip("[]")).is_global
    except ValueError:
        return False


def _url(value: str) -> str:
    """The one address in a cell, however it is written."""
    text = undisguised(value).strip()
    try:
        return canonical_url(text if "://" in text else f"http://{text}")
    except KeyFormatError:
        named = list(dict.fromkeys(urls_in(text)))
        if len(named) != 1:
            raise
        return canonical_url(named[0])


def _day(text: str) -> date:
    first = text.split()[0]
    if _EXCEL_DAY.fullmatch(first.partition(".")[0]):
        return _EXCEL_EPOCH + timedelta(days=int(first.partition(".")[0]))
    try:
        return datetime.fromisoformat(text.strip()).date()
    except ValueError:
        pass
    for form in _DATES:
        try:
            return datetime.strptime(first.rstrip(",;"), form).replace(tzinfo=UTC).date()
        except ValueError:
            continue
    raise InputError(f"not a date: {_shown(text)!r}")


def _plain(text: str, longest: int) -> str:
    """Text for notes: one line, no control characters, no formula."""
    plain = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(plain.split()).lstrip("=")[:longest]


def _shown(text: str) -> str:
    plain = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
    return plain.strip()[:_LONGEST_SHOWN]
