"""Exports on a terminal. Labels come from collected addresses: they are shown as data, defanged."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from blocking.exports import Built
from blocking.requests import RequestsMade
from blocking.signing.sealing import Sealed
from domain.counting import counted
from domain.defang import defang, printable

_SHOWN = 20


def show_built(built: Built, console: Console) -> None:
    """Print what an export holds, what is left out of which file, and what changes."""
    manifest = built.manifest
    table = Table(title=f"{manifest.recipient}/{manifest.number}", title_justify="left")
    for column in ("file", "entries", "bytes", "left out"):
        table.add_column(column)
    for file in manifest.files:
        left = sum(manifest.left_out.get(file.format, {}).values())
        table.add_row(file.name, str(file.records), str(file.size), str(left or "-"))
    console.print(table)
    counts = ", ".join(f"{n} {scope}" for scope, n in manifest.counts.items())
    console.print(Text(f"{counted(manifest.entries, 'entry', 'entries')}: {counts}"))
    for name, reasons in manifest.left_out.items():
        for reason, n in reasons.items():
            console.print(Text(f"left out of {name}: {n}, {printable(reason)}", style="dim"))
    diff = built.diff
    against = f"release {diff.before}" if diff.before else "nothing released so far"
    console.print(
        Text(f"against {against}: +{len(diff.added)} -{len(diff.removed)}, {diff.kept} kept")
    )
    _labels(diff.added, "+", console)
    _labels(diff.removed, "-", console)
    for line in built.unchecked:
        console.print(Text(f"not checked: {line}", style="yellow"))


def _labels(labels: Sequence[str], sign: str, console: Console) -> None:
    for label in labels[:_SHOWN]:
        scope, _, value = label.partition(":")
        console.print(Text(f"  {sign} {scope} {printable(defang(value))}"))
    if len(labels) > _SHOWN:
        console.print(Text(f"  {sign} … and {len(labels) - _SHOWN} more"))


def show_requests(made: RequestsMade, console: Console) -> None:
    """Print how many requests were made and every case that got none."""
    console.print(Text(f"requests made: {len(made.made)}, refused: {len(made.refused)}"))
    for refusal in made.refused:
        line = f"  case {refusal.case_id} ({refusal.why}): {printable(refusal.message)}"
        console.print(Text(line, style="yellow"))


def sealed_line(sealed: Sealed) -> str:
    """What a release bears, in one line."""
    who = sealed.signer.subject if sealed.signer else "an algorithm that is not verified here"
    stamped = "time-stamped" if sealed.stamped else "not time-stamped"
    return f"signed by {who}, {stamped}"
