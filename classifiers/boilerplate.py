"""What a site repeats on all its pages (menus, headlines of the day, footers) is read once.

Otherwise a newspaper whose sidebar names an arrest would speak of drugs on every page. Lines that
most pages share are the simplest sign of a template (Bar-Yossef and Rajagopalan, "Template
detection via data mining and its applications", 2002).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

#: A line is the template's when at least this many pages, and this share of them, have it.
FEWEST_PAGES = 3
SHARE = 0.6


def repeated_lines(texts: Iterable[str]) -> frozenset[str]:
    """The lines, without blanks at their ends, that most of a site's pages share."""
    pages = 0
    counts: Counter[str] = Counter()
    for text in texts:
        pages += 1
        counts.update({line.strip() for line in text.splitlines()})
    least = max(FEWEST_PAGES, SHARE * pages)
    return frozenset(line for line, n in counts.items() if n >= least and line)


def blanked(text: str, lines: frozenset[str]) -> str:
    """``text`` with ``lines`` turned into blanks, so that offsets into the rest stay right."""
    if not lines:
        return text
    return "".join(
        _blank(line) if line.strip() in lines else line for line in text.splitlines(keepends=True)
    )


def _blank(line: str) -> str:
    body = line.rstrip("\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029")
    return " " * len(body) + line[len(body) :]
