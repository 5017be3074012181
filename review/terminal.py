"""A case on a terminal. Collected text is data: no markup, no control characters get through."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils import timezone
from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from domain.defang import defang, printable
from domain.regions import REGION_NAMES
from review.excerpts import Mark, Window, readable, windows
from review.pages import CaptureBytes, PageLine
from review.service import CarrierView, CaseView


def show_case(
    view: CaseView, console: Console, *, full: bool = False, ngrams: bool = False
) -> None:
    """Print a case: what it is, why it waits, what carries the verdict, its pages, the verdicts.

    ``full`` prints whole texts instead of excerpts, ``ngrams`` marks what the model read without
    it being a word of the lexicon.
    """
    table = Table(title=f"Case {view.case_id}", show_header=False, title_justify="left")
    for name, value in rows(view):
        table.add_row(name, Text(printable(value)))
    console.print(table)
    for carrier in view.carriers:
        where = f"post {carrier.part}, {carrier.url}" if carrier.part else carrier.url
        title = Text(printable(f"{carrier.probability:.3f} {where}"))
        body = excerpt(carrier, full=full, ngrams=ngrams)
        evidence = Text(printable(_bytes(carrier.evidence)), style="dim")
        console.print(Panel(Group(body, evidence), title=title, title_align="left"))
    if len(view.listed) > len(view.carriers):
        console.print(_pages(view))
    if view.evidence:
        console.print(_evidence(view))
    for said in view.verdicts:
        why = f"{said.verdict} {said.jurisdiction}".strip()
        line = f"{said.decided_at:%Y-%m-%d %H:%M} {said.person}: {why} {said.reason}"
        console.print(Text(printable(line)))


def rows(view: CaseView) -> Iterator[tuple[str, str]]:
    """What is known of a case, each with its name."""
    yield "target", f"{view.kind} {view.target}"
    yield "state", view.state
    yield "queued because", view.because or "-"
    yield "score", f"{view.score:.3f}"
    yield "role", view.role
    yield "substances", ", ".join(view.substances) or "-"
    yield "region", ", ".join(REGION_NAMES.get(code, code) for code in view.regions) or "-"
    yield "languages", ", ".join(view.langs) or "-"
    yield "pages or posts", str(view.pages)
    yield from view.channel
    yield "found by", "; ".join(view.found) or "-"
    yield "indicators", "; ".join(_indicator(*one) for one in view.indicators) or "-"
    yield "warnings", "; ".join(view.warnings) or "-"
    yield "proposed verdict", "\n".join(view.proposed_verdicts) or "-"
    yield "last looks", "; ".join(view.looks) or "-"
    yield "proposed", "; ".join(f"{number}: {says}" for number, says in view.proposals) or "-"


def _indicator(kind: str, value: str) -> str:
    return f"{kind} {defang(value) if kind == 'onion' else value}"


def excerpt(carrier: CarrierView, *, full: bool = False, ngrams: bool = False) -> Text:
    """The parts of the text whose marks weigh most, the marks in bold, ``…`` between the parts."""
    text, shown = carrier.text, readable(carrier.marks)
    whole = (Window(0, len(text)),)
    parts = whole if full else windows(text, shown or carrier.marks)
    marks = sorted(carrier.marks if ngrams else shown)
    excerpt = Text()
    for number, part in enumerate(parts):
        if number or part.start:
            excerpt.append("… " if not number else " … ", style="dim")
        _part(excerpt, text, part, marks)
    if parts and parts[-1].end < len(text):
        excerpt.append(" …", style="dim")
    return excerpt


def _part(into: Text, text: str, part: Window, marks: list[Mark]) -> None:
    position = part.start
    for mark in marks:
        if mark.start < position or mark.end > part.end:
            continue
        into.append(printable(text[position : mark.start]))
        into.append(printable(text[mark.start : mark.end]), style="bold red")
        into.append(f"[{mark.kind}]", style="dim")
        position = mark.end
    into.append(printable(text[position : part.end]))


def _bytes(found: CaptureBytes) -> str:
    """When and how it was captured, and where the bytes are."""
    taken = f"{timezone.localtime(found.fetched_at):%Y-%m-%d %H:%M:%S %z} by {found.egress}"
    bytes_in = f"{found.file} at {found.offset}" if found.file else "no bytes kept"
    return f"captured {taken}; {bytes_in}; SHA-256 {found.sha256 or '-'}"


def _evidence(view: CaseView) -> Table:
    table = Table(title="Evidence", title_justify="left", show_header=False)
    for item in view.evidence:
        what = Text(printable(f"{item.name}\n{item.taken_at}"))
        table.add_row(what, Text(printable(f"{item.url}\nsha256 {item.sha256}\n{item.note}")))
    return table


def _pages(view: CaseView) -> Table:
    left = view.pages - len(view.listed)
    title = f"Pages and posts, likeliest first{f', {left} more' if left else ''}"
    table = Table(title=title, title_justify="left")
    for name in ("score", "where", "what"):
        table.add_column(name, overflow="fold")
    for line in view.listed:
        table.add_row(f"{line.probability:.3f}", Text(_where(line)), Text(printable(line.head)))
    return table


def _where(line: PageLine) -> str:
    return printable(f"post {line.part}" if line.part else line.url)
