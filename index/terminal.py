"""A page of hits on a terminal. Collected text is data: no markup, no control character passes."""

from __future__ import annotations

from datetime import tzinfo

from rich.console import Console
from rich.table import Table
from rich.text import Text

from domain.defang import defang, printable
from index.engine import Hit, Page

_MATCH = "bold red"


def show_page(page: Page, console: Console, zone: tzinfo) -> None:
    """Print the hits, best first, and what they are made up of; days are those of ``zone``."""
    if not page.total:
        console.print("nothing found")
        return
    table = Table(title=f"{len(page.hits)} of {page.total} found", title_justify="left")
    for name in ("case", "state", "kind", "lang", "score", "date"):
        table.add_column(name, no_wrap=True)
    table.add_column("where and what", overflow="fold")
    for hit in page.hits:
        entry = hit.entry
        cells = (
            str(entry.case_id),
            entry.state,
            entry.kind,
            entry.lang,
            f"{entry.score:.2f}",
            entry.date.astimezone(zone).strftime("%Y-%m-%d"),
        )
        table.add_row(
            *map(Text, map(printable, cells)), described(hit, plain=not console.is_terminal)
        )
    console.print(table)
    for name, counts in page.facets.items():
        if counts:
            values = ", ".join(f"{value} {number}" for value, number in counts.items())
            console.print(Text(printable(f"{name}: {values}")))


def described(hit: Hit, *, plain: bool) -> Text:
    """URL, title and excerpt; matches are bold, or between ``[`` and ``]`` where that is lost."""
    text = Text(printable(defang(hit.entry.url)), style="dim")
    lines = Text()
    position = 0
    for start, end in hit.title_marks:
        lines.append(_line(hit.entry.title[position:start]))
        _mark(lines, hit.entry.title[start:end], plain=plain)
        position = end
    lines.append(_line(hit.entry.title[position:]))
    lines.append("\n")
    for segment in hit.excerpt:
        if segment.marked:
            _mark(lines, segment.text, plain=plain)
        else:
            lines.append(_line(segment.text))
    return Text("\n").join((text, lines))


def _mark(lines: Text, text: str, *, plain: bool) -> None:
    lines.append(f"[{_line(text)}]" if plain else _line(text), style="" if plain else _MATCH)


def _line(text: str) -> str:
    return printable(text.replace("\n", " ").replace("\t", " "))
