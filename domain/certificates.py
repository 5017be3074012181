"""Host names in the output of a certificate-transparency search, such as crt.sh's. Pure.

Logs of certificates (RFC 6962) name every host that asks for one, often before anybody links it.
Read are JSON (a list, or objects one after another) and CSV, with the columns in ``_NAMES``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fnmatch import fnmatchcase

from domain.errors import KeyFormatError
from domain.tables import Row, RowProblem, read_table
from domain.targets import canonical_host, unicode_host

_NAMES = (
    *("name_value", "common_name", "dns_names", "names", "domains", "domain", "subject_alt_names"),
    *("matching identities", "common name", "san"),
)
_ENDS = ("not_after", "not after", "expires", "expiry")
_BETWEEN = re.compile(r"[\s,;|]+|<br\s*/?>", re.IGNORECASE)
_NUMBERS = re.compile(r"[\d.]+")


@dataclass(slots=True)
class Certified:
    """Canonical host names, each once, in the order in which they came; what was left out, by
    reason; rows that were refused."""

    hosts: list[str] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    problems: list[RowProblem] = field(default_factory=list)


def parse_certificates(
    data: bytes, patterns: Collection[str], now: datetime, *, most: int
) -> Certified:
    """The hosts that certificates valid ``now`` name. Never raises.

    ``patterns`` are shell patterns (``*shop*``) for the whole name, in punycode or Unicode; with
    none every name counts. A wildcard stands for the name below which it is. ``most`` bounds
    rows.
    """
    table = read_table(data, most=most)
    found = Certified(problems=list(table.problems))
    if table.beyond:
        found.left_out["lines beyond the bound"] += table.beyond
    if table.columns and not set(_NAMES) & set(table.columns):
        reason = f"no column is called {', '.join(_NAMES[:3])}"
        found.problems.append(RowProblem(1, ",".join(table.columns)[:120], reason))
        return found
    seen: set[str] = set()
    for row in table.rows:
        names = [*_named(row)]
        if not names:
            found.problems.append(RowProblem(row.line, str(dict(row.cells))[:120], "no host name"))
        elif _is_over(row, now):
            found.left_out["expired certificate"] += 1
        else:
            for name in names:
                _take(name, patterns, seen, found)
    return found


def _named(row: Row) -> Iterator[str]:
    for column in _NAMES:
        yield from filter(None, _BETWEEN.split(row.cells.get(column, "")))


def _is_over(row: Row, now: datetime) -> bool:
    """Whether the certificate has expired; one that does not say when has not."""
    for column in _ENDS:
        try:
            end = datetime.fromisoformat(row.cells.get(column, ""))
        except ValueError:
            continue
        return (end if end.tzinfo else end.replace(tzinfo=UTC)) < now
    return False


def _take(name: str, patterns: Collection[str], seen: set[str], found: Certified) -> None:
    if "@" in name:
        found.left_out["e-mail address"] += 1
        return
    try:
        host = canonical_host(name.removeprefix("*."))
    except KeyFormatError:
        host = ""
    if "." not in host or _NUMBERS.fullmatch(host):
        found.left_out["no host name"] += 1
    elif host in seen:
        found.left_out["named before"] += 1
    else:
        seen.add(host)
        forms = {host, unicode_host(host)}
        if patterns and not any(fnmatchcase(form, one) for form in forms for one in patterns):
            found.left_out["matches no pattern"] += 1
        else:
            found.hosts.append(host)
