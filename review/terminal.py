"""A case on a terminal. Collected text is data: no markup, no control characters get through."""

from __future__ import annotations

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from domain.defang import printable
from review.service import CarrierView, CaseView

_AROUND = 300


def show_case(view: CaseView, console: Console) -> None:
    """Print a case: what it is, why it scored, what is warned of, what others said."""
    table = Table(title=f"Case {view.case_id}", show_header=False, title_justify="left")
    for name, value in (
        ("target", f"{view.kind} {view.target}"),
        ("state", view.state),
        ("score", f"{view.score:.3f}"),
        ("role", view.role),
        ("substances", ", ".join(view.substances) or "-"),
        ("region", ", ".join(view.regions) or "-"),
        ("languages", ", ".join(view.langs) or "-"),
        ("pages or posts", str(view.pages)),
        ("found by", "; ".join(view.found) or "-"),
        ("indicators", "; ".join(f"{kind} {value}" for kind, value in view.indicators) or "-"),
        ("warnings", "; ".join(view.warnings) or "-"),
        ("proposed verdict", "\n".join(view.proposed_verdicts) or "-"),
        ("last looks", "; ".join(view.looks) or "-"),
        ("proposed", "; ".join(view.proposals) or "-"),
    ):
        table.add_row(name, Text(printable(value)))
    console.print(table)
    for carrier in view.carriers:
        title = Text(printable(f"{carrier.probability:.3f} {carrier.url} {carrier.part}"))
        console.print(Panel(excerpt(carrier), title=title, title_align="left"))
    if view.evidence:
        console.print(_evidence(view))
    for who, verdict, reason in view.verdicts:
        console.print(Text(printable(f"{who}: {verdict} {reason}")))


def _evidence(view: CaseView) -> Table:
    table = Table(title="Evidence", title_justify="left", show_header=False)
    for item in view.evidence:
        what = Text(printable(f"{item.name}\n{item.taken_at}"))
        table.add_row(what, Text(printable(f"{item.url}\nsha256 {item.sha256}\n{item.note}")))
    return table


def excerpt(carrier: CarrierView) -> Text:
    """The text around the first marked spans, the spans in bold."""
    marks = sorted(carrier.marks)
    start = max(0, marks[0][0] - _AROUND) if marks else 0
    end = start + 3 * _AROUND
    text = Text()
    position = start
    for begin, stop, kind in marks:
        if begin < position or stop > end:
            continue
        text.append(printable(carrier.text[position:begin]))
        text.append(printable(carrier.text[begin:stop]), style="bold red")
        text.append(f"[{kind}]", style="dim")
        position = stop
    text.append(printable(carrier.text[position:end]))
    return text
