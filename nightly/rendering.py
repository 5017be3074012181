"""The morning report for people: a table on the terminal, a page in HTML."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.template.loader import render_to_string
from django.utils import timezone
from rich.console import Console
from rich.table import Table
from rich.text import Text

from channels.searching import NAMES_FOUND
from domain.counting import counted
from domain.defang import defang, defang_prose, printable
from nightly.learning.drift import in_words
from nightly.report import Report, SourceLine
from nightly.report_owed import in_words as owed_in_words
from nightly.report_sources import LANDING

_PIPE_WIDTH = 180


def to_html(report: Report) -> str:
    """The report as one HTML page without scripts or outside resources; targets are defanged."""
    values: dict[str, object] = {"report": report, "started": local(report.started_at)}
    values["finished"] = local(report.finished_at)
    values["fares"] = in_words(report.drift) if report.drift else ""
    values["owed"] = [owed_in_words(line) for line in report.overdue_answers]
    values["gone"] = gone = _gone(report)
    values["led_nowhere"] = _led_nowhere(gone)
    values["sources"] = [line for line in report.sources if line not in gone]
    return render_to_string("nightly/report.html", values)


def local(moment: str) -> str:
    """A moment in ISO 8601 as people read it, in the zone that the settings name."""
    if not moment:
        return ""
    return f"{timezone.localtime(datetime.fromisoformat(moment)):%Y-%m-%d %H:%M:%S %z}"


def console() -> Console:
    """Where reports are printed; a pipe gets lines wide enough to keep each source on one."""
    found = Console()
    return found if found.is_terminal else Console(width=_PIPE_WIDTH)


def to_terminal(report: Report, console: Console) -> None:
    """Print the report: what people must decide first, then how it came about."""
    console.rule(f"Morning report, run {report.run}")
    console.print(
        f"{report.kind}, {local(report.started_at)} to {local(report.finished_at) or '…'}"
    )
    if report.cases:
        console.print(_cases(report))
    for line in (*_families(report), *_proposed(report)):
        console.print(Text(printable(defang_prose(line))))
    if report.looked_again:
        console.print(_looked_again(report))
    console.print(_sources(report))
    if gone := _gone(report):
        console.print(Text(printable(_led_nowhere(gone))))
    console.print(_stages(report))
    for one in report.proposals:
        what = f"proposal {one.proposal}, case {one.case} {defang(one.name)}: {defang(one.says)}"
        console.print(Text(printable(what), style="cyan"))
    for seed in report.refused_seeds:
        console.print(
            Text(printable(f"seed refused, line {seed['line']}: {seed['reason']}"), style="yellow")
        )
    for hold in report.overdue_holds:
        console.print(Text(f"hold past its end: {printable(hold)}", style="yellow"))
    _overdue(report, console)
    for account in report.lost_accounts:
        console.print(Text(f"Telegram account lost: {printable(account)}", style="bold red"))
    for search in report.waiting_searches:
        told = f"Telegram search waits for an account: {search}"
        console.print(Text(printable(told), style="bold red"))
    for release in report.undelivered:
        console.print(Text(printable(f"release not delivered: {release}"), style="bold red"))
    if report.drift is not None:
        console.print(Text(printable(in_words(report.drift))))
        for alarm in report.drift.alarms:
            console.print(Text(printable(f"classifier: {alarm}"), style="yellow"))
    for note in report.coverage_notes:
        console.print(Text(f"coverage: {printable(note)}", style="yellow"))
    for broken in report.coverage_broken:
        console.print(Text(f"coverage broken: {printable(broken)}", style="bold red"))
    for note in report.block_notes:
        console.print(Text(f"blocking: {printable(defang_prose(note))}", style="yellow"))
    for alarm in report.block_alarms:
        console.print(Text(f"blocking: {printable(defang_prose(alarm))}", style="bold red"))
    for failure in report.same_failure:
        console.print(Text(printable(failure), style="bold red"))
    if left_out := [line.name for line in report.sources if line.coverage == "left_out"]:
        names = ", ".join(map(_short, left_out))
        console.print(Text(printable(f"left out, since {report.kind} does not read them: {names}")))
    totals = ", ".join(f"{name} {n}" for name, n in report.totals.items())
    console.print(f"{totals}; starts {report.starts}")
    console.print(f"state {report.state}, exit code {report.exit_code}")


def _overdue(report: Report, console: Console) -> None:
    owed = [owed_in_words(line) for line in report.overdue_answers]
    for told in (*owed, *report.overdue_proposals, *report.overdue_appeals):
        style = "bold red" if told in owed else "yellow"
        console.print(Text(f"overdue: {printable(defang_prose(told))}", style=style))


def _gone(report: Report) -> list[SourceLine]:
    """Names found on the way behind which nothing was: counted together, not a line each."""
    return [
        line
        for line in report.sources
        if line.why not in {"seed", "search", "recheck"}
        and not (line.documents or line.queued or line.refetched)
        and not line.moved.keys() - {LANDING}
        and line.failed
        and not line.dropped
    ]


def _led_nowhere(gone: Sequence[SourceLine]) -> str:
    reasons = Counter(reason for line in gone for reason in line.failed)
    told = ", ".join(f"{reason} {n}" for reason, n in reasons.most_common())
    return f"{counted(len(gone), 'name')} led nowhere: {told}"


def cases_to_terminal(report: Report, console: Console) -> None:
    """Print the cases found and where each stands now."""
    console.print(_cases(report) if report.cases else f"run {report.run} found no case")


def _sources(report: Report) -> Table:
    table = Table(title="Sources", title_justify="left")
    for name in ("source", "why", "requests", "fetched", "documents", "assessed", "queued"):
        right = name not in {"source", "why"}
        table.add_column(name, justify="right" if right else "left", overflow="fold")
    table.add_column("moved, failed and dropped by reason", overflow="fold")
    gone = {line.source for line in _gone(report)}
    for line in report.sources:
        if line.source in gone:
            continue
        reasons = {**line.moved, **line.failed, **line.dropped}
        if line.refetched:
            reasons["refetched"] = line.refetched
        if line.names_found is not None:
            reasons[NAMES_FOUND] = line.names_found
        if line.rendered:
            reasons["rendered"] = line.rendered
        if line.aids:
            reasons["robots.txt, sitemap or icon"] = line.aids
        reasons.update({f"parts from {host}": n for host, n in line.elsewhere.items()})
        table.add_row(
            Text(printable(_short(line.name)), style="red" if line.coverage == "broken" else ""),
            line.why,
            *(str(n) for n in (line.requests, line.fetched, line.documents, line.assessed)),
            "yes" if line.queued else "",
            Text(printable(", ".join(f"{reason} {n}" for reason, n in reasons.items()))),
        )
    return table


def _cases(report: Report) -> Table:
    table = Table(title="Cases found", title_justify="left")
    for name in ("case", "target", "kind", "score", "role", "substances", "region", "state"):
        table.add_column(name, overflow="fold")
    for line in report.cases:
        table.add_row(
            str(line.case),
            Text(printable(defang(_short(line.name)))),
            line.kind,
            f"{line.score:.3f}",
            line.role,
            ", ".join(line.substances),
            ", ".join(line.region_names),
            line.state,
        )
    return table


def _families(report: Report) -> list[str]:
    return [
        f"family {line.family}: {', '.join(line.members)}; tied by {'; '.join(line.links)}"
        for line in report.families
    ]


def _proposed(report: Report) -> list[str]:
    return [
        f"proposed for case {line.case} {line.name}: {proposal}"
        for line in report.cases
        for proposal in line.proposed
    ]


def _looked_again(report: Report) -> Table:
    table = Table(title="Looked at again", title_justify="left")
    for name in ("case", "target", "state", "met", "still selling", "score", "changed", "moved to"):
        table.add_column(name, overflow="fold")
    for line in report.looked_again:
        met = line.result if line.result == line.outcome else f"{line.result} ({line.outcome})"
        table.add_row(
            str(line.case),
            Text(printable(defang(_short(line.name)))),
            line.state,
            met,
            {None: "not known", True: "yes", False: "no"}[line.selling],
            "" if line.score is None else f"{line.score:.3f}",
            "" if line.changed is None else f"{line.changed:.0%}",
            Text(printable(defang(_short(line.moved_to)))),
        )
    return table


def _stages(report: Report) -> Table:
    table = Table(title="Stages", title_justify="left")
    for name in ("stage", "state", "seconds", "counts"):
        table.add_column(name, overflow="fold")
    for line in report.stages:
        counts = ", ".join(f"{name} {n}" for name, n in line.counts.items())
        shown = f"{counts} {line.error.splitlines()[-1]}" if line.error else counts
        table.add_row(line.stage, line.state, f"{line.seconds:.1f}", Text(printable(shown)))
    return table


def _short(name: str) -> str:
    """An onion name is too long for a table: its beginning and its end."""
    return f"{name[:10]}…{name[-12:]}" if len(name) > 50 else name
